/**
 * A node with the kernel backend for the browser: the real agent with the real HNS backend on an
 * emulated HNS, the real userspace backend beside it for one Service, and the real status page.
 *
 * @module
 */
import { router } from "../../agent/health/router.ts";
import { type Agent, startAgent } from "../../agent/sync_loop.ts";
import { FakeSource } from "../../agent/test_fakes.ts";
import { REAL_TIMERS } from "../../agent/timers.ts";
import { type Hooks, StatusPage, winkernelReader } from "../../agent/ui/mod.ts";
import { NAT, OVERLAY_CONFIG, overlayNetwork, podEndpoint } from "../../backends/hns/test_node.ts";
import {
  compositeBackend,
  hnsBackend,
  type HnsEmulator,
  hnsEmulator,
  userspaceBackend,
  userspaceSelector,
} from "../../backends/mod.ts";
import { type ClusterEvent, readObject, SILENT } from "../../core/mod.ts";
import { serviceObjects } from "./_objects.ts";
import { objectsOf } from "./_world.ts";

/** The Service that the userspace backend carries. */
export const BESIDE = "legacy/orders";

/** Where its pod listens; nobody else does. */
const POD = "127.5.33.3";

/** A node of the kernel backend at work. Dispose it at the end. */
export class KernelWorld implements AsyncDisposable {
  /** HNS. */
  readonly hns: HnsEmulator;
  readonly #page = new StatusPage({ log: SILENT, now: Date.now, timers: REAL_TIMERS });
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #agent: Agent;
  readonly #source = new FakeSource();
  readonly #pod: Deno.TcpListener;
  readonly #beside: { readonly hostname: string; readonly port: number };

  /** Starts a node with so many services in the kernel, and one beside it. */
  constructor(services: number) {
    const local = Array.from({ length: services }, (_, i) => podEndpoint(`10.244.0.${i + 1}`));
    const routes = { "10.245.0.0/24": "172.16.0.23", "10.246.0.0/24": "172.16.0.24" };
    this.hns = hnsEmulator({
      Networks: [overlayNetwork(routes)],
      Endpoints: local,
      LoadBalancers: [],
    });
    this.#pod = Deno.listen({ hostname: POD, port: 0 });
    const free = Deno.listen({ hostname: "127.5.33.2", port: 0 });
    this.#beside = free.addr;
    free.close();
    const beside = userspaceBackend({ dataPath: "deno", workers: 0 });
    const backend = compositeBackend({
      main: hnsBackend({ config: OVERLAY_CONFIG, transport: this.hns }),
      beside,
      isBeside: userspaceSelector([BESIDE]),
    });
    this.#agent = startAgent({
      source: this.#page.source(this.#source),
      backend: this.#page.backend(backend, winkernelReader),
      nodeName: "n1",
      minSyncPeriodMs: 0,
      log: SILENT,
      ...this.#page.hooks<Hooks>({ onSync: () => {}, onResult: () => {} }),
    });
    this.#page.watch({
      agent: this.#agent,
      backend: backend.name,
      stats: () => beside.stats(),
    });
    const objects = Array.from({ length: services }, (_, i) => objectsOf(i)).flat();
    const { hostname, port } = this.#beside;
    const orders = serviceObjects({
      ...{ service: BESIDE, clusterIP: hostname, port },
      ...{ pod: POD, targetPort: this.#pod.addr.port },
    });
    this.change([...objects, ...orders], "list");
    const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
    this.#server = Deno.serve(options, router(this.#page.routes));
  }

  /** Where the page is. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/ui`;
  }

  /** Brings objects of the cluster in, as whole lists or as news. */
  change(objects: readonly unknown[], as: "list" | "news" = "news"): void {
    const read = objects.map((json) => {
      const result = readObject(json);
      if (result.outcome !== "object") throw new TypeError(JSON.stringify(result));
      return result.object;
    });
    const lists = (["Service", "EndpointSlice", "Node"] as const).map((kind): ClusterEvent => ({
      type: "list",
      kind,
      objects: read.filter((each) => each.kind === kind),
      unreadable: [],
    }));
    const news = read.map((object): ClusterEvent => ({ type: "upsert", object }));
    this.#source.say(...as === "list" ? lists : news);
  }

  /** Resolves when HNS has what was asked for first. */
  get firstSync(): Promise<void> {
    return this.#agent.firstSync;
  }

  /** One connection through the userspace backend: so many bytes to the pod, and nothing back. */
  async carry(bytes: number): Promise<void> {
    using client = await Deno.connect(this.#beside);
    using server = await this.#pod.accept();
    await client.write(new Uint8Array(bytes));
    for (let left = bytes; left > 0;) left -= await server.read(new Uint8Array(left)) ?? left;
  }

  /** Takes a load balancer away behind the proxy's back, and has HNS tell that something happened. */
  drift(): void {
    const [balancer] = this.hns.state().LoadBalancers as readonly { readonly ID: string }[];
    this.hns.remove("load-balancer", balancer?.ID ?? "");
    this.hns.addNetwork({ ID: NAT, Name: "nat", SchemaVersion: { Major: 2, Minor: 0 } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#page[Symbol.asyncDispose]();
    await this.#server.shutdown();
    await this.#agent.stop();
    this.#pod.close();
  }
}
