/**
 * Lets something run until it ends or a signal asks it to: the first signal stops it cleanly, the
 * second one at once.
 *
 * @module
 */
import type { Logger } from "../core/mod.ts";
import { EXIT } from "./exit_code.ts";
import type { Io, StopSignal } from "./io.ts";
import { REAL_TIMERS, type Timers } from "./timers.ts";

/** Something that runs. */
export interface Work {
  /** Resolves when it has ended by itself, rejects if it cannot go on. */
  readonly done: Promise<void>;
  /** Ends it cleanly, or at once when the signal aborts. */
  stop(signal: AbortSignal): Promise<void>;
  /** What to tell the shell if it has ended by itself. Asked before `stop`. */
  exitCode(): number;
}

/** How long after the second signal the work may still take to end. */
const LAST_GRACE_MS = 2000;

/** Runs the work to its end, and answers with the exit code. */
export async function supervise(
  work: Work,
  io: Pick<Io, "onStopSignal">,
  log: Logger,
  timers: Timers = REAL_TIMERS,
): Promise<number> {
  const asked = Promise.withResolvers<StopSignal>();
  const atOnce = new AbortController();
  const tooLong = Promise.withResolvers<void>();
  let cancelGrace = (): void => {};
  let signals = 0;
  const unlisten = io.onStopSignal((signal) => {
    signals++;
    if (signals === 1) return asked.resolve(signal);
    if (signals > 2) return;
    log.info("Stopping at once", { signal });
    atOnce.abort();
    cancelGrace = timers.after(LAST_GRACE_MS, tooLong.resolve);
  });
  try {
    const signal = await Promise.race([work.done, asked.promise]);
    if (signal === undefined) return work.exitCode();
    log.info("Stopping: no new connections, live ones may end; a second signal stops at once", {
      signal,
    });
    return signal === "SIGINT" ? EXIT.interrupted : EXIT.done;
  } finally {
    await Promise.race([work.stop(atOnce.signal), tooLong.promise]);
    cancelGrace();
    unlisten();
  }
}
