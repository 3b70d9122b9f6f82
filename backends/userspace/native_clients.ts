/**
 * The clients of one listener of the native data path: whom the engine may serve, where each goes, and
 * what is counted and told of them. All of it runs within the engine's turns, and must be quick.
 *
 * @module
 */
import { addressOf, type Logger } from "../../core/mod.ts";
import type { ListenerBalancer } from "./balancer.ts";
import type { ConnectionEvent, Rejection } from "./data_path.ts";
import { type DialFailure, failureOfCode } from "./dial.ts";
import { ListenerTally } from "./listener_tally.ts";
import type { Client, Closed, NativeListener, UnservedReason } from "./native/mod.ts";
import { endOf, flowEndOf } from "./native_counts.ts";
import type { ListenerSpec } from "./spec.ts";
import { newUdpCounters } from "./udp_counters.ts";

/** A socket of the engine, under the key by which the engine knows it. */
export interface EngineSocket {
  /** The key. */
  readonly key: string;
  /** Its connections or flows, those that are being led to an endpoint included. */
  active: number;
}

/** What there is to know of the listener. */
export interface ClientsOwner {
  /** What it is now. */
  readonly spec: () => ListenerSpec;
  /** Who chooses. */
  readonly balancer: ListenerBalancer;
  /** Whether it takes new clients. */
  readonly takesClients: () => boolean;
  /** Is told when a socket has no client left. */
  readonly onEmpty: (socket: EngineSocket) => void;
  /** Where to write what happens. */
  readonly log: Logger;
  /** Is told what happens to connections; `null`: nobody wants to know. */
  readonly onConnection: ((event: ConnectionEvent) => void) | null;
}

const NOBODY: ReadonlySet<string> = new Set();

/** The clients of one listener. */
export class NativeClients {
  /** What is counted with every protocol. */
  readonly tally = new ListenerTally();
  /** What is counted of flows; of datagrams, those at sockets that are closed. */
  readonly udp = newUdpCounters();
  readonly #owner: ClientsOwner;
  /** Why the last try to reach an endpoint failed, as long as none has gone well since. */
  readonly #failing = new Map<string, DialFailure>();

  /** Nobody came yet. */
  constructor(owner: ClientsOwner) {
    this.#owner = owner;
  }

  /** What the engine asks and tells about a socket. */
  callbacks(socket: EngineSocket): Omit<NativeListener, "key" | "protocol" | "ip" | "port"> {
    const { log, onConnection } = this.#owner;
    return {
      allowed: (client) => this.#allowed(socket, client),
      choose: (client, tried) => this.#choose(client, tried),
      onOpened: (endpoint, client) => this.#opened(socket, endpoint, client),
      onUnserved: (client, why) => this.#unserved(socket, client, why),
      onDialFailed: (endpoint, cause) => this.#dialFailed(endpoint, cause),
      onClosed: (endpoint, closed, client) => this.#closed(socket, endpoint, closed, client),
      keepClients: onConnection !== null || log.v(4) !== null,
    };
  }

