/**
 * The state of all TCP connections, in flat arrays. A connection `c` has two sides: side `2c` is the
 * client's socket, side `2c + 1` the endpoint's, so the other side of `s` is `s ^ 1`.
 *
 * A side's generation changes whenever it is opened or closed: events and put-off work that carry an
 * old one are stale, though the number of the socket, or of the connection, may live again.
 *
 * @module
 */
import { tellClosed, tellDialFailed, tellUnserved } from "./callbacks.ts";
import type { Endpoint } from "./endpoints.ts";
import { HeldBytes, widened } from "./held.ts";
import type { Client, CloseReason, OpenListener } from "./listener.ts";
import type { Shared } from "./settings.ts";

/** What is known of a side. */
export const SIDE = {
  /** Reading may give something. */
  readable: 1,
  /** Writing may take something. */
  writable: 2,
  /** The peer will send no more, though what it sent may still be there to read. */
  hungUp: 4,
  /** Everything was read. */
  ended: 8,
  /** The end was passed on to the other side. */
  passedOn: 16,
  /** The poller watches it. */
  watched: 32,
  /** The poller watches it for room, too. */
  watchedForRoom: 64,
  /** It sends in bulk: its turn comes after the others', and it is spliced where that can be. */
  bulk: 128,
  /** Its turn is coming. */
  queued: 256,
} as const;

/** The phases of a connection. */
export const PHASE = {
  /** There is none. */
  free: 0,
  /** It waits for a descriptor, to dial. */
  waiting: 1,
  /** An endpoint is being dialled. */
  dialling: 2,
  /** Bytes flow. */
  open: 3,
} as const;

/** Is shown a connection or a flow: its listener, its endpoint, its bytes of both ways so far. */
export type VisitOpen = (key: string, endpoint: string, bytesIn: number, bytesOut: number) => void;

const FIRST_CAPACITY = 64;

/** The connections of an engine. */
export class Connections {
  /** {@linkcode PHASE} of each connection. */
  phase = new Uint8Array(0);
  /** When dialling must have come to an end. */
  deadline = new Float64Array(0);
  /** How many tries were late, or failed at an endpoint that had failed before. */
  tries = new Uint8Array(0);
  /** The socket of each side; -1: none. */
  sock = new Int32Array(0);
  /** The generation of each side. */
  generation = new Uint32Array(0);
  /** {@linkcode SIDE} of each side. */
  flags = new Uint16Array(0);
  /** How many bytes were read from each side. */
  moved = new Float64Array(0);
  /** The bytes of each side that wait for room on the other. */
  readonly held: HeldBytes;
  /** The listener of each connection. */
  readonly listener: (OpenListener | null)[] = [];
  /** The endpoint that each is connected to, or dials. */
  readonly endpoint: (Endpoint | null)[] = [];
  /** The client, until the endpoint is reached; longer where the listener wishes it. */
  readonly client: (Client | null)[] = [];
  /** The endpoints that it failed to reach; `null`: none yet. */
  readonly tried: (string[] | null)[] = [];
  /** Called for a connection that ends before it was open. */
  onLeft: (connection: number) => void = () => {};

  readonly #shared: Shared;
  readonly #free: number[] = [];
  #used = 0;
  #count = 0;

  /** Makes an empty table. */
  constructor(shared: Shared) {
    this.#shared = shared;
    this.held = new HeldBytes(shared.sys, shared.settings);
    this.#widen(FIRST_CAPACITY);
  }

  /** How many connections there are. */
  get count(): number {
    return this.#count;
  }

  /** Whether there may be no more. */
  get full(): boolean {
    return this.#count >= this.#shared.settings.maxConnections;
  }

  /** Takes an accepted socket in; the connection waits to be dialled. */
  add(listener: OpenListener, sock: number, client: Client): number {
    const c = this.#free.pop() ?? this.#used++;
    if (c >= this.phase.length) this.#widen(2 * this.phase.length);
    this.#count++;
    listener.counters.active++;
    this.phase[c] = PHASE.waiting;
    this.tries[c] = 0;
    this.listener[c] = listener;
    this.endpoint[c] = null;
    this.client[c] = client;
    this.tried[c] = null;
    this.#openSide(2 * c, sock);
    this.#openSide(2 * c + 1, -1);
    return c;
  }

