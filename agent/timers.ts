/**
 * Time as the sync loop sees it, so that a test can hold it.
 *
 * @module
 */

/** A clock and its alarms. */
export interface Timers {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number;
  /** Calls once after so many milliseconds; the answer calls it off. */
  after(ms: number, call: () => void): () => void;
}

/** The real clock. */
export const REAL_TIMERS: Timers = {
  now: () => performance.now(),
  after(ms, call) {
    const id = setTimeout(call, ms);
    return () => clearTimeout(id);
  },
};

/** How long to wait before the n-th retry (from 1): doubles, from `first` up to `most`. */
export function backoffMs(retry: number, { first = 1000, most = 30_000 } = {}): number {
  return Math.min(most, first * 2 ** Math.min(retry - 1, 30));
}

/** Waits so many milliseconds, or until the signal aborts or the event comes, if that is sooner. */
export function waitAtMost(
  ms: number,
  timers: Timers,
  signal: AbortSignal | null,
  event?: Promise<void>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      cancel();
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const cancel = timers.after(ms, end);
    signal?.addEventListener("abort", end);
    if (signal?.aborted) end();
    event?.then(end, reject);
  });
}
