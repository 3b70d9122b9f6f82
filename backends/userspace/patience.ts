/**
 * Time-outs that are over only when this thread has had the time to see an answer. On a loaded machine
 * a thread may stand still for longer than an endpoint has to answer, and Deno's event loop may go
 * round for seconds, timers and all, before it looks at its sockets again. That is slow, but nobody's
 * fault.
 *
 * One timer ticks for all who wait, because a timer for each connection costs more than what it
 * guards; while nobody waits it does not tick.
 *
 * @module
 */
import type { Turns } from "./turns.ts";

/** How long a tick takes, in milliseconds. Standing still, for however long, costs one. */
const TICK_MS = 16;

/** Somebody who waits. */
interface Waiter {
  /** `null`: it waits no more. Whom it would have called need not stay in memory until its tick. */
  onOver: (() => void) | null;
}

/** Sees to it that nobody waits for ever. */
export class Patience {
  readonly #turns: Pick<Turns, "next"> | null;
  /** Who has waited long enough at which tick, in the order of their coming. */
  readonly #due = new Map<number, Waiter[]>();
  #tick = 0;
  #waiting = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isClosed = false;

  /**
   * Waits for nobody yet.
   *
   * @param turns Each of its turns comes with a look at the sockets; `null`: it is done without.
   */
  constructor(turns: Pick<Turns, "next"> | null = null) {
    this.#turns = turns;
  }

  /**
   * Calls back after so many milliseconds, or later where this thread could not see what came
   * meanwhile.
   *
   * @returns Cancels it.
   */
  after(ms: number, onOver: () => void): () => void {
    const waiter: Waiter = { onOver };
    // The tick that is under way has begun before.
    const tick = this.#tick + 1 + Math.ceil(ms / TICK_MS);
    const others = this.#due.get(tick);
    if (others === undefined) this.#due.set(tick, [waiter]);
    else others.push(waiter);
    this.#waiting++;
    this.#timer ??= setTimeout(() => this.#passed(), TICK_MS);
    return () => this.#end(waiter);
  }

  /** Leaves no timer behind, unless somebody still waits. */
  close(): void {
    this.#isClosed = true;
    this.#rest();
  }

  #passed(): void {
    this.#timer = null;
    const over = this.#due.get(++this.#tick) ?? [];
    this.#due.delete(this.#tick);
    // It is not stopped by the last one who goes, so that most who come find it ticking.
    if (this.#waiting > 0) this.#timer = setTimeout(() => this.#passed(), TICK_MS);
    else this.#due.clear();
    if (this.#turns === null) this.#callBack(over);
    else if (over.some(({ onOver }) => onOver !== null)) void this.#look(this.#turns, over);
  }

  async #look(turns: Pick<Turns, "next">, over: readonly Waiter[]): Promise<void> {
    await turns.next();
    await turns.next(); // what the first look has found was handed out by now
    this.#callBack(over);
  }

  #callBack(over: readonly Waiter[]): void {
    for (const waiter of over) {
      const { onOver } = waiter;
      this.#end(waiter);
      onOver?.();
    }
  }

  #end(waiter: Waiter): void {
    if (waiter.onOver === null) return;
    waiter.onOver = null;
    this.#waiting--;
    if (this.#isClosed) this.#rest();
  }

  #rest(): void {
    if (this.#waiting > 0 || this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#due.clear();
  }
}
