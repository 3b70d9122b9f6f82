/**
 * Decides when a sync runs, as kube-proxy 1.34 does: a request starts one at once if none ran within
 * the period; requests during a sync or the rest after it fold into one, which runs at the end of
 * the rest. The rest counts from the end of a sync.
 *
 * @module
 */
import { unreachable } from "../core/mod.ts";
import { backoffMs, type Timers } from "./timers.ts";

/**
 * What came of a run. `idle`: nothing had to be done, so no rest is needed. `failed`: it is tried
 * again, after longer and longer rests.
 */
export type RunOutcome = "synced" | "idle" | "failed";

/** How a pacer is set up. */
export interface PacerOptions {
  /** What is run, never twice at a time. Must not throw. */
  readonly run: () => Promise<RunOutcome>;
  /** The rest between the end of a run and the start of the next, in milliseconds. */
  readonly minPeriodMs: number;
  /** The clock. */
  readonly timers: Timers;
}

/** Decides when a sync runs. */
export class SyncPacer {
  readonly #options: PacerOptions;
  #wanted = false;
  #stopped = false;
  #running: Promise<RunOutcome> | null = null;
  #cancelAlarm: (() => void) | null = null;
  #restUntil = -Infinity;
  #failures = 0;

  /** Makes a pacer that runs nothing before it is asked to. */
  constructor(options: PacerOptions) {
    this.#options = options;
  }

  /** Asks for a run, now or after the rest. */
  request(): void {
    this.#wanted = true;
    this.#schedule();
  }

  /** Runs what is asked for without any rest, and answers with what came of it. */
  async flush(): Promise<RunOutcome> {
    let outcome: RunOutcome = await this.#running ?? "idle";
    while (this.#wanted && !this.#stopped && outcome !== "failed") {
      this.#cancelAlarm?.();
      this.#cancelAlarm = null;
      outcome = await (this.#running ?? this.#start());
    }
    return outcome;
  }

  /** Starts no further run, and waits for the one that is going on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelAlarm?.();
    this.#cancelAlarm = null;
    await this.#running;
  }

  #schedule(): void {
    if (!this.#wanted || this.#stopped || this.#running !== null || this.#cancelAlarm !== null) {
      return;
    }
    const { timers } = this.#options;
    const rest = this.#restUntil - timers.now();
    if (rest > 0) {
      this.#cancelAlarm = timers.after(rest, () => {
        this.#cancelAlarm = null;
        this.#schedule();
      });
    } else {
      // never rejects: run() must not throw
      void this.#start();
    }
  }

  #start(): Promise<RunOutcome> {
    const running = this.#run();
    this.#running = running;
    return running;
  }

  async #run(): Promise<RunOutcome> {
    await null; // so that requests of the same turn fold into this run
    this.#wanted = false;
    const outcome = this.#stopped ? "idle" : await this.#options.run();
    this.#running = null;
    this.#rest(outcome);
    this.#schedule();
    return outcome;
  }

  #rest(outcome: RunOutcome): void {
    const { timers, minPeriodMs } = this.#options;
    switch (outcome) {
      case "idle":
        return;
      case "synced":
        this.#failures = 0;
        this.#restUntil = timers.now() + minPeriodMs;
        return;
      case "failed":
        this.#failures++;
        this.#wanted = true;
        this.#restUntil = timers.now() + Math.max(minPeriodMs, backoffMs(this.#failures));
        return;
      default:
        unreachable(outcome);
    }
  }
}