  get #isTcp(): boolean {
    return this.#owner.spec().protocol === "TCP";
  }

  #allowed(socket: EngineSocket, client: Client): boolean {
    const { balancer, log, spec } = this.#owner;
    if (this.#isTcp) {
      this.tally.accepted++;
      const { key: listener, servicePort: service } = spec();
      log.v(3)?.info("Accepted TCP connection", { service, client: textOf(client), listener });
    }
    if (!balancer.allows(client.ip)) {
      this.#rejected(client, "source-not-allowed");
      return false;
    }
    if (this.#isTcp) socket.active++;
    return true;
  }

  #choose(client: Client, tried: readonly string[]): string | null {
    const { balancer, takesClients } = this.#owner;
    if (!this.#isTcp && !takesClients()) return null;
    const failed = tried.length === 0 ? NOBODY : new Set(tried);
    const fresh = balancer.pick(client.ip, failed);
    // When all were tried, one that might only have needed more time is tried again.
    const backend = fresh ??
      (tried.length === 0 ? null : balancer.pick(client.ip, this.#hopeless(tried)));
    if (backend === null) return null;
    // From now on, so that a burst of clients sees where the ones before are going.
    backend.active++;
    return backend.address;
  }

  #hopeless(tried: readonly string[]): ReadonlySet<string> {
    return new Set(tried.filter((address) => this.#failing.get(address) !== "timeout"));
  }

  #opened(socket: EngineSocket, endpoint: string, client: Client): void {
    const { balancer, log, onConnection, spec } = this.#owner;
    const { key: listener, servicePort: service } = spec();
    if (!this.#isTcp) {
      socket.active++;
      this.tally.accepted++;
    }
    this.#failing.delete(endpoint);
    const backend = balancer.endpoint(endpoint);
    if (backend !== null) {
      backend.connections++;
      backend.failing = false;
    }
    const line = this.#isTcp ? "Mapped service to endpoint" : "Mapped UDP client to endpoint";
    log.v(3)?.info(line, { service, client: textOf(client), endpoint });
    if (this.#isTcp) {
      log.v(4)?.info("Creating proxy", { service, client: textOf(client), endpoint });
    }
    onConnection?.({ type: "mapped", listener, client: textOf(client), backend: endpoint });
  }

  #unserved(socket: EngineSocket, client: Client, why: UnservedReason): void {
    const { takesClients } = this.#owner;
    const rejection = why === "no-endpoint" ? "no-endpoints" : "dial-failed";
    this.#rejected(client, takesClients() ? rejection : "stopped");
    if (this.#isTcp) this.#left(socket);
  }

  #rejected(client: Client, why: Rejection): void {
    const { log, onConnection, spec } = this.#owner;
    const { key: listener, servicePort: service } = spec();
    this.tally.rejected[why]++;
    if (this.#isTcp) {
      const fields = { service, client: textOf(client), listener, why };
      if (why !== "stopped") {
        log.v(2)?.info("Closed a connection without proxying it", fields);
      }
    } else {
      const fields = { service, client: textOf(client), listener, why };
      log.v(4)?.info("Dropped a datagram without proxying it", fields);
    }
    onConnection?.({ type: "rejected", listener, client: textOf(client), why });
  }

  #dialFailed(endpoint: string, cause: string): void {
    const { balancer, log, spec } = this.#owner;
    const backend = balancer.endpoint(endpoint);
    if (backend === null) return;
    backend.active--;
    // Codes are in capitals; what else ends a try is not the endpoint's fault: its client left, say.
    if (cause !== cause.toUpperCase()) return;
    const why = failureOfCode(cause);
    this.tally.dialFailed(backend, why, cause, { log, service: spec().servicePort });
    this.#failing.set(endpoint, why);
    backend.failing = true;
  }

  #closed(socket: EngineSocket, endpoint: string, closed: Closed, client: Client | null): void {
    const { balancer, log, onConnection, spec } = this.#owner;
    const { reason, bytesIn, bytesOut } = closed;
    const flowEnd = flowEndOf(reason);
    this.tally.ended(endOf(reason));
    if (!this.#isTcp) this.udp.flowsEnded[flowEnd]++;
    const backend = balancer.endpoint(endpoint);
    if (backend !== null) {
      backend.active--;
      backend.fromClients.bytes += bytesIn;
      backend.toClients.bytes += bytesOut;
    }
    if (client !== null) {
      const { key: listener, servicePort: service } = spec();
      const text = textOf(client);
      const fields = { service, client: text, endpoint, bytesIn, bytesOut };
      const flowHow = flowEnd === "broken" || flowEnd === "cut" ? flowEnd : "ended";
      const how = this.#isTcp ? endOf(reason) : flowHow;
      if (this.#isTcp) log.v(4)?.info("Proxied connection is over", { ...fields, how });
      else log.v(4)?.info("UDP flow is over", { ...fields, how: flowEnd });
      const common = { listener, client: text, backend: endpoint };
      onConnection?.({ type: "closed", ...common, bytesIn, bytesOut, how });
    }
    this.#left(socket);
  }

  #left(socket: EngineSocket): void {
    socket.active--;
    if (socket.active === 0) this.#owner.onEmpty(socket);
  }
}

function textOf({ ip, port }: Client): string {
  return addressOf(ip, port);
}
