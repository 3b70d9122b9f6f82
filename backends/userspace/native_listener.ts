/**
 * One listener of the native data path: the engine carries the bytes, while balancing, affinity and
 * source ranges are those of every data path.
 *
 * @module
 */
import type { Logger } from "../../core/mod.ts";
import type { EndpointTotals } from "./balance/endpoint_set.ts";
import { type BalancerOptions, ListenerBalancer } from "./balancer.ts";
import type { ConnectionEvent, EndpointCounts, ListenerStats } from "./data_path.ts";
import { listenerStats } from "./listener_tally.ts";
import type { LocalListener } from "./local_listeners.ts";
import type { NativeEngine } from "./native/mod.ts";
import { type EngineSocket, NativeClients } from "./native_clients.ts";
import { addDatagrams } from "./native_counts.ts";
import { givenUp } from "./given_up.ts";
import { errorOfCode } from "./platform_error.ts";
import { hasEndpoints, type ListenerSpec, sameTexts } from "./spec.ts";
import { copyOfCounters, udpCounts } from "./udp_counters.ts";

/** The bytes that have flowed so far on what lives, by the engine's key and the endpoint. */
export type LiveBytes = ReadonlyMap<string, ReadonlyMap<string, Bytes>>;

/** Bytes of both ways. */
export interface Bytes {
  /** From clients. */
  bytesIn: number;
  /** To clients. */
  bytesOut: number;
}

/** What a listener of the native data path needs. */
export interface NativeListenerOptions extends BalancerOptions {
  /** The engine. */
  readonly engine: NativeEngine;
  /** Where to write what happens. */
  readonly log: Logger;
  /** Is told what happens to connections; `null`: nobody wants to know. */
  readonly onConnection: ((event: ConnectionEvent) => void) | null;
  /** Gives a name that no listener of the engine has had. */
  readonly nextKey: (key: string) => string;
  /** The bytes of what lives, as they were counted for the statistics at hand. */
  readonly liveBytes: () => LiveBytes;
}

/** One listener of the native data path. */
export class NativePathListener implements LocalListener {
  readonly #options: NativeListenerOptions;
  readonly #balancer: ListenerBalancer;
  readonly #clients: NativeClients;
  readonly #ended = Promise.withResolvers<void>();
  /** The socket; `null` while there is nobody to lead clients to. */
  #socket: EngineSocket | null = null;
  /** Sockets that are closed and have clients still. */
  readonly #leaving = new Set<EngineSocket>();
  #acceptPauses = 0;
  #phase: "open" | "draining" | "stopped" = "open";
  #port: number;
  #spec: ListenerSpec;

