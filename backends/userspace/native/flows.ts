/**
 * The UDP flows: for each client of each listener an upstream socket that is connected to an endpoint,
 * so that the endpoint's answers, and its refusals, find their way back.
 *
 * @module
 */
import {
  chooseEndpoint,
  fault,
  isAllowed,
  tellClosed,
  tellDialFailed,
  tellOpened,
  tellUnserved,
} from "./callbacks.ts";
import type { VisitOpen } from "./connections.ts";
import type { Endpoint } from "./endpoints.ts";
import { ERRNO, errnoName, isExhaustion } from "./errno.ts";
import { KIND, tokenOf } from "./event_loop.ts";
import { FlowTable } from "./flow_table.ts";
import { type Client, type CloseReason, countCause, type OpenListener } from "./listener.ts";
import type { Shared } from "./settings.ts";
import { ipAt, portAt, SOCKADDR_BYTES } from "./sockaddr.ts";
import { type Addresses, EVENT } from "./sys.ts";

/** How many endpoints are tried for one datagram. */
const TRIES = 4;

/** How many flows that have gone silent are closed in one turn. */
const CLOSES_PER_TURN = 256;

/** The flows of an engine. */
export class Flows {
  /** Finds them by their clients. */
  readonly table: FlowTable;
  /** The upstream socket of each; -1: none. */
  readonly sock: Int32Array<ArrayBuffer>;
  /** The generation of each; events and batches that carry an old one are stale. */
  readonly generation: Uint32Array<ArrayBuffer>;
  /** The bytes that the client sent. */
  readonly bytesIn: Float64Array<ArrayBuffer>;
  /** The bytes that the endpoint sent. */
  readonly bytesOut: Float64Array<ArrayBuffer>;
  /** The listener of each. */
  readonly listener: (OpenListener | null)[] = [];
  /** The endpoint of each. */
  readonly endpoint: (Endpoint | null)[] = [];
  readonly #shared: Shared;

  /** Makes room for as many flows as there may be. */
  constructor(shared: Shared) {
    const { maxFlows } = shared.settings;
    this.#shared = shared;
    const [seed = 0] = crypto.getRandomValues(new Uint32Array(1));
    this.table = new FlowTable(maxFlows, seed);
    this.sock = new Int32Array(maxFlows).fill(-1);
    this.generation = new Uint32Array(maxFlows);
    this.bytesIn = new Float64Array(maxFlows);
    this.bytesOut = new Float64Array(maxFlows);
  }

  /**
   * Opens a flow for the sender of a datagram, to an endpoint that is none of those tried. Answers -1
   * where that cannot be; the datagram is then lost, and counted.
   */
  open(
    listener: OpenListener,
    source: Addresses,
    index: number,
    failed: readonly string[],
  ): number {
    const { faults, endpoints } = this.#shared;
    const { counters } = listener;
    const client = clientOf(source, index);
    if (!isAllowed(listener, client, faults)) return lost(listener, "denied");
    const tried = [...failed];
    while (tried.length < TRIES) {
      const text = chooseEndpoint(listener, client, tried, faults);
      if (text === null) break;
      const endpoint = endpoints.get(text);
      if (endpoint === null) {
        fault(listener, "choose", new TypeError(`Cannot dial "${text}": not ip:port`), faults);
        tellDialFailed(listener, text, errnoName(ERRNO.EINVAL), faults);
        return lost(listener, "fault");
      }
      // The callback may have closed the listener.
      const sock = listener.open ? this.#connect(endpoint) : -ERRNO.ECONNABORTED;
      const flow = sock < 0 ? sock : this.#add(listener, source, index, endpoint, sock);
      if (flow >= 0) {
        const generation = this.generation[flow];
        tellOpened(listener, text, client, faults);
        return this.generation[flow] === generation ? flow : lost(listener, "flow-ended");
      }
      tellDialFailed(listener, text, errnoName(-flow), faults);
      if (isExhaustion(-flow) || !listener.open) {
        tellUnserved(listener, client, "dial-failed", faults);
        return lost(listener, errnoName(-flow));
      }
      tried.push(text);
    }
    tellUnserved(listener, client, tried.length > 0 ? "dial-failed" : "no-endpoint", faults);
    if (tried.length > 0) return lost(listener, "unreachable");
    counters.noEndpoint++;
    return lost(listener, "no-endpoint");
  }

