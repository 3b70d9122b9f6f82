/**
 * The bytes that were read from one side of a connection and have no room on the other yet: in a block
 * of memory, or in a pipe. A side that is not stuck has neither.
 *
 * @module
 */
import { ERRNO } from "./errno.ts";
import { PendingBytes } from "./pending.ts";
import { type Pipe, Pipes } from "./pipes.ts";
import type { Settings } from "./settings.ts";
import type { Sys } from "./sys.ts";

/** A typed array with room for more. */
export function widened<T extends { set(array: T): void }>(array: T, wider: T): T {
  wider.set(array);
  return wider;
}

/** The bytes that wait, by the side that they were read from. */
export class HeldBytes {
  /** How many wait. */
  amount = new Int32Array(0);
  /** Where in its block the first of them lies. */
  #from = new Int32Array(0);
  /** The block that they are in; -1: none. */
  #block = new Int32Array(0);
  readonly #pipe: (Pipe | null)[] = [];
  readonly #sys: Sys;
  readonly #pending: PendingBytes;
  readonly #pipes: Pipes | null;

  /** Holds nothing yet. */
  constructor(sys: Sys, settings: Settings) {
    this.#sys = sys;
    this.#pending = new PendingBytes(settings.pendingBytes);
    const { splicer } = sys;
    this.#pipes = splicer === null || settings.pipes === 0
      ? null
      : new Pipes(splicer, settings.pipes);
  }

  /** How many bytes of memory are used. */
  get memory(): number {
    return this.#pending.lent;
  }

  /** How many pipes there are, used or spare. */
  get pipes(): number {
    return this.#pipes?.open ?? 0;
  }

  /** How much may be read at a time. */
  readSize(): number {
    return this.#pending.readSize();
  }

  /** Makes room for sides below a number. */
  widen(sides: number): void {
    const before = this.amount.length;
    this.amount = widened(this.amount, new Int32Array(sides));
    this.#from = widened(this.#from, new Int32Array(sides));
    this.#block = widened(this.#block, new Int32Array(sides)).fill(-1, before);
  }

  /** Keeps bytes of a side. */
  keep(side: number, bytes: Uint8Array): void {
    this.amount[side] = bytes.length;
    this.#from[side] = 0;
    this.#block[side] = this.#pending.hold(bytes);
  }

  /**
   * Moves bytes from a side's socket to the other's by way of a pipe, at most so many. Answers how many
   * were read, 0 at the end, or a negative code; `null` if no pipe is to be had. What did not get out
   * of the pipe is held.
   */
  splice(side: number, from: number, to: number, length: number): number | null {
    const pipe = this.#pipes?.take() ?? null;
    if (pipe === null || this.#pipes === null) return null;
    const { splicer } = this.#pipes;
    const read = splicer.splice(from, pipe.writeEnd, length);
    if (read <= 0) {
      this.#pipes.give(pipe);
      return read;
    }
    const sent = splicer.splice(pipe.readEnd, to, read);
    if (sent === read) {
      this.#pipes.give(pipe);
      return read;
    }
    this.#pipe[side] = pipe;
    this.amount[side] = read - Math.max(sent, 0);
    return sent < 0 && sent !== -ERRNO.EAGAIN ? sent : read;
  }

  /**
   * Sends what a side has waiting. Answers 0 when all is out, `-EAGAIN` when there is no more room, or
   * another negative code.
   */
  flush(side: number, to: number): number {
    const pipe = this.#pipe[side] ?? null;
    for (let amount = this.amount[side] ?? 0; amount > 0; amount = this.amount[side] ?? 0) {
      const sent = pipe === null
        ? this.#sys.send(to, this.#at(side), amount)
        : this.#pipes?.splicer.splice(pipe.readEnd, to, amount) ?? 0;
      if (sent < 0) return sent;
      if (sent === 0) return -ERRNO.EPIPE; // a pipe that has lost its bytes: cannot be
      this.amount[side] = amount - sent;
      this.#from[side] = (this.#from[side] ?? 0) + sent;
    }
    this.release(side);
    return 0;
  }

  /** Gives up what a side has waiting. */
  release(side: number): void {
    const block = this.#block[side] ?? -1;
    if (block !== -1) {
      this.#pending.release(block);
      this.#block[side] = -1;
    }
    const pipe = this.#pipe[side] ?? null;
    if (pipe !== null) {
      if (this.amount[side] === 0) this.#pipes?.give(pipe);
      else this.#pipes?.discard(pipe);
      this.#pipe[side] = null;
    }
    this.amount[side] = 0;
  }

  /** Closes spare pipes, because their descriptors are wanted; whether there were any. */
  trim(): boolean {
    return this.#pipes?.trim() ?? false;
  }

  #at(side: number): Uint8Array<ArrayBuffer> {
    return this.#pending.at(this.#block[side] ?? -1, this.#from[side] ?? 0);
  }
}