  /** Listens, if there is an endpoint. Throws what the platform refuses. */
  constructor(spec: ListenerSpec, options: NativeListenerOptions) {
    this.#spec = spec;
    this.#port = spec.port;
    this.#options = options;
    this.#balancer = new ListenerBalancer(spec, options);
    this.#clients = new NativeClients({
      spec: () => this.#spec,
      balancer: this.#balancer,
      takesClients: () => this.isOpen,
      onEmpty: (socket) => this.#emptied(socket),
      log: options.log,
      onConnection: options.onConnection,
    });
    try {
      if (hasEndpoints(spec)) this.#listen();
    } catch (error) {
      this.#balancer.close();
      throw error;
    }
  }

  /** What it is. */
  get spec(): ListenerSpec {
    return this.#spec;
  }

  /** Whether it has not been told to stop or to drain. */
  get isOpen(): boolean {
    return this.#phase === "open";
  }

  /** Resolves when it is stopped and its last client has gone. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Makes it this from now on. TCP connections go on, flows that are not allowed any more end. */
  update(spec: ListenerSpec): Promise<void> {
    return Promise.try(() => {
      const before = this.#spec;
      this.#spec = spec;
      this.#balancer.update(spec);
      this.#endWhatMayNotStay(before);
      if (!hasEndpoints(spec)) this.#unlisten();
      else if (this.#socket === null && this.isOpen) this.#listen();
    });
  }

  /** Stops accepting. TCP connections go on; flows end. */
  stop(): Promise<void> {
    if (this.#phase !== "stopped") {
      this.#phase = "stopped";
      this.#balancer.close();
      this.#unlisten();
      this.#endIfOver();
    }
    return Promise.resolve();
  }

  /** Takes no new clients; what lives goes on, flows too. */
  drain(): Promise<void> {
    if (this.#phase === "open") this.#phase = "draining";
    const flows = this.#spec.protocol === "UDP" ? this.#socket?.active ?? 0 : 0;
    return flows === 0 ? this.stop() : Promise.resolve();
  }

  /** Ends the live connections, or flows. */
  cut(): void {
    for (const { key } of this.#sockets()) this.#options.engine.terminate(key);
  }

  /** How it is. */
  stats(): ListenerStats {
    const { tally, udp } = this.#clients;
    const { accepted, broken, cut, rejected, dialFailures } = tally;
    const now = this.#socket === null ? null : this.#options.engine.stats(this.#socket.key);
    const datagrams = copyOfCounters(udp);
    if (now !== null) addDatagrams(datagrams, now);
    const counts = {
      accepted,
      active: this.#sockets().reduce((sum, { active }) => sum + active, 0),
      broken,
      cut,
      rejected,
      dialFailures,
      acceptFailures: this.#acceptPauses + (now?.acceptPauses ?? 0),
      ...this.#spec.protocol === "UDP" ? { udp: udpCounts(datagrams) } : {},
    };
    return listenerStats(this.#spec, this.#port, counts, this.#totals());
  }

  #sockets(): readonly EngineSocket[] {
    return this.#socket === null ? [...this.#leaving] : [this.#socket, ...this.#leaving];
  }

  #listen(): void {
    const { engine, nextKey } = this.#options;
    const { key, protocol, ip } = this.#spec;
    const socket = { key: nextKey(key), active: 0 };
    const opened = engine.open({
      key: socket.key,
      protocol,
      ip,
      port: this.#port,
      ...this.#clients.callbacks(socket),
    });
    if (!opened.ok) throw errorOfCode(opened.code, opened.message);
    this.#port = opened.port; // a free one that was taken stays the same through all changes
    this.#socket = socket;
  }

  #unlisten(): void {
    const socket = this.#socket;
    if (socket === null) return;
    const { engine } = this.#options;
    const last = engine.stats(socket.key);
    if (last !== null) {
      addDatagrams(this.#clients.udp, last);
      this.#acceptPauses += last.acceptPauses;
    }
    this.#socket = null;
    if (socket.active > 0) this.#leaving.add(socket);
    engine.close(socket.key); // flows end within, and tell so
  }

  /** Ends the connections and flows of endpoints, or by clients, that the listener gave up. */
  #endWhatMayNotStay(before: ListenerSpec): void {
    const { engine } = this.#options;
    for (const endpoint of givenUp(before, this.#spec)) {
      for (const { key } of this.#sockets()) {
        engine.endpointGone(key, endpoint, { terminate: true });
      }
    }
    const sameRanges = sameTexts(before.sourceRanges, this.#spec.sourceRanges);
    if (sameRanges || this.#spec.protocol !== "UDP") return;
    for (const { key } of this.#sockets()) {
      engine.endDenied(key, (ip) => this.#balancer.allows(ip));
    }
  }

  #emptied(socket: EngineSocket): void {
    this.#leaving.delete(socket);
    // Not awaited: stop() does all that it does at once.
    if (this.#phase === "draining" && socket === this.#socket) void this.stop();
    else this.#endIfOver();
  }

  #endIfOver(): void {
    if (this.#phase === "stopped" && this.#leaving.size === 0) this.#ended.resolve();
  }

  /** The endpoints' counts, with the bytes of what lives. */
  #totals(): EndpointTotals {
    const { endpoints, ...totals } = this.#balancer.totals();
    const live: Record<string, EndpointCounts> = { ...endpoints };
    let { bytesIn, bytesOut } = totals;
    for (const { key } of this.#sockets()) {
      for (const [address, bytes] of this.#options.liveBytes().get(key) ?? []) {
        const counts = live[address];
        bytesIn += bytes.bytesIn;
        bytesOut += bytes.bytesOut;
        if (counts === undefined) continue;
        live[address] = {
          ...counts,
          bytesIn: counts.bytesIn + bytes.bytesIn,
          bytesOut: counts.bytesOut + bytes.bytesOut,
        };
      }
    }
    return { endpoints: live, bytesIn, bytesOut };
  }
}
