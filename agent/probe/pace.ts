/**
 * No more than so many steps a second, however many ask.
 *
 * @module
 */
import { type Timers, waitAtMost } from "../timers.ts";

/** Hands out turns at a steady rate. */
export class Pace {
  readonly #gapMs: number;
  readonly #timers: Timers;
  #next = -Infinity;

  /** So many turns a second. */
  constructor(perSecond: number, timers: Timers) {
    this.#gapMs = 1000 / perSecond;
    this.#timers = timers;
  }

  /** Waits for a turn, or for the signal. */
  async turn(signal: AbortSignal): Promise<void> {
    const now = this.#timers.now();
    const mine = Math.max(now, this.#next);
    this.#next = mine + this.#gapMs;
    if (mine > now) await waitAtMost(mine - now, this.#timers, signal);
  }
}
