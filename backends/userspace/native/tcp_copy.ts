/**
 * Copies between the two sides of open connections. Hot: one scratch buffer serves all, a connection
 * that flows allocates and holds nothing, and no connection gets more than its share of a turn.
 *
 * @module
 */
import { type Connections, SIDE } from "./connections.ts";
import { ERRNO } from "./errno.ts";
import { KIND, tokenOf } from "./event_loop.ts";
import { allocate } from "./memory.ts";
import { READ_BYTES } from "./pending.ts";
import type { Shared } from "./settings.ts";
import { PIPE_BYTES } from "./splice.ts";
import { EVENT } from "./sys.ts";

/** What one direction of one connection may move in a row. */
const SHARE_BYTES = READ_BYTES;

/** What one splice moves: what a pipe holds. */
const SPLICE_BYTES = PIPE_BYTES;

/** A bulk sender that had less than this to say is one no more. */
const TRICKLE_BYTES = 32 * 1024;

/** A copy that has read everything there was: no code of the system. */
const STOPPED = -(2 ** 20);

/** Copies. */
export class Copier {
  readonly #shared: Shared;
  readonly #table: Connections;
  readonly #scratch = allocate(READ_BYTES);

  /** Copies for the connections of a table. */
  constructor(shared: Shared, table: Connections) {
    this.#shared = shared;
    this.#table = table;
  }

  /** Something happened to a side of an open connection. */
  ready(side: number, events: number): void {
    const { flags, generation } = this.#table;
    const before = flags[side] ?? 0;
    const since = generation[side];
    let now = before;
    if ((events & EVENT.read) !== 0) now |= SIDE.readable;
    if ((events & EVENT.write) !== 0) now |= SIDE.writable;
    if ((events & EVENT.hangUp) !== 0) now |= SIDE.hungUp;
    flags[side] = now;
    const hasFailed = (events & EVENT.error) !== 0;
    if (hasFailed && this.#isDeaf(side)) {
      this.#failed(side);
      return;
    }
    if ((now & SIDE.bulk) !== 0) this.#putOff(side);
    else if ((events & EVENT.read) !== 0) this.pump(side);
    // An end that came before the failure hides it from who reads.
    if (hasFailed && generation[side] === since && this.#isDeaf(side)) {
      this.#failed(side);
      return;
    }
    const roomAgain = (before & SIDE.writable) === 0 && (events & EVENT.write) !== 0;
    if (roomAgain && generation[side] === since) this.#wake(side ^ 1);
  }

  /** The turn of a side has come. */
  resume(side: number): number {
    const { flags, moved } = this.#table;
    const before = moved[side] ?? 0;
    flags[side] = (flags[side] ?? 0) & ~SIDE.queued;
    this.pump(side);
    return Math.max(0, (moved[side] ?? 0) - before);
  }

  /** Moves what can be moved from a side to the other, within its share. */
  pump(side: number): void {
    const table = this.#table;
    const { held, flags, sock } = table;
    const other = side ^ 1;
    const from = sock[side] ?? -1;
    const to = sock[other] ?? -1;
    let left = SHARE_BYTES;
    for (;;) {
      const state = flags[side] ?? 0;
      if (((flags[other] ?? 0) & SIDE.writable) === 0) return;
      if (held.amount[side] !== 0 && !this.#flush(side, to)) return;
      if ((state & SIDE.ended) !== 0) {
        this.#passEndOn(side);
        return;
      }
      if ((state & SIDE.readable) === 0) return;
      if (left <= 0) {
        flags[side] = state | SIDE.bulk;
        this.#putOff(side);
        return;
      }
      const read = (state & SIDE.bulk) === 0
        ? this.#copy(side, from, to)
        : this.#splice(side, from, to);
      if (read > 0) {
        left -= read;
      } else if (read === 0) {
        flags[side] = (flags[side] ?? 0) | SIDE.ended;
      } else {
        if (read === -ERRNO.EAGAIN) this.#drained(side, SHARE_BYTES - left);
        else if (read !== STOPPED) table.end(side >> 1, "reset");
        return;
      }
    }
  }

  /** Copies once. Answers what was read, 0 at the end, a negative code, or {@linkcode STOPPED}. */
  #copy(side: number, from: number, to: number): number {
    const { sys } = this.#shared;
    const { held, flags } = this.#table;
    const { bytes } = this.#scratch;
    const size = held.readSize();
    const read = sys.receive(from, bytes, size);
    if (read <= 0) return read;
    this.#count(side, read);
    const sent = sys.send(to, bytes, read);
    if (sent !== read) {
      if (sent < 0 && sent !== -ERRNO.EAGAIN) return sent;
      held.keep(side, bytes.subarray(Math.max(sent, 0), read));
      this.#full(side ^ 1);
      return read;
    }
    // A short read has emptied the socket, and its next arrival is told. But an end that has come
    // already was told already, so then it is read up to the end.
    if (read < size && ((flags[side] ?? 0) & SIDE.hungUp) === 0) {
      this.#drained(side, read);
      return STOPPED;
    }
    return read;
  }

