/**
 * A time-out that passes only while this thread runs. On a loaded machine a thread may stand still
 * for longer than an endpoint has to answer, and then finds the time over and the answer there at
 * once: that is slow, but nobody's fault.
 *
 * @module
 */

/** In how many steps: standing still costs one, and between two of them what has come is seen. */
const STEPS = 4;

/**
 * Calls back after so many milliseconds, or later where the thread stood still meanwhile.
 *
 * @returns Cancels it.
 */
export function afterPatience(ms: number, onOver: () => void): () => void {
  let left = STEPS;
  let timer = setTimeout(step, ms / STEPS);
  function step(): void {
    if (--left === 0) onOver();
    else timer = setTimeout(step, ms / STEPS);
  }
  return () => clearTimeout(timer);
}
