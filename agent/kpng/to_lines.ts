/**
 * The sinks `to-json` and `to-exec`: the node's whole state after each sync, as lines of JSON.
 *
 * @module
 */
import type { Logger } from "../../core/mod.ts";
import {
  followStates,
  type KeptMetadata,
  type KpngConnection,
  type LocalStates,
  localStates,
  type Source,
} from "../../proto/mod.ts";
import { EXIT } from "../exit_code.ts";
import { logReport } from "../feed.ts";
import type { Work } from "../supervise.ts";
import { REAL_TIMERS, type Timers } from "../timers.ts";
import { followSnapshots } from "./snapshots.ts";

/** Where the states come from. */
export type StateOrigin =
  /** They are computed here, of the cluster. */
  | { readonly from: "cluster"; readonly source: Source; readonly kept: KeptMetadata }
  /** A KPNG server tells them. */
  | { readonly from: "server"; readonly connection: KpngConnection };

/** How the states are followed. */
export interface LinesOptions {
  /** Where the states come from. */
  readonly origin: StateOrigin;
  /** The node whose states they are. */
  readonly nodeName: string;
  /** Whether the present state is enough. */
  readonly once: boolean;
  /** Takes a state; the signal aborts when all is to end. If it throws, all ends. */
  readonly take: (lines: readonly string[], signal: AbortSignal) => Promise<void>;
  /** The rest between two states, in milliseconds. */
  readonly minSyncPeriodMs: number;
  /** Where to write what happens. */
  readonly log: Logger;
  /** The clock. */
  readonly timers?: Timers;
}

/** Follows the states of a node. */
export function linesWork(options: LinesOptions): Work {
  const { origin, nodeName, once, take, log, minSyncPeriodMs, timers = REAL_TIMERS } = options;
  const abort = new AbortController();
  let taken = 0;
  const fatal = Promise.withResolvers<never>();
  fatal.promise.catch(() => {}); // it is told to those who ask for `done`
  const takeLines = async (lines: readonly string[]): Promise<void> => {
    try {
      await take(lines, abort.signal);
      taken++;
    } catch (error) {
      fatal.reject(error);
    }
  };
  const exitCode = () => taken > 0 ? EXIT.done : EXIT.incomplete;
  if (origin.from === "server") {
    const done = followStates({
      connection: origin.connection,
      nodeName,
      once,
      take: takeLines,
      report: (report) => logReport(report, log),
    }, abort.signal);
    return {
      done: Promise.race([done, fatal.promise]),
      exitCode,
      async stop() {
        abort.abort();
        await Promise.allSettled([done]); // why it ended is told by `done`
      },
    };
  }
  let states: LocalStates | null = null;
  const feed = followSnapshots({
    source: origin.source,
    minSyncPeriodMs,
    log,
    timers,
    async take(snapshot) {
      states ??= await localStates(nodeName, origin.kept);
      const lines = states.next(snapshot);
      if (lines !== null) await takeLines(lines);
    },
  });
  return {
    done: Promise.race([feed.done, fatal.promise]),
    exitCode,
    async stop() {
      abort.abort();
      await feed.stop();
    },
  };
}
