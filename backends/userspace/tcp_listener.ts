/**
 * One TCP listener: accepts, and hands each connection over without waiting for it. This is the
 * portable data path, on Deno's own sockets; it needs the permission to use the network.
 *
 * @module
 */
import type { Logger } from "../../core/mod.ts";
import type { AffinityTables } from "./balance/affinity.ts";
import type { SiblingTable } from "./balance/siblings.ts";
import { ListenerBalancer } from "./balancer.ts";
import type { BufferPool } from "./buffers.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import type { ConnectionEvent, ListenerStats } from "./data_path.ts";
import { listenerStats, ListenerTally } from "./listener_tally.ts";
import type { LocalListener } from "./local_listeners.ts";
import type { Patience } from "./patience.ts";
import { messageOf, type Sockets, type TcpStream } from "./sockets.ts";
import { hasEndpoints, type ListenerSpec } from "./spec.ts";
import { TcpAcceptor } from "./tcp_acceptor.ts";
import type { Turns } from "./turns.ts";
import { isMappedIpv4 } from "./udp_sockets.ts";

/** What a TCP listener needs. */
export interface TcpListenerOptions {
  /** The platform's sockets. */
  readonly sockets: Sockets;
  /** Where buffers come from. */
  readonly pool: BufferPool;
  /** Who says when a direction goes on after its share of bytes. */
  readonly turns: Turns;
  /** Who says when a try to reach an endpoint has taken too long. */
  readonly patience: Patience;
  /** How long each try to reach an endpoint may take, in milliseconds. */
  readonly dialTimeoutsMs: readonly number[];
  /** After how many bytes a direction of a connection gives the others a turn. */
  readonly quantum: number;
  /** Where to write what happens. */
  readonly log: Logger;
  /** Gives a number from 0 up to 1. */
  readonly random: () => number;
  /** Which pod each client was led to, by service. */
  readonly affinity: AffinityTables;
  /** The listeners of each service, whose connections count together. */
  readonly siblings: SiblingTable;
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
  /** Is told what happens to connections; `null`: nobody wants to know. */
  readonly onConnection: ((event: ConnectionEvent) => void) | null;
}

/** One TCP listener. */
export class TcpListener implements LocalListener {
  readonly #options: TcpListenerOptions;
  readonly #balancer: ListenerBalancer;
  readonly #connectionOptions: ConnectionOptions;
  readonly #live = new Set<Connection>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #tally = new ListenerTally();
  /** The socket; `null` while there is nobody to lead clients to. */
  #acceptor: TcpAcceptor | null = null;
  #unlistened: Promise<void> = Promise.resolve();
  #isOpen = true;
  #port: number;
  #spec: ListenerSpec;

  /** Listens, if there is an endpoint. Throws what the platform refuses. */
  constructor(spec: ListenerSpec, options: TcpListenerOptions) {
    this.#spec = spec;
    this.#port = spec.port;
    this.#options = options;
    if (hasEndpoints(spec)) this.#listen();
    this.#balancer = new ListenerBalancer(spec, options);
    this.#connectionOptions = {
      listener: spec.key,
      servicePort: () => this.#spec.servicePort,
      allows: (client) => this.#allows(client),
      dial: {
        balancer: this.#balancer,
        sockets: options.sockets,
        timeouts: options.dialTimeoutsMs,
        patience: options.patience,
        now: options.now,
        onFailure: (backend, why, error) => {
          const about = { log: options.log, service: this.#spec.servicePort };
          this.#tally.dialFailed(backend, why, messageOf(error), about);
        },
      },
      pool: options.pool,
      turns: options.turns,
      quantum: options.quantum,
      log: options.log,
      onEvent: options.onConnection,
    };
  }

  /** What it is. */
  get spec(): ListenerSpec {
    return this.#spec;
  }

  /** Whether it has not been told to stop. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Resolves when it is stopped and its last connection has come to its end. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Makes it this from now on, for new connections. */
  async update(spec: ListenerSpec): Promise<void> {
    this.#spec = spec;
    this.#balancer.update(spec);
    if (spec.lingering !== null) {
      for (const connection of this.#live) connection.cutIfRemoved();
    }
    if (!hasEndpoints(spec)) this.#unlisten();
    await this.#unlistened;
    if (this.#isOpen && this.#acceptor === null && hasEndpoints(this.#spec)) this.#listen();
  }

  /** Stops accepting; resolves when the address is free again. Live connections go on. */
  async stop(): Promise<void> {
    if (this.#isOpen) {
      this.#isOpen = false;
      this.#balancer.close();
    }
    this.#unlisten();
    await this.#unlistened;
    this.#endIfOver();
  }

  /** Stops accepting: live connections have sockets of their own. */
  drain(): Promise<void> {
    return this.stop();
  }

  /** Closes the live connections. */
  cut(): void {
    for (const connection of this.#live) connection.cut();
  }

  /** How it is. */
  stats(): ListenerStats {
    const { accepted, broken, cut, rejected, dialFailures, acceptFailures } = this.#tally;
    const active = this.#live.size;
    const counts = { accepted, active, broken, cut, rejected, dialFailures, acceptFailures };
    return listenerStats(this.#spec, this.#port, counts, this.#balancer.totals());
  }

  #listen(): void {
    const server = this.#options.sockets.listen(this.#spec.ip, this.#port);
    this.#port = server.addr.port; // a free one that was taken stays the same through all changes
    this.#acceptor = new TcpAcceptor(server, {
      // Not awaited: run() never rejects, and the next client must not wait for this one's dial.
      onClient: (client) => void this.#serve(client),
      onFailure: (error, pauseMs, isFirst) => this.#acceptFailed(error, pauseMs, isFirst),
    });
  }

  #unlisten(): void {
    if (this.#acceptor === null) return;
    this.#unlistened = this.#acceptor.close();
    this.#acceptor = null;
  }

  /** Deno's IPv6 wildcard takes IPv4 clients too, who belong to the IPv4 wildcard, or to nobody. */
  #allows(client: string): boolean {
    return this.#balancer.allows(client) && !(this.#spec.ip === "::" && isMappedIpv4(client));
  }

  async #serve(client: TcpStream): Promise<void> {
    this.#tally.accepted++;
    const connection = new Connection(client, this.#connectionOptions);
    this.#live.add(connection);
    const how = await connection.run();
    this.#live.delete(connection);
    this.#tally.ended(how);
    this.#endIfOver();
  }

  #endIfOver(): void {
    if (!this.#isOpen && this.#live.size === 0) this.#ended.resolve();
  }

  #acceptFailed(error: unknown, pauseMs: number, isFirst: boolean): void {
    const { log } = this.#options;
    const { key, servicePort } = this.#spec;
    this.#tally.acceptFailures++;
    const line = `Cannot accept on ${key}: ${messageOf(error)}; trying again`;
    const fields = { service: servicePort, pauseMs };
    if (isFirst) log.error(line, fields);
    else log.v(2)?.info(line, fields);
  }
}
