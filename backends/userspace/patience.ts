/**
 * A time-out that is over only when this thread has had the time to see an answer. On a loaded machine
 * a thread may stand still for longer than an endpoint has to answer, and Deno's event loop may go
 * round for seconds, timers and all, before it looks at its sockets again. That is slow, but nobody's
 * fault.
 *
 * @module
 */
import type { Turns } from "./turns.ts";

/** In how many steps the time passes: standing still costs one of them. */
const STEPS = 4;

/**
 * Calls back after so many milliseconds, or later where this thread could not see what came meanwhile.
 *
 * @param turns Each of its turns comes with a look at the sockets.
 * @returns Cancels it.
 */
export function afterPatience(
  ms: number,
  turns: Pick<Turns, "next">,
  onOver: () => void,
): () => void {
  let left = STEPS;
  let isCancelled = false;
  let timer = setTimeout(step, ms / STEPS);
  function step(): void {
    if (--left > 0) timer = setTimeout(step, ms / STEPS);
    else void look();
  }
  async function look(): Promise<void> {
    await turns.next();
    await turns.next(); // what the first look found has been handed out by now
    if (!isCancelled) onOver();
  }
  return () => {
    isCancelled = true;
    clearTimeout(timer);
  };
}
