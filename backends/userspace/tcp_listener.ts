/**
 * One listening TCP socket: accepts, and hands each connection over without waiting for it. This is
 * the portable data path, on Deno's own sockets; it needs the permission to use the network.
 *
 * @module
 */
import type { Logger } from "../../core/mod.ts";
import { sleep } from "./_sleep.ts";
import type { AffinityTables } from "./balance/affinity.ts";
import { noFailures } from "./balance/backend_address.ts";
import { type BackendAddress, ListenerBalancer } from "./balancer.ts";
import type { BufferPool } from "./buffers.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import type { ConnectionEvent, Listener, ListenerStats, Rejection } from "./data_path.ts";
import type { DialFailure } from "./dial.ts";
import { messageOf, type Sockets, type TcpServer, type TcpStream } from "./sockets.ts";
import type { ListenerSpec } from "./spec.ts";
import type { Turns } from "./turns.ts";

/** What a TCP listener needs. */
export interface TcpListenerOptions {
  /** The platform's sockets. */
  readonly sockets: Sockets;
  /** Where buffers come from. */
  readonly pool: BufferPool;
  /** Who says when a direction goes on after its share of bytes. */
  readonly turns: Turns;
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
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
  /** Is told what happens to connections. */
  readonly onConnection: (event: ConnectionEvent) => void;
}

/** How long to wait after accept failed: 5 ms at first, never more than a second. */
const ACCEPT_PAUSE_MS = { first: 5, most: 1000 };

/** One listening TCP socket. */
export class TcpListener implements Listener {
  readonly #server: TcpServer;
  readonly #options: TcpListenerOptions;
  readonly #balancer: ListenerBalancer;
  readonly #connectionOptions: ConnectionOptions;
  readonly #live = new Set<Connection>();
  readonly #stopped = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  readonly #accepting: Promise<void>;
  readonly #rejected: Record<Rejection, number> = {
    "no-endpoints": 0,
    "dial-failed": 0,
    "source-not-allowed": 0,
    stopped: 0,
  };
  readonly #dialFailures = noFailures();
  #accepted = 0;
  #broken = 0;
  #cut = 0;
  #acceptFailures = 0;
  #spec: ListenerSpec;

  /** Takes a listening socket over and accepts. */
  constructor(server: TcpServer, spec: ListenerSpec, options: TcpListenerOptions) {
    this.#server = server;
    this.#spec = spec;
    this.#options = options;
    this.#balancer = new ListenerBalancer(spec, options);
    this.#connectionOptions = {
      listener: spec.key,
      servicePort: () => this.#spec.servicePort,
      allows: (client) => this.#balancer.allows(client),
      dial: {
        balancer: this.#balancer,
        sockets: options.sockets,
        timeouts: options.dialTimeoutsMs,
        now: options.now,
        onFailure: (backend, why, error) => this.#dialFailed(backend, why, error),
      },
      pool: options.pool,
      turns: options.turns,
      quantum: options.quantum,
      log: options.log,
      onEvent: options.onConnection,
    };
    this.#accepting = this.#accept();
  }

  /** What it is. */
  get spec(): ListenerSpec {
    return this.#spec;
  }

  /** Resolves when it is stopped and its last connection has come to its end. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Makes it this from now on, for new connections. */
  update(spec: ListenerSpec): void {
    this.#spec = spec;
    this.#balancer.update(spec);
    if (spec.lingering === null) return;
    for (const connection of this.#live) connection.cutIfRemoved();
  }

  /** Stops accepting; resolves when the address is free again. Live connections go on. */
  async stop(): Promise<void> {
    if (!this.#stopped.signal.aborted) {
      this.#stopped.abort();
      this.#server.close();
      this.#balancer.close();
    }
    // The platform keeps the address until it has taken the last accept back.
    await this.#accepting;
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
    const { key, servicePort, kind, ip, backends } = this.#spec;
    const { endpoints, bytesIn, bytesOut } = this.#balancer.totals();
    return {
      key,
      servicePort,
      kind,
      ip,
      port: this.#server.addr.port,
      backends: backends.length,
      accepted: this.#accepted,
      active: this.#live.size,
      broken: this.#broken,
      cut: this.#cut,
      bytesIn,
      bytesOut,
      endpoints,
      rejected: { ...this.#rejected },
      dialFailures: { ...this.#dialFailures },
      acceptFailures: this.#acceptFailures,
    };
  }

  /** Accepts until stopped, whatever the platform says in between. */
  async #accept(): Promise<void> {
    const { signal } = this.#stopped;
    let pause = ACCEPT_PAUSE_MS.first;
    while (!signal.aborted) {
      try {
        const client = await this.#server.accept();
        // Not awaited: run() never rejects, and the next client must not wait for this one's dial.
        void this.#serve(client);
        pause = ACCEPT_PAUSE_MS.first;
      } catch (error) {
        if (signal.aborted) return;
        this.#acceptFailed(error, pause);
        await sleep(pause, signal);
        pause = Math.min(ACCEPT_PAUSE_MS.most, pause * 2);
      }
    }
  }

  async #serve(client: TcpStream): Promise<void> {
    this.#accepted++;
    const connection = new Connection(client, this.#connectionOptions);
    this.#live.add(connection);
    const how = await connection.run();
    this.#live.delete(connection);
    switch (how) {
      case "ended":
        break;
      case "cut":
        this.#cut++;
        break;
      case "broken":
        this.#broken++;
        break;
      default:
        this.#rejected[how]++;
    }
    this.#endIfOver();
  }

  #endIfOver(): void {
    if (this.#stopped.signal.aborted && this.#live.size === 0) this.#ended.resolve();
  }

  #acceptFailed(error: unknown, pauseMs: number): void {
    const { log } = this.#options;
    const { key, servicePort } = this.#spec;
    this.#acceptFailures++;
    const line = `Cannot accept on ${key}: ${messageOf(error)}; trying again`;
    const fields = { service: servicePort, pauseMs };
    if (pauseMs === ACCEPT_PAUSE_MS.first) log.error(line, fields);
    else log.v(2)?.info(line, fields);
  }

  #dialFailed(backend: BackendAddress, why: DialFailure, error: unknown): void {
    const { log } = this.#options;
    this.#dialFailures[why]++;
    backend.dialFailures[why]++;
    const line = `Dial failed: ${why}`;
    const fields = {
      service: this.#spec.servicePort,
      endpoint: backend.address,
      error: messageOf(error),
    };
    // Thousands of clients may meet one dead endpoint: say it once for each row of failures.
    if (backend.failing) log.v(3)?.info(line, fields);
    else log.error(line, fields);
  }
}
