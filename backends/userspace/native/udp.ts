/**
 * UDP: takes datagrams from clients by the batch and sends those of each flow in one call; takes the
 * endpoints' answers flow by flow and sends those of one listener in one call. Hot: nothing is
 * allocated for a datagram of a known flow.
 *
 * @module
 */
import { ERRNO, errnoName } from "./errno.ts";
import { type EventOwner, KIND, type TimeKeeper } from "./event_loop.ts";
import { Flows } from "./flows.ts";
import { countCause, type NativeListener, type OpenListener } from "./listener.ts";
import { Listeners } from "./listeners.ts";
import { Replies } from "./replies.ts";
import type { Shared } from "./settings.ts";
import { type DatagramBatch, WITH } from "./sys.ts";

/** How many datagrams one call takes. */
export const BATCH = 64;

/** How many batches of one listener are taken in one turn. */
const BATCHES_PER_TURN = 4;

/** About what a datagram costs, in bytes that could have been copied instead. */
const DATAGRAM_WEIGHT = 1024;

/** No buffer. */
const NONE = -1;

/** The UDP half of an engine. */
export class Udp implements TimeKeeper {
  /** Its flows. */
  readonly flows: Flows;
  readonly #shared: Shared;
  readonly #listeners: Listeners;
  readonly #batch: DatagramBatch;
  readonly #replies: Replies;
  /** The flows of the batch at hand, each with the chain of its buffers. */
  readonly #groups = new Int32Array(BATCH);
  readonly #groupGeneration = new Uint32Array(BATCH);
  readonly #first = new Int32Array(BATCH);
  readonly #last = new Int32Array(BATCH);
  readonly #next = new Int32Array(BATCH);
  /** The group of a flow in the batch at hand, if it is that flow's: checked, never cleared. */
  readonly #groupOf: Int32Array<ArrayBuffer>;

  /** Takes the events of its kinds. */
  constructor(shared: Shared) {
    this.#shared = shared;
    this.flows = new Flows(shared);
    this.#groupOf = new Int32Array(shared.settings.maxFlows);
    this.#listeners = new Listeners(shared, KIND.udpListener);
    this.#batch = shared.sys.batch(BATCH);
    this.#replies = new Replies(shared, this.flows);
    shared.loop.own(KIND.udpListener, this.#takers());
    shared.loop.own(KIND.flow, this.#replies);
    shared.loop.keep(this);
  }

  /** Opens a listener. */
  open(spec: NativeListener): ReturnType<Listeners["open"]> {
    return this.#listeners.open(spec);
  }

  /** Closes a listener, and its flows with it: without it they have no way back. */
  close(listener: OpenListener): void {
    this.#replies.flush();
    this.flows.endAll(listener, null, "terminated");
    this.#listeners.close(listener);
  }

  /** At once, when answers wait to be sent; else when a flow has been silent for too long. */
  deadline(): number {
    return this.#replies.waiting ? 0 : this.flows.deadline();
  }

  /** Sends the answers of this turn, and ends flows that were silent for too long. */
  expire(now: number): void {
    this.#replies.flush();
    this.flows.expire(now);
  }

  #takers(): EventOwner {
    const take = (index: number, generation: number) => {
      const listener = this.#listeners.get(index, generation);
      return listener === null ? 0 : this.#take(listener);
    };
    return { ready: take, resume: take };
  }

  /** Takes what clients have sent, up to a share; answers with its weight. */
  #take(listener: OpenListener): number {
    const { loop, sys } = this.#shared;
    const carry = listener.wildcard && sys.localAddresses ? WITH.peerAndLocal : WITH.peer;
    for (let count = 0; count < BATCHES_PER_TURN; count++) {
      const received = this.#batch.receive(listener.sock, 0, BATCH, carry);
      if (received > 0) this.#route(listener, received);
      if (!listener.open) return count * BATCH * DATAGRAM_WEIGHT;
      if (received < 0 && received !== -ERRNO.EAGAIN) {
        // A client that is gone (Windows tells the listener), or a passing want: the socket lives on.
        countCause(listener.counters.drops, errnoName(-received));
      } else if (received < BATCH) {
        loop.poller.awaitRead(listener.sock);
        return count * BATCH * DATAGRAM_WEIGHT;
      }
    }
    loop.later(KIND.udpListener, listener.index, listener.generation);
    return BATCHES_PER_TURN * BATCH * DATAGRAM_WEIGHT;
  }

