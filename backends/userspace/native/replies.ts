/**
 * The way back: what endpoints answer is gathered from the sockets of many flows, and sent from the
 * listener's in one call.
 *
 * @module
 */
import { ERRNO, errnoName } from "./errno.ts";
import { type EventOwner, KIND } from "./event_loop.ts";
import type { Flows } from "./flows.ts";
import { countCause, type OpenListener } from "./listener.ts";
import type { Shared } from "./settings.ts";
import { type DatagramBatch, WITH } from "./sys.ts";

/** How many answers one call sends. */
const BATCH = 64;

/** How many times one flow is read in one turn. */
const READS_PER_TURN = 4;

/** About what a datagram costs, in bytes that could have been copied instead. */
const DATAGRAM_WEIGHT = 1024;

/** Gathers and sends answers. */
export class Replies implements EventOwner {
  readonly #shared: Shared;
  readonly #flows: Flows;
  readonly #batch: DatagramBatch;
  /** The listener that what is gathered leaves from. */
  #listener: OpenListener | null = null;
  #count = 0;

  /** Gathers from these flows. */
  constructor(shared: Shared, flows: Flows) {
    this.#shared = shared;
    this.#flows = flows;
    this.#batch = shared.sys.batch(BATCH);
  }

  /** Whether answers wait to be sent. */
  get waiting(): boolean {
    return this.#count > 0;
  }

  /** An endpoint has answered, or refused. */
  ready(flow: number, generation: number): void {
    if (this.#flows.generation[flow] === generation) this.#gather(flow, generation);
  }

  /** An endpoint had more to say. */
  resume(flow: number, generation: number): number {
    return this.#flows.generation[flow] === generation ? this.#gather(flow, generation) : 0;
  }

  /** Sends what was gathered. What cannot be sent is lost, and counted. */
  flush(): void {
    const listener = this.#listener;
    const count = this.#count;
    this.#listener = null;
    this.#count = 0;
    if (listener === null) return;
    const { counters } = listener;
    for (let entry = 0; entry < count;) {
      const sent = this.#batch.send(listener.sock, entry, count - entry);
      if (sent > 0) {
        counters.datagramsOut += sent;
        entry += sent;
      } else if (sent !== -ERRNO.EINTR) {
        countCause(counters.drops, errnoName(-sent));
        entry++;
      }
    }
  }

  #gather(flow: number, generation: number): number {
    const { loop } = this.#shared;
    const listener = this.#flows.listener[flow] ?? null;
    const sock = this.#flows.sock[flow] ?? -1;
    if (listener === null) return 0;
    let weight = 0;
    for (let reads = 0; reads < READS_PER_TURN; reads++) {
      if (this.#listener !== listener || this.#count === BATCH) this.flush();
      const room = BATCH - this.#count;
      const received = this.#batch.receive(sock, this.#count, room, WITH.nothing);
      if (received > 0) {
        this.#address(flow, listener, received);
        weight += received * DATAGRAM_WEIGHT;
        if (received === room) continue;
      } else if (received === -ERRNO.ECONNREFUSED) {
        this.#flows.end(flow, "refused");
        return weight;
      } else if (received !== -ERRNO.EAGAIN) {
        countCause(listener.counters.drops, errnoName(-received));
        continue;
      }
      loop.poller.awaitRead(sock);
      return weight;
    }
    loop.later(KIND.flow, flow, generation);
    return weight;
  }

  /** Makes entries of what was just received. */
  #address(flow: number, listener: OpenListener, received: number): void {
    const { table, bytesOut } = this.#flows;
    let bytes = 0;
    for (let entry = this.#count; entry < this.#count + received; entry++) {
      this.#batch.address(entry, entry, table, flow);
      bytes += this.#batch.lengths[entry] ?? 0;
    }
    table.touch(flow, this.#shared.loop.time);
    bytesOut[flow] = (bytesOut[flow] ?? 0) + bytes;
    listener.counters.bytesOut += bytes;
    this.#listener = listener;
    this.#count += received;
  }
}
