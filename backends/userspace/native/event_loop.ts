/**
 * The engine's own event loop: wait once, hand every event to who owns it, give those that put work
 * off a share of the turn, and see to deadlines. It runs when {@linkcode EventLoop.turn} is called, and
 * between two turns the thread belongs to JavaScript's loop.
 *
 * @module
 */
import { errnoName } from "./errno.ts";
import type { Poller, Sys } from "./sys.ts";

/** What events can belong to. The number stands in the upper bits of a token. */
export const KIND = {
  /** The wake-up. */
  wake: 0,
  /** A TCP listener. */
  tcpListener: 1,
  /** One side of a TCP connection. */
  connection: 2,
  /** A UDP listener. */
  udpListener: 3,
  /** The upstream socket of a UDP flow. */
  flow: 4,
} as const;

const KIND_SHIFT = 28;
const INDEX_MASK = (1 << KIND_SHIFT) - 1;

/** The token of the so-manieth of a kind. */
export function tokenOf(kind: number, index: number): number {
  return (kind << KIND_SHIFT | index) >>> 0;
}

/** Who owns the events of a kind. It compares the generation with its own: events may be stale. */
export interface EventOwner {
  /** A socket can go on. */
  ready(index: number, generation: number, events: number): void;
  /** The turn of work that was put off; answers with its weight, about the bytes moved. */
  resume(index: number, generation: number): number;
}

/** Something with deadlines. */
export interface TimeKeeper {
  /** The next deadline; infinity for none. */
  deadline(): number;
  /** Does what is due. */
  expire(now: number): void;
}

/** How many events one wait takes. */
const EVENTS_PER_TURN = 256;

/** After so many full waits in a row, what was ready before them has been told: the oldest comes first. */
const MOST_FULL_WAITS = 64;

/** How much put-off work one turn does, in bytes: what a small request may have to wait for. */
const WORK_PER_TURN = 512 * 1024;

/** The longest wait: a signed 32-bit number of milliseconds is more than any caller needs. */
const LONGEST_WAIT_MS = 60_000;

/** Waits, and hands out what happens. */
export class EventLoop {
  /** The system. */
  readonly sys: Sys;
  /** Its poller. */
  readonly poller: Poller;
  /** The time, in milliseconds of a clock that never goes back; read once or twice a turn. */
  time: number;
  /** Whether a descriptor was given back: who waits for one may try again. */
  freed = false;

  readonly #now: () => number;
  readonly #owners: (EventOwner | undefined)[] = [];
  readonly #keepers: TimeKeeper[] = [];
  readonly #later = new WorkQueue();
  /** How many waits in a row have told as much as one can. */
  #fullWaits = 0;

  /**
   * Makes a loop.
   *
   * @throws {Error} If the system gives no poller.
   */
  constructor(sys: Sys, now: () => number) {
    const poller = sys.poller(EVENTS_PER_TURN);
    if (typeof poller === "number") {
      throw new Error(`Cannot make a poller for the native data path: ${errnoName(-poller)}`);
    }
    this.sys = sys;
    this.poller = poller;
    this.#now = now;
    this.time = now();
  }

  /** Whether something may have happened that no wait has told yet. */
  get isBehind(): boolean {
    return this.#fullWaits > 0 && this.#fullWaits < MOST_FULL_WAITS;
  }

  /** Hands the events of a kind to an owner. */
  own(kind: number, owner: EventOwner): void {
    this.#owners[kind] = owner;
  }

  /** Sees to somebody's deadlines. */
  keep(keeper: TimeKeeper): void {
    this.#keepers.push(keeper);
  }

  /** Puts work off until everybody else had a chance. */
  later(kind: number, index: number, generation: number): void {
    this.#later.push(tokenOf(kind, index), generation);
  }

  /**
   * Waits once, at most so many milliseconds, and does what there is to do, within bounds.
   *
   * @throws {Error} If the poller fails: the engine cannot go on.
   */
  turn(timeoutMs: number): void {
    const asked = this.time = this.#now();
    const count = this.poller.wait(this.#waitMs(timeoutMs));
    if (count < 0) throw new Error(`Cannot wait for events: ${errnoName(-count)}`);
    this.time = this.#now();
    this.#fullWaits = count === EVENTS_PER_TURN ? this.#fullWaits + 1 : 0;
    for (let i = 0; i < count; i++) {
      const token = this.poller.token(i);
      const owner = this.#owners[token >>> KIND_SHIFT];
      owner?.ready(token & INDEX_MASK, this.poller.generation(i), this.poller.events(i));
    }
    this.#work();
    // Nobody is late whose answer may have come since: this thread may have stood still for long.
    for (const keeper of this.#keepers) if (keeper.deadline() <= asked) keeper.expire(asked);
  }

  /** Gives the poller back. */
  close(): void {
    this.poller.close();
  }

  #work(): void {
    let weight = 0;
    for (let left = this.#later.size; left > 0 && weight < WORK_PER_TURN; left--) {
      const token = this.#later.token();
      const generation = this.#later.generation();
      this.#later.shift();
      weight += this.#owners[token >>> KIND_SHIFT]?.resume(token & INDEX_MASK, generation) ?? 0;
    }
  }

  #waitMs(timeoutMs: number): number {
    if (this.#later.size > 0) return 0;
    let until = this.time + Math.min(timeoutMs, LONGEST_WAIT_MS);
    for (const keeper of this.#keepers) until = Math.min(until, keeper.deadline());
    return Math.max(0, Math.ceil(until - this.time));
  }
}

/** A queue of pairs in a ring that grows. */
class WorkQueue {
  #tokens = new Uint32Array(64);
  #generations = new Uint32Array(64);
  #first = 0;
  size = 0;

  push(token: number, generation: number): void {
    if (this.size === this.#tokens.length) this.#grow();
    const place = (this.#first + this.size++) & (this.#tokens.length - 1);
    this.#tokens[place] = token;
    this.#generations[place] = generation;
  }

  token(): number {
    return this.#tokens[this.#first] ?? 0;
  }

  generation(): number {
    return this.#generations[this.#first] ?? 0;
  }

  shift(): void {
    this.#first = (this.#first + 1) & (this.#tokens.length - 1);
    this.size--;
  }

  #grow(): void {
    const { length } = this.#tokens;
    const tokens = new Uint32Array(2 * length);
    const generations = new Uint32Array(2 * length);
    for (let i = 0; i < length; i++) {
      const place = (this.#first + i) & (length - 1);
      tokens[i] = this.#tokens[place] ?? 0;
      generations[i] = this.#generations[place] ?? 0;
    }
    this.#tokens = tokens;
    this.#generations = generations;
    this.#first = 0;
  }
}
