/**
 * One listening TCP socket: accepts, and hands each connection over without waiting for it. This is
 * the portable data path, on Deno's own sockets; it needs the permission to use the network.
 *
 * @module
 */
import type { Logger } from "../../core/mod.ts";
import { sleep } from "./_sleep.ts";
import { type BackendAddress, type Balancer, roundRobin } from "./balancer.ts";
import type { BufferPool } from "./buffers.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import type { ConnectionEvent, DataPath, Listener, ListenerStats, Rejection } from "./data_path.ts";
import type { DialFailure } from "./dial.ts";
import type { Meter } from "./pump.ts";
import { messageOf, type Sockets, type TcpServer, type TcpStream } from "./sockets.ts";
import { type ListenerSpec, sameBackends } from "./spec.ts";
import { Turns } from "./turns.ts";

/** What all listeners of the portable data path share. */
export interface DenoDataPathOptions {
  /** The platform's sockets. */
  readonly sockets: Sockets;
  /** Where buffers come from. */
  readonly pool: BufferPool;
  /** How long each try to reach an endpoint may take, in milliseconds. */
  readonly dialTimeoutsMs: readonly number[];
  /** After how many bytes a direction of a connection gives the others a turn. */
  readonly quantum: number;
  /** Where to write what happens. */
  readonly log: Logger;
  /** Gives a number from 0 up to 1. */
  readonly random: () => number;
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
  /** Is told what happens to connections. */
  readonly onConnection: (event: ConnectionEvent) => void;
}

/** The portable data path. */
export function denoDataPath(options: DenoDataPathOptions): DataPath {
  const { sockets, log } = options;
  const turns = new Turns(sockets, log);
  return {
    name: "deno",
    open: (spec) =>
      Promise.try(() =>
        new TcpListener(sockets.listen(spec.ip, spec.port), spec, { ...options, turns })
      ),
    close: () => turns.close(),
  };
}

/** How long to wait after accept failed: 5 ms at first, never more than a second. */
const ACCEPT_PAUSE_MS = { first: 5, most: 1000 };

interface ListenerOptions extends DenoDataPathOptions {
  readonly turns: Turns;
}

class TcpListener implements Listener {
  readonly #server: TcpServer;
  readonly #options: ListenerOptions;
  readonly #balancer: Balancer;
  readonly #connectionOptions: ConnectionOptions;
  readonly #live = new Set<Connection>();
  readonly #stopped = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  readonly #accepting: Promise<void>;
  readonly #totalIn: Meter = { bytes: 0 };
  readonly #totalOut: Meter = { bytes: 0 };
  readonly #rejected: Record<Rejection, number> = {
    "no-endpoints": 0,
    "dial-failed": 0,
    stopped: 0,
  };
  readonly #dialFailures: Record<DialFailure, number> = {
    refused: 0,
    timeout: 0,
    unreachable: 0,
    shortage: 0,
    other: 0,
  };
  #accepted = 0;
  #broken = 0;
  #acceptFailures = 0;
  #spec: ListenerSpec;

  constructor(server: TcpServer, spec: ListenerSpec, options: ListenerOptions) {
    this.#server = server;
    this.#spec = spec;
    this.#options = options;
    this.#balancer = roundRobin(options.random);
    this.#balancer.replace(spec.backends);
    this.#connectionOptions = {
      listener: spec.key,
      servicePort: () => this.#spec.servicePort,
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
      totalIn: this.#totalIn,
      totalOut: this.#totalOut,
      log: options.log,
      onEvent: options.onConnection,
    };
    this.#accepting = this.#accept();
  }

  get spec(): ListenerSpec {
    return this.#spec;
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  update(spec: ListenerSpec): void {
    const before = this.#spec;
    this.#spec = spec;
    if (!sameBackends(before, spec)) this.#balancer.replace(spec.backends);
  }

  async stop(): Promise<void> {
    if (!this.#stopped.signal.aborted) {
      this.#stopped.abort();
      this.#server.close();
    }
    // The platform keeps the address until it has taken the last accept back.
    await this.#accepting;
    this.#endIfOver();
  }

  cut(): void {
    for (const connection of this.#live) connection.cut();
  }

  stats(): ListenerStats {
    const { key, servicePort, kind, ip, backends } = this.#spec;
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
      bytesIn: this.#totalIn.bytes,
      bytesOut: this.#totalOut.bytes,
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
      case "cut":
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
