/**
 * The flows of one UDP listener: opens one for each client, and ends it when its endpoint or its
 * right to be is gone, when it is idle, or when a new one needs its place.
 *
 * @module
 */
import { addressOf, type Logger } from "../../core/mod.ts";
import type { EndpointTotals } from "./balance/endpoint_set.ts";
import { type BackendAddress, type BalancerOptions, ListenerBalancer } from "./balancer.ts";
import type { ConnectionEvent, Rejection } from "./data_path.ts";
import { failureOf } from "./dial.ts";
import { Flow, type FlowEnd } from "./flow.ts";
import { FlowIndex } from "./flow_index.ts";
import type { FlowSweep, Sweepable } from "./flow_sweep.ts";
import { FlowTable } from "./flow_table.ts";
import { messageOf } from "./sockets.ts";
import { type ListenerSpec, sameBackends, sameTexts } from "./spec.ts";
import type { DatagramBuffers } from "./udp_buffers.ts";
import type { UdpCounters } from "./udp_counters.ts";
import {
  type DatagramSocket,
  type DatagramSockets,
  type DropCause,
  isMappedIpv4,
  sourceFor,
} from "./udp_sockets.ts";

/** What the flows of a listener need. */
export interface UdpFlowsOptions extends BalancerOptions {
  /** The platform's sockets. */
  readonly datagrams: DatagramSockets;
  /** Where buffers come from. */
  readonly datagramBuffers: DatagramBuffers;
  /** Who ends idle flows. */
  readonly sweep: FlowSweep;
  /** How many flows there may be; beyond, the one that was not used for the longest time goes. */
  readonly udpFlowLimit: number;
  /** Where to write what happens. */
  readonly log: Logger;
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
  /** Is told what happens to flows; `null`: nobody wants to know. */
  readonly onConnection: ((event: ConnectionEvent) => void) | null;
}

/** Whose flows they are. */
export interface UdpFlowsOwner {
  /** The listener's socket, while it has one: flows are only opened then. */
  readonly server: DatagramSocket | null;
  /** Where to count. */
  readonly counters: UdpCounters;
  /** Is told that a datagram that was forwarded is not to be waited for any more. */
  readonly onLetGo: () => void;
  /** Is told when the last flow has left, and again when its socket is done with. */
  readonly onEmpty: () => void;
}

const NOBODY: ReadonlySet<string> = new Set();

/** The flows of one UDP listener. */
export class UdpFlows implements Sweepable {
  readonly #options: UdpFlowsOptions;
  readonly #owner: UdpFlowsOwner;
  readonly #balancer: ListenerBalancer;
  readonly #table = new FlowTable<Flow>();
  readonly #index = new FlowIndex<Flow>();
  #spec: ListenerSpec;
  #running = 0;
  /** The flow that was last used, and how often one was; then, at the last sweep. */
  #last: Flow | null = null;
  #used = 0;
  #usedAtSweep = 0;

  /** Prepares for flows. */
  constructor(spec: ListenerSpec, owner: UdpFlowsOwner, options: UdpFlowsOptions) {
    this.#spec = spec;
    this.#owner = owner;
    this.#options = options;
    this.#balancer = new ListenerBalancer(spec, options);
  }

  /** How many flows live. */
  get size(): number {
    return this.#table.size;
  }

  /** How many have a socket that is not done with, those that have ended included. */
  get running(): number {
    return this.#running;
  }

  /** What has passed through the endpoints. */
  totals(): EndpointTotals {
    return this.#balancer.totals();
  }

  /** The flow of a client that has just sent something, a new one if need be; `null`: drop it. */
  use(from: Deno.NetAddr): Flow | null {
    return this.#touched(this.#index.get(from.hostname, from.port) ?? this.#open(from));
  }

  /** The same, for a listener that takes no new clients: `null` where there is no flow. */
  useLive(from: Deno.NetAddr): Flow | null {
    return this.#touched(this.#index.get(from.hostname, from.port) ?? null);
  }