  /** Ends a flow. */
  end(flow: number, reason: CloseReason): void {
    const listener = this.listener[flow] ?? null;
    const endpoint = this.endpoint[flow] ?? null;
    if (listener === null || endpoint === null) return;
    const closed = {
      reason,
      bytesIn: this.bytesIn[flow] ?? 0,
      bytesOut: this.bytesOut[flow] ?? 0,
    };
    const client = listener.spec.keepClients ?? false ? clientOf(this.table, flow) : null;
    this.generation[flow] = (this.generation[flow] ?? 0) + 1;
    this.table.remove(flow);
    this.#close(this.sock[flow] ?? -1);
    this.sock[flow] = -1;
    this.listener[flow] = null;
    this.endpoint[flow] = null;
    listener.counters.flows--;
    tellClosed(listener, endpoint.text, closed, client, this.#shared.faults);
  }

  /** Shows the flows, with the bytes that have flowed so far. */
  forEachOpen(visit: VisitOpen): void {
    for (let flow = 0; flow < this.listener.length; flow++) {
      const key = this.listener[flow]?.spec.key;
      const endpoint = this.endpoint[flow]?.text;
      if (key === undefined || endpoint === undefined) continue;
      visit(key, endpoint, this.bytesIn[flow] ?? 0, this.bytesOut[flow] ?? 0);
    }
  }

  /** Ends the flows of a listener whose clients may not use it any more. */
  endDenied(listener: OpenListener, mayStay: (ip: string) => boolean): void {
    for (let flow = 0; flow < this.listener.length; flow++) {
      if (this.listener[flow] !== listener) continue;
      if (!mayStay(clientOf(this.table, flow).ip)) this.end(flow, "denied");
    }
  }

  /** Ends all flows of a listener, or those to one of its endpoints. */
  endAll(listener: OpenListener, endpoint: string | null, reason: CloseReason): void {
    for (let flow = 0; flow < this.listener.length; flow++) {
      if (this.listener[flow] !== listener) continue;
      if (endpoint === null || this.endpoint[flow]?.text === endpoint) this.end(flow, reason);
    }
  }

  /** When the flow that has been silent for longest has been so for too long. */
  deadline(): number {
    const { oldest, lastUse } = this.table;
    if (oldest === -1) return Infinity;
    return (lastUse[oldest] ?? 0) + this.#shared.settings.udpIdleTimeout;
  }

  /** Ends flows that have been silent for too long. */
  expire(now: number): void {
    for (let count = 0; count < CLOSES_PER_TURN && this.deadline() <= now; count++) {
      this.end(this.table.oldest, "idle");
    }
  }

  /** Ends the listener's oldest flow where it has as many as it may, or else the oldest of all. */
  #makeRoom(listener: OpenListener): void {
    const { listenerFlows } = this.#shared.settings;
    const own = listener.counters.flows >= listenerFlows ? this.table.oldestOf(listener) : -1;
    if (own !== -1) this.end(own, "evicted");
    if (this.table.size === this.table.capacity) this.end(this.table.oldest, "evicted");
  }

  #add(
    listener: OpenListener,
    source: Addresses,
    index: number,
    endpoint: Endpoint,
    sock: number,
  ): number {
    const { loop } = this.#shared;
    this.#makeRoom(listener);
    const flow = this.table.add(listener, source, index, loop.time);
    const generation = (this.generation[flow] ?? 0) + 1;
    const result = loop.poller.add(sock, tokenOf(KIND.flow, flow), generation, EVENT.read);
    if (result < 0) {
      this.table.remove(flow);
      this.#close(sock);
      return result;
    }
    this.generation[flow] = generation;
    this.sock[flow] = sock;
    this.bytesIn[flow] = 0;
    this.bytesOut[flow] = 0;
    this.listener[flow] = listener;
    this.endpoint[flow] = endpoint;
    listener.counters.flows++;
    listener.counters.flowsOpened++;
    return flow;
  }

  /** A socket connected to an endpoint, or a negative code. */
  #connect(endpoint: Endpoint): number {
    const { sys } = this.#shared;
    let sock = sys.socket(endpoint.family, "datagram");
    if (isExhaustion(-sock) && this.table.oldest !== -1) {
      this.end(this.table.oldest, "evicted");
      sock = sys.socket(endpoint.family, "datagram");
    }
    if (sock < 0) return sock;
    const result = sys.connect(sock, endpoint.address);
    if (result === 0) return sock;
    sys.close(sock);
    return result;
  }

  #close(sock: number): void {
    const { sys, loop } = this.#shared;
    loop.poller.forget(sock);
    sys.close(sock);
    loop.freed = true;
  }
}

/** Counts a datagram that is lost. */
function lost(listener: OpenListener, cause: string): -1 {
  countCause(listener.counters.drops, cause);
  return -1;
}

function clientOf({ peers }: Addresses, index: number): Client {
  const bytes = new Uint8Array(
    peers.buffer,
    peers.byteOffset + index * SOCKADDR_BYTES,
    SOCKADDR_BYTES,
  );
  return { ip: ipAt(bytes, 0), port: portAt(bytes, 0) };
}
