/**
 * Time as the simulation sees it, so that a test can hold it.
 *
 * @module
 */

/** Tells and passes time. */
export interface Clock {
  /** Milliseconds since the start; never runs backwards. */
  now(): number;
  /** Milliseconds since 1970. */
  wall(): number;
  /** Resolves after that many milliseconds, or as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The clock of this machine, started now. */
export function realClock(): Clock {
  const start = performance.now();
  return { now: () => performance.now() - start, wall: () => Date.now(), sleep };
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = () => {
    clearTimeout(timer);
    signal.removeEventListener("abort", done);
    resolve();
  };
  const timer = setTimeout(done, Math.max(0, ms));
  signal.addEventListener("abort", done, { once: true });
  return promise;
}
