/**
 * The servers of the health-check node ports, one for each Service with external traffic policy Local.
 * A cloud's load balancer asks them which nodes have endpoints. One that cannot listen is tried again
 * and again, and stops no other. Needs the permission to listen.
 *
 * @module
 */
import type { IpFamily, Logger } from "../../core/mod.ts";
import { backoffMs, type Timers } from "../timers.ts";
import { type HttpServer, startHttpServer } from "./http_server.ts";
import { json } from "./router.ts";
import type { HealthCheckChange, HealthCheckPort } from "./service_health_plan.ts";

/** What the servers need. */
export interface ServiceHealthOptions {
  /** Whether the proxy does its work; the node's own fitness does not count here. */
  readonly healthy: () => boolean;
  /** Where to write what happens. */
  readonly log: Logger;
  /** The clock. */
  readonly timers: Timers;
  /**
   * The addresses to listen on, for a Service of these families.
   *
   * @default {wildcardAddresses}
   */
  readonly addresses?: (families: readonly IpFamily[]) => readonly string[];
  /** Is told when a port cannot be listened on. */
  readonly onFailure?: (port: HealthCheckPort, error: Error) => void;
}

interface Entry {
  now: HealthCheckPort;
  /** None while those before them are closed. */
  servers: readonly HttpServer[];
}

/** The servers of all health-check node ports of the node. */
export class ServiceHealthServers {
  readonly #options: ServiceHealthOptions;
  readonly #entries = new Map<string, Entry>();
  /** What is being closed: who opens a port next waits for it. */
  readonly #closing = new Set<Promise<void>>();
  #turn: Promise<void> = Promise.resolve();

  /** Makes it without any server. */
  constructor(options: ServiceHealthOptions) {
    this.#options = options;
  }

  /**
   * Carries changes out, one batch after the other. A count changes in place; a port that changes is
   * open before the old one closes; what closes makes room before what opens.
   */
  update(changes: readonly HealthCheckChange[]): Promise<void> {
    this.#turn = this.#turn.then(() => this.#carryOut(changes));
    return this.#turn;
  }

  /** How many ports listen, and how many are still tried. */
  counts(): { readonly listening: number; readonly retrying: number } {
    let listening = 0;
    for (const { servers } of this.#entries.values()) {
      const isOpen = servers.length > 0 && servers.every((server) => server.address() !== null);
      if (isOpen) listening++;
    }
    return { listening, retrying: this.#entries.size - listening };
  }

  /** Where a Service's servers listen, for tests and people. */
  addresses(service: string): readonly Deno.NetAddr[] {
    const addresses = this.#entries.get(service)?.servers.map((server) => server.address()) ?? [];
    return addresses.filter((address) => address !== null);
  }

  /** Closes all. */
  async stop(): Promise<void> {
    await this.#turn;
    for (const service of [...this.#entries.keys()]) this.#remove(service);
    await this.#closed();
  }

  async #carryOut(changes: readonly HealthCheckChange[]): Promise<void> {
    const fresh: [string, HealthCheckPort][] = [];
    for (const { service, now } of changes) {
      const known = this.#entries.get(service);
      if (now === null) this.#remove(service);
      else if (known === undefined) fresh.push([service, now]);
      else this.#change(service, known, now);
    }
    if (fresh.length > 0) await this.#closed();
    for (const [service, now] of fresh) this.#add(service, now);
  }

  #add(service: string, now: HealthCheckPort): void {
    const entry: Entry = { now, servers: [] };
    this.#entries.set(service, entry);
    entry.servers = this.#open(service, entry);
    this.#options.log.v(2)?.info("Opening healthcheck", { service, port: now.port });
  }

  #change(service: string, known: Entry, now: HealthCheckPort): void {
    const { log } = this.#options;
    const before = known.now;
    known.now = now;
    if (before.port === now.port && sameFamilies(before, now)) return;
    const old = known.servers;
    if (before.port === now.port) return this.#reopen(service, known, old);
    known.servers = this.#open(service, known);
    this.#close(old);
    log.v(2)?.info("Moved healthcheck", { service, from: before.port, to: now.port });
  }

  /** Other families on the same port: the old sockets must go first. */
  #reopen(service: string, entry: Entry, old: readonly HttpServer[]): void {
    if (old.length === 0) return; // on its way already, to what the entry is by then
    entry.servers = [];
    this.#close(old, () => {
      // Unless it is gone by now, or was given another port.
      if (this.#entries.get(service) !== entry || entry.servers.length > 0) return;
      entry.servers = this.#open(service, entry);
    });
  }

  #open(service: string, entry: Entry): readonly HttpServer[] {
    const { addresses = wildcardAddresses, log, timers, onFailure } = this.#options;
    const { port, endpoints } = entry.now;
    return addresses([...endpoints.keys()]).map((hostname) =>
      startHttpServer({
        name: `the health check of ${service}`,
        address: { hostname, port },
        handler: (_, info) => this.#answer(entry.now, familyOf(info.remoteAddr.hostname)),
        retryMs: (failures) => backoffMs(failures),
        log,
        timers,
        onFailure: (error) => onFailure?.(entry.now, error),
      })
    );
  }

  #answer({ namespace, name, endpoints }: HealthCheckPort, family: IpFamily): Response {
    const healthy = this.#options.healthy();
    const count = endpoints.get(family) ?? Math.max(0, ...endpoints.values());
    const body = {
      service: { namespace, name },
      localEndpoints: count,
      serviceProxyHealthy: healthy,
    };
    const response = json(count > 0 && healthy ? 200 : 503, JSON.stringify(body, null, "\t"));
    response.headers.set("x-load-balancing-endpoint-weight", String(count));
    return response;
  }

  #remove(service: string): void {
    const entry = this.#entries.get(service);
    if (entry === undefined) return;
    this.#entries.delete(service);
    this.#close(entry.servers);
    this.#options.log.v(2)?.info("Closing healthcheck", { service, port: entry.now.port });
  }

  #close(servers: readonly HttpServer[], then: () => void = () => {}): void {
    const closed = Promise.all(servers.map((server) => server.stop())).then(then, (err) => {
      this.#options.log.error("Cannot close a health check", { err });
    }).finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }

  async #closed(): Promise<void> {
    await Promise.all(this.#closing);
  }
}

/**
 * All addresses of the families. On Windows a socket on `::` takes IPv6 only, elsewhere it takes IPv4
 * as well and leaves no room for one on `0.0.0.0`.
 */
export function wildcardAddresses(
  families: readonly IpFamily[],
  os: typeof Deno.build.os = Deno.build.os,
): readonly string[] {
  const six = families.includes("IPv6");
  return [
    ...(families.includes("IPv4") && !(six && os !== "windows") ? ["0.0.0.0"] : []),
    ...(six ? ["::"] : []),
  ];
}

/** The family in which a client came; a socket on `::` shows IPv4 clients as `::ffff:192.0.2.1`. */
function familyOf(client: string): IpFamily {
  return client.includes(":") && !/^::ffff:\d+\./i.test(client) ? "IPv6" : "IPv4";
}

function sameFamilies(a: HealthCheckPort, b: HealthCheckPort): boolean {
  return a.endpoints.size === b.endpoints.size &&
    [...a.endpoints.keys()].every((family) => b.endpoints.has(family));
}
