/**
 * The simulation's API server behind faults: each is meant for a kind of request, and meets the next
 * one of that kind. What no fault meets is answered rightly. Needs `net` on loopback.
 *
 * @module
 */
import { type ApiServer, startApiServer } from "../../agent/simulate/api/api_server.ts";
import { Listener } from "../../agent/simulate/api/listener.ts";
import { SILENT } from "../../core/mod.ts";
import type { Fault } from "./faults.ts";

/** Which requests a fault is meant for: `list services`, `watch endpointslices`, `stream nodes`. */
export type Target = `${"list" | "watch" | "stream"} ${"services" | "endpointslices" | "nodes"}`;

/** A fault that waits for its request. */
interface Trap {
  readonly target: Target;
  readonly fault: Fault;
  readonly met: () => void;
}

/** An API server that fails as the test wants. */
export class FaultyServer implements AsyncDisposable {
  readonly #listener: Listener;
  #api: ApiServer;
  #traps: Trap[] = [];
  #servers: ApiServer[];

  private constructor(api: ApiServer) {
    this.#api = api;
    this.#servers = [api];
    const address = { hostname: "127.0.0.1", port: 0 };
    this.#listener = new Listener(address, (request) => this.#answer(request));
  }

  /** Starts a server; `now` is its time of day. */
  static async start(now: () => number = () => 0): Promise<FaultyServer> {
    const server = new FaultyServer(await startApiServer({ now, log: SILENT }));
    await server.#listener.open();
    return server;
  }

  /** Where the faults are. */
  get url(): string {
    return this.#listener.url;
  }

  /** The server behind the faults. */
  get api(): ApiServer {
    return this.#api;
  }

  /** The next request of this kind meets this fault. Resolves when it has. */
  next(target: Target, fault: Fault): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#traps.push({ target, fault, met: resolve });
    return promise;
  }

  /** Stops listening and cuts every connection. */
  async kill(): Promise<void> {
    await this.#listener.cut();
  }

  /** Listens again, on the same port. */
  async revive(): Promise<void> {
    await this.#listener.open();
  }

  /** Puts another server in the place of this one, as a restore from a backup does. */
  async replace(fill: (api: ApiServer) => void): Promise<void> {
    const api = await startApiServer({ now: () => 0, log: SILENT });
    fill(api);
    this.#servers.push(api);
    this.#api = api;
  }

  /** Stops for good. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listener.close();
    for (const server of this.#servers) await server.close();
  }

  #answer(request: Request): Promise<Response> {
    const target = targetOf(new URL(request.url));
    const trap = this.#traps.find((each) => each.target === target);
    if (trap === undefined) return this.#api.handle(request);
    this.#traps = this.#traps.filter((each) => each !== trap);
    trap.met();
    return trap.fault(request, (each) => this.#api.handle(each));
  }
}

function targetOf({ pathname, searchParams }: URL): string {
  const verb = searchParams.get("sendInitialEvents") === "true"
    ? "stream"
    : searchParams.get("watch") === "true"
    ? "watch"
    : "list";
  return `${verb} ${pathname.split("/").at(-1)}`;
}