  /** Sends the datagrams of a batch on, flow by flow; within a flow, in order. */
  #route(listener: OpenListener, received: number): void {
    const { table, generation } = this.flows;
    const { time } = this.#shared.loop;
    let groups = 0;
    for (let buffer = 0; buffer < received; buffer++) {
      let flow = table.find(listener, this.#batch, buffer);
      if (flow === -1) {
        flow = this.flows.open(listener, this.#batch, buffer, []);
        if (flow === -1) continue;
      } else {
        table.touch(flow, time);
      }
      const group = this.#groupOf[flow] ?? 0;
      this.#next[buffer] = NONE;
      if (
        group < groups && this.#groups[group] === flow &&
        this.#groupGeneration[group] === generation[flow]
      ) {
        this.#next[this.#last[group] ?? 0] = buffer;
        this.#last[group] = buffer;
      } else {
        this.#groupOf[flow] = groups;
        this.#groups[groups] = flow;
        this.#groupGeneration[groups] = generation[flow] ?? 0;
        this.#first[groups] = buffer;
        this.#last[groups] = buffer;
        groups++;
      }
    }
    for (let group = 0; group < groups; group++) this.#sendGroup(listener, group);
  }

  #sendGroup(listener: OpenListener, group: number): void {
    const { flows } = this;
    const flow = this.#groups[group] ?? 0;
    let count = 0;
    let bytes = 0;
    for (let buffer = this.#first[group] ?? NONE; buffer !== NONE; count++) {
      this.#batch.put(count, buffer);
      bytes += this.#batch.lengths[buffer] ?? 0;
      buffer = this.#next[buffer] ?? NONE;
    }
    if (flows.generation[flow] !== this.#groupGeneration[group]) { // a callback has ended it
      countCause(listener.counters.drops, "flow-ended", count);
      return;
    }
    listener.counters.bytesIn += bytes;
    flows.bytesIn[flow] = (flows.bytesIn[flow] ?? 0) + bytes;
    const sent = this.#send(flow, 0, count);
    if (sent === count) return;
    // The endpoint refuses: these datagrams go to another one, if there is any.
    const refused = flows.endpoint[flow]?.text ?? "";
    flows.end(flow, "refused");
    const other = listener.open
      ? flows.open(listener, this.#batch, this.#first[group] ?? 0, [refused])
      : NONE;
    const rest = other === NONE ? sent : this.#send(other, sent, count);
    if (rest < count) countCause(listener.counters.drops, "refused", count - rest);
  }

  /**
   * Sends entries to a flow's endpoint. Answers with the entry that the endpoint's refusal was met at;
   * what cannot be sent for another reason is lost, and counted.
   */
  #send(flow: number, from: number, count: number): number {
    const { counters } = this.flows.listener[flow] ?? {};
    const sock = this.flows.sock[flow] ?? -1;
    if (counters === undefined) return count;
    let entry = from;
    while (entry < count) {
      const sent = this.#batch.send(sock, entry, count - entry);
      if (sent > 0) {
        entry += sent;
        counters.datagramsIn += sent;
      } else if (sent === -ERRNO.ECONNREFUSED) {
        return entry;
      } else if (sent !== -ERRNO.EINTR) {
        countCause(counters.drops, errnoName(-sent));
        entry++;
      }
    }
    return count;
  }
}