  /** Like copying, but the bytes stay in the kernel. */
  #splice(side: number, from: number, to: number): number {
    const { held } = this.#table;
    const read = held.splice(side, from, to, SPLICE_BYTES);
    if (read === null) return this.#copy(side, from, to);
    if (read > 0) this.#count(side, read);
    return read; // whether there is room for what is held, sending it will show
  }

  /** Sends what waits; whether all of it went. */
  #flush(side: number, to: number): boolean {
    const result = this.#table.held.flush(side, to);
    if (result === 0) return true;
    if (result === -ERRNO.EAGAIN) this.#full(side ^ 1);
    else this.#table.end(side >> 1, "reset");
    return false;
  }

  #passEndOn(side: number): void {
    const { flags, sock } = this.#table;
    const other = side ^ 1;
    const state = flags[side] ?? 0;
    if ((state & SIDE.passedOn) !== 0) return;
    flags[side] = state | SIDE.passedOn;
    // Closing tells the second end, so that only the first costs a call.
    if (((flags[other] ?? 0) & SIDE.passedOn) !== 0) this.#table.end(side >> 1, "finished");
    else if (this.#shared.sys.shutdownWrite(sock[other] ?? -1) < 0) {
      this.#table.end(side >> 1, "reset");
    }
  }

  /**
   * A side has failed. What an endpoint has said up to its end still reaches the client: a reset might
   * overtake it, so there the connection is just closed.
   */
  #failed(side: number): void {
    const { flags } = this.#table;
    const hasSaidAll = (side & 1) === 1 && ((flags[side] ?? 0) & SIDE.passedOn) !== 0;
    this.#table.end(side >> 1, "reset", !hasSaidAll);
  }

  /** Whether nobody will read from a side any more, and so meet its error. */
  #isDeaf(side: number): boolean {
    const { flags } = this.#table;
    return ((flags[side] ?? 0) & SIDE.ended) !== 0 ||
      ((flags[side ^ 1] ?? 0) & SIDE.writable) === 0;
  }

  /** Nothing more is there to read for now. */
  #drained(side: number, moved: number): void {
    const { flags, sock } = this.#table;
    const leave = moved < TRICKLE_BYTES ? SIDE.readable | SIDE.bulk : SIDE.readable;
    flags[side] = (flags[side] ?? 0) & ~leave;
    this.#shared.loop.poller.awaitRead(sock[side] ?? -1);
  }

  /** No more room is there to write to for now. */
  #full(side: number): void {
    const { flags, generation, sock } = this.#table;
    const { poller } = this.#shared.loop;
    const state = flags[side] ?? 0;
    flags[side] = (state & ~SIDE.writable) | SIDE.watchedForRoom;
    const socket = sock[side] ?? -1;
    if ((state & SIDE.watchedForRoom) !== 0) poller.awaitWrite(socket);
    else {
      const token = tokenOf(KIND.connection, side);
      poller.change(socket, token, generation[side] ?? 0, EVENT.read | EVENT.write);
    }
  }

  #wake(side: number): void {
    if (((this.#table.flags[side] ?? 0) & SIDE.bulk) !== 0) this.#putOff(side);
    else this.pump(side);
  }

  #putOff(side: number): void {
    const { flags, generation } = this.#table;
    const state = flags[side] ?? 0;
    if ((state & SIDE.queued) !== 0) return;
    flags[side] = state | SIDE.queued;
    this.#shared.loop.later(KIND.connection, side, generation[side] ?? 0);
  }

  #count(side: number, bytes: number): void {
    const { moved, listener } = this.#table;
    moved[side] = (moved[side] ?? 0) + bytes;
    const counters = listener[side >> 1]?.counters;
    if (counters === undefined) return;
    if ((side & 1) === 0) counters.bytesIn += bytes;
    else counters.bytesOut += bytes;
  }
}
