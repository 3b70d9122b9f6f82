/**
 * The pipes that bulk transfers pass through. A transfer holds one only while bytes are in it, so a
 * few serve many connections; when none is to be had, the transfer copies.
 *
 * @module
 */
import type { Splicer } from "./sys.ts";

/** How many pipes are kept for the next transfer. */
const KEPT_PIPES = 8;

/** One pipe. */
export interface Pipe {
  /** The end that bytes come out of. */
  readonly readEnd: number;
  /** The end that bytes go into. */
  readonly writeEnd: number;
}

/** Lends empty pipes. */
export class Pipes {
  /** How bytes are moved. */
  readonly splicer: Splicer;
  readonly #limit: number;
  readonly #spare: Pipe[] = [];
  #open = 0;

  /** Lends up to so many at a time. */
  constructor(splicer: Splicer, limit: number) {
    this.splicer = splicer;
    this.#limit = limit;
  }

  /** How many pipes exist, lent or spare. */
  get open(): number {
    return this.#open;
  }

  /** Lends a pipe; `null` if as many as may be are lent, or the system has none. */
  take(): Pipe | null {
    const spare = this.#spare.pop();
    if (spare !== undefined) return spare;
    if (this.#open >= this.#limit) return null;
    const ends = this.splicer.pipe();
    if (typeof ends === "number") return null;
    this.#open++;
    return { readEnd: ends[0], writeEnd: ends[1] };
  }

  /** Takes an empty pipe back. */
  give(pipe: Pipe): void {
    if (this.#spare.length < KEPT_PIPES) this.#spare.push(pipe);
    else this.discard(pipe);
  }

  /** Closes a pipe, with what is still in it. */
  discard(pipe: Pipe): void {
    this.splicer.close(pipe.readEnd);
    this.splicer.close(pipe.writeEnd);
    this.#open--;
  }

  /** Closes the spare pipes; whether there were any. */
  trim(): boolean {
    const spare = this.#spare.splice(0);
    for (const pipe of spare) this.discard(pipe);
    return spare.length > 0;
  }
}
