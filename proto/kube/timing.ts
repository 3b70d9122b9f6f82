/**
 * Time and chance as parameters, so that a test can hold them.
 *
 * @module
 */

/** A clock, timers and dice. */
export interface Timing {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number;
  /** Calls `then` once after so many milliseconds, unless the function that it answers with is called. */
  after(ms: number, then: () => void): () => void;
  /** A random number in [0, 1). */
  random(): number;
}

/** The machine's own clock, timers and dice. */
export const SYSTEM_TIMING: Timing = {
  now: () => performance.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

/** Resolves after so many milliseconds, or as soon as the signal aborts. */
export function sleep(timing: Timing, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const cancel = timing.after(ms, done);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}

/**
 * A signal that aborts with its parent, or when nobody has fed the watchdog for the time it was given.
 * Leaving its scope (`using`) stops the clock and aborts, so that nothing is left hanging on it.
 */
export class Watchdog implements Disposable {
  readonly #timing: Timing;
  readonly #parent: AbortSignal;
  readonly #controller = new AbortController();
  readonly #onParent = () => this.#controller.abort(this.#parent.reason);
  #cancel = () => {};

  /** Makes a watchdog that sleeps until it is fed. */
  constructor(timing: Timing, parent: AbortSignal) {
    this.#timing = timing;
    this.#parent = parent;
    parent.addEventListener("abort", this.#onParent);
    if (parent.aborted) this.#onParent();
  }

  /** Aborts when the time is over or the parent aborts. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Starts the clock anew: in so many milliseconds the signal aborts with that error. */
  feed(ms: number, error: () => Error): void {
    this.#cancel();
    this.#cancel = this.#timing.after(ms, () => this.#controller.abort(error()));
  }

  /** Stops the clock, lets the parent go and aborts what still depends on the signal. */
  [Symbol.dispose](): void {
    this.#cancel();
    this.#parent.removeEventListener("abort", this.#onParent);
    this.#controller.abort();
  }
}