  /** Gives the endpoint's side a socket. */
  attach(c: number, endpoint: Endpoint, sock: number): void {
    this.endpoint[c] = endpoint;
    this.#openSide(2 * c + 1, sock);
  }

  /** Takes the endpoint and its socket away: the try has failed. */
  detach(c: number): void {
    this.endpoint[c] = null;
    this.#closeSide(2 * c + 1, false);
  }

  /**
   * Ends a connection: its sockets are closed, what it held is given back, and its end is told.
   *
   * @param reset Whether both sides are told of a reset.
   */
  end(c: number, reason: CloseReason, reset = reason !== "finished"): void {
    const phase = this.phase[c];
    const listener = this.listener[c] ?? null;
    const endpoint = this.endpoint[c] ?? null;
    if (phase === PHASE.free || listener === null) return;
    const bytesIn = this.moved[2 * c] ?? 0;
    const bytesOut = this.moved[2 * c + 1] ?? 0;
    const client = this.client[c] ?? null;
    const wasTried = this.tried[c] !== null || endpoint !== null;
    this.phase[c] = PHASE.free;
    this.#closeSide(2 * c, reset);
    this.#closeSide(2 * c + 1, reset);
    this.listener[c] = null;
    this.endpoint[c] = null;
    this.client[c] = null;
    this.tried[c] = null;
    this.#free.push(c);
    this.#count--;
    listener.counters.active--;
    if (reset) listener.counters.resets++;
    if (phase !== PHASE.open) this.onLeft(c);
    const { faults } = this.#shared;
    if (phase !== PHASE.open) {
      if (endpoint !== null) tellDialFailed(listener, endpoint.text, reason, faults);
      const why = wasTried ? "dial-failed" : "no-endpoint";
      if (client !== null) tellUnserved(listener, client, why, faults);
    } else if (endpoint !== null) {
      tellClosed(listener, endpoint.text, { reason, bytesIn, bytesOut }, client, faults);
    }
  }

  /** Shows the connections that bytes flow on, with the bytes that have flowed so far. */
  forEachOpen(visit: VisitOpen): void {
    for (let c = 0; c < this.#used; c++) {
      const listener = this.listener[c] ?? null;
      const endpoint = this.endpoint[c] ?? null;
      if (this.phase[c] !== PHASE.open || listener === null || endpoint === null) continue;
      const { moved } = this;
      visit(listener.spec.key, endpoint.text, moved[2 * c] ?? 0, moved[2 * c + 1] ?? 0);
    }
  }

  /** Ends all connections, or those of one listener, or those of it to one endpoint. */
  endAll(listener: OpenListener | null, endpoint: string | null, reason: CloseReason): void {
    for (let c = 0; c < this.#used; c++) {
      if (listener !== null && this.listener[c] !== listener) continue;
      if (endpoint === null || this.endpoint[c]?.text === endpoint) this.end(c, reason);
    }
  }

  #openSide(side: number, sock: number): void {
    this.sock[side] = sock;
    this.generation[side] = (this.generation[side] ?? 0) + 1;
    this.flags[side] = 0;
    this.moved[side] = 0;
  }

  #closeSide(side: number, reset: boolean): void {
    const { sys, loop } = this.#shared;
    const sock = this.sock[side] ?? -1;
    this.generation[side] = (this.generation[side] ?? 0) + 1;
    this.held.release(side);
    if (sock === -1) return;
    this.sock[side] = -1;
    loop.poller.forget(sock);
    if (reset) sys.abort(sock);
    else sys.close(sock);
    loop.freed = true;
  }

  #widen(capacity: number): void {
    const before = this.sock.length;
    this.phase = widened(this.phase, new Uint8Array(capacity));
    this.deadline = widened(this.deadline, new Float64Array(capacity));
    this.tries = widened(this.tries, new Uint8Array(capacity));
    this.sock = widened(this.sock, new Int32Array(2 * capacity)).fill(-1, before);
    this.generation = widened(this.generation, new Uint32Array(2 * capacity));
    this.flags = widened(this.flags, new Uint16Array(2 * capacity));
    this.moved = widened(this.moved, new Float64Array(2 * capacity));
    this.held.widen(2 * capacity);
  }
}