  #touched(flow: Flow | null): Flow | null {
    if (flow === null) return null;
    this.#table.touch(flow, this.#options.now());
    this.#last = flow;
    this.#used++;
    return flow;
  }

  /** Makes the listener this. Flows that it still allows go on, the others end at once. */
  update(spec: ListenerSpec): void {
    const before = this.#spec;
    this.#spec = spec;
    this.#balancer.update(spec);
    const sameRanges = sameTexts(before.sourceRanges, spec.sourceRanges);
    if (sameRanges && sameBackends(before, spec)) return;
    for (const flow of this.#table) {
      const { clientIp, backend } = flow;
      if (!this.#balancer.mayUse(clientIp, backend)) this.#end(flow, "endpoint-gone");
      else if (!sameRanges && !this.#balancer.allows(clientIp)) {
        this.#end(flow, "source-not-allowed");
      }
    }
  }

  /**
   * Ends the flows that were last used at this time or before. If none was used since the last time,
   * lets the listener go of the one whose way may be blocked: it shall not hold up the others.
   */
  expire(lastSeen: number): void {
    if (this.#used === this.#usedAtSweep) this.#last?.letGo();
    this.#usedAtSweep = this.#used;
    for (let flow = this.#table.oldest; flow !== null && flow.lastSeen <= lastSeen;) {
      this.#end(flow, "idle");
      flow = this.#table.oldest;
    }
  }

  /** Ends them all. */
  cut(): void {
    for (const flow of this.#table) this.#end(flow, "cut");
  }

  /** Ends them all, and gives back what the listener shares with others. */
  close(): void {
    this.cut();
    this.#balancer.close();
  }

  #open(from: Deno.NetAddr): Flow | null {
    const { udpFlowLimit } = this.#options;
    const client = addressOf(from.hostname, from.port);
    const { server } = this.#owner;
    if (server === null) return this.#drop("stopped");
    // See PLATFORM_DATAGRAMS: what reaches the IPv6 wildcard over IPv4 was not meant for it.
    if (isMappedIpv4(from.hostname)) return this.#drop("stranger");
    const refuse = (why: Rejection & DropCause) => {
      this.#rejected(client, why);
      return this.#drop(why);
    };
    if (!this.#balancer.allows(from.hostname)) return refuse("source-not-allowed");
    const backend = this.#balancer.pick(from.hostname, NOBODY);
    if (backend === null) return refuse("no-endpoints");
    if (this.#table.size >= udpFlowLimit) this.#endOldest();
    const socket = this.#bind(client, backend);
    return socket === null ? null : this.#start(client, from, backend, socket, server);
  }

  /** Opens a flow's own socket. */
  #bind(client: string, backend: BackendAddress): DatagramSocket | null {
    try {
      return this.#options.datagrams.bind(sourceFor(backend.ip), 0);
    } catch (error) {
      const why = failureOf(error);
      backend.dialFailures[why]++;
      this.#owner.counters.dialFailures[why]++;
      this.#say(backend, `Cannot open a socket for a UDP flow: ${why}`, error);
      this.#rejected(client, "dial-failed");
      // The next client gets what the oldest flow gives back.
      if (why === "shortage") this.#endOldest();
      return this.#drop(why === "shortage" ? "shortage" : "other");
    }
  }

  #start(
    client: string,
    clientAddress: Deno.NetAddr,
    backend: BackendAddress,
    socket: DatagramSocket,
    server: DatagramSocket,
  ): Flow {
    const { datagramBuffers, sweep, log, now, onConnection } = this.#options;
    const { counters } = this.#owner;
    const { key: listener, servicePort: service } = this.#spec;
    const flow = new Flow({
      client,
      clientAddress,
      backend,
      socket,
      server,
      buffers: datagramBuffers,
      counters,
      onReply: (flow) => this.#replied(flow),
      onDrop: (flow, cause, error) => this.#dropped(flow, cause, error),
      onLetGo: this.#owner.onLetGo,
    });
    backend.active++;
    backend.connections++;
    counters.flowsOpened++;
    this.#table.add(flow, now());
    this.#index.add(flow);
    sweep.watch(this);
    log.v(3)?.info("Mapped UDP client to endpoint", { service, client, endpoint: backend.address });
    onConnection?.({ type: "mapped", listener, client, backend: backend.address });
    // Not awaited: run() never rejects, and the next client must not wait for this one.
    void this.#run(flow, service);
    return flow;
  }

  async #run(flow: Flow, service: string): Promise<void> {
    const { log, onConnection } = this.#options;
    this.#running++;
    const how = await flow.run();
    this.#running--;
    this.#leave(flow, how);
    const { client, bytesIn, bytesOut } = flow;
    const backend = flow.backend.address;
    const fields = { service, client, endpoint: backend, bytesIn, bytesOut, how };
    log.v(4)?.info("UDP flow is over", fields);
    onConnection?.({
      type: "closed",
      listener: this.#spec.key,
      client,
      backend,
      bytesIn,
      bytesOut,
      how: how === "broken" || how === "cut" ? how : "ended",
    });
    if (this.#table.size === 0) this.#owner.onEmpty();
  }

  #end(flow: Flow, how: FlowEnd): void {
    flow.end(how);
    this.#leave(flow, how);
  }

  #endOldest(): void {
    const { oldest } = this.#table;
    if (oldest !== null) this.#end(oldest, "evicted");
  }

  /**
   * Forgets a flow that has ended, once; its client's next datagram opens another. It is counted here
   * and not when its socket is done with, so that opened flows are always those that live or ended.
   */
  #leave(flow: Flow, how: FlowEnd): void {
    if (!this.#table.has(flow)) return;
    this.#table.remove(flow);
    this.#index.remove(flow);
    this.#owner.counters.flowsEnded[how]++;
    if (flow === this.#last) this.#last = null;
    flow.backend.active--;
    if (this.#table.size > 0) return;
    this.#options.sweep.forget(this);
    this.#owner.onEmpty();
  }

  #replied(flow: Flow): void {
    flow.backend.failing = false;
    if (this.#table.has(flow)) this.#table.touch(flow, this.#options.now());
  }

  #dropped({ backend }: Flow, cause: DropCause, error: unknown): void {
    if (cause !== "stopped") this.#say(backend, `Dropped a datagram: ${cause}`, error);
  }

  #drop(cause: DropCause): null {
    this.#owner.counters.dropped[cause]++;
    return null;
  }

  #rejected(client: string, why: Rejection): void {
    const { log, onConnection } = this.#options;
    const { key: listener, servicePort: service } = this.#spec;
    log.v(4)?.info("Dropped a datagram without proxying it", { service, client, listener, why });
    onConnection?.({ type: "rejected", listener, client, why });
  }

  /** Thousands of datagrams may meet one dead endpoint: say it once for each row of failures. */
  #say(backend: BackendAddress, line: string, error: unknown): void {
    const { log } = this.#options;
    const service = this.#spec.servicePort;
    const fields = { service, endpoint: backend.address, error: messageOf(error) };
    if (backend.failing) log.v(3)?.info(line, fields);
    else log.error(line, fields);
    backend.failing = true;
  }
}
