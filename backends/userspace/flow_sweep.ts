/**
 * Ends idle flows: one timer for all flows of all listeners, which runs while there are any.
 *
 * @module
 */

/** Sets a timer; the answer takes it back. */
export type SetTimer = (callback: () => void, ms: number) => () => void;

/** Who has flows that may be idle. */
export interface Sweepable {
  /** Ends the flows that were last used at this time or before. */
  expire(lastSeen: number): void;
}

/** How a sweep is set up. */
export interface FlowSweepOptions {
  /** How long a flow may be idle, in milliseconds. */
  readonly idleTimeoutMs: number;
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
  /** Sets the timer. */
  readonly setTimer: SetTimer;
}

/** A second late is early enough for a flow; short time-outs are kept to a quarter. */
const MOST_MS = 1000;

/** Ends idle flows. A flow lives past its time-out for less than a second, or a quarter of it. */
export class FlowSweep {
  readonly #options: FlowSweepOptions;
  readonly #periodMs: number;
  readonly #watched = new Set<Sweepable>();
  #cancel: (() => void) | null = null;

  /** Prepares to sweep. */
  constructor(options: FlowSweepOptions) {
    this.#options = options;
    this.#periodMs = Math.max(1, Math.min(MOST_MS, options.idleTimeoutMs / 4));
  }

  /** Sweeps its flows from now on. */
  watch(each: Sweepable): void {
    this.#watched.add(each);
    this.#cancel ??= this.#options.setTimer(() => this.#sweep(), this.#periodMs);
  }

  /** Leaves it alone from now on. */
  forget(each: Sweepable): void {
    this.#watched.delete(each);
    if (this.#watched.size > 0) return;
    this.#cancel?.();
    this.#cancel = null;
  }

  #sweep(): void {
    const { now, idleTimeoutMs, setTimer } = this.#options;
    const lastSeen = now() - idleTimeoutMs;
    this.#cancel = null;
    for (const each of [...this.#watched]) each.expire(lastSeen);
    if (this.#watched.size > 0) this.#cancel ??= setTimer(() => this.#sweep(), this.#periodMs);
  }
}

/** The platform's timers. */
export const setPlatformTimer: SetTimer = (callback, ms) => {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
};
