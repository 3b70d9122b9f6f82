/**
 * A made-up node for the browser: real decisions of the pipeline over a made-up cluster, made-up
 * traffic, and the real status page on a real server on loopback.
 *
 * @module
 */
import type { ApplyResult, ListenerStats, UserspaceStats } from "../../backends/mod.ts";
import {
  type ClusterEvent,
  frontendAddress,
  type PipelineState,
  readObject,
  SILENT,
  startPipeline,
  stepPipeline,
} from "../../core/mod.ts";
import { router } from "../../agent/health/router.ts";
import type { AgentStatus, SyncRecord } from "../../agent/sync_loop.ts";
import { REAL_TIMERS } from "../../agent/timers.ts";
import { type Hooks, StatusPage } from "../../agent/ui/mod.ts";

const NAMES = ["web", "cart", "checkout", "catalog", "search", "auth", "payments", "orders"];
const NAMESPACES = ["default", "kube-system", "monitoring", "shop"];

/** The name of the service with that number. */
export function nameOf(i: number): string {
  return `${NAMESPACES[i % 4]}/${NAMES[i % 8]}-${i}`;
}

function place(i: number): readonly [number, number] {
  return [Math.floor(i / 250), i % 250 + 1];
}

/** The service with that number, and its endpoints; `ready` says which of them are. */
export function objectsOf(
  i: number,
  ready = (pod: number): boolean => pod >= 0,
): readonly unknown[] {
  const [namespace = "", name = ""] = nameOf(i).split("/");
  const [high, low] = place(i);
  const type = i % 7 === 0 ? "LoadBalancer" : i % 5 === 0 ? "NodePort" : "ClusterIP";
  const policy = i % 11 === 3 ? "Local" : "Cluster";
  const ip = i % 17 === 9 ? "None" : `10.96.${high}.${low}`;
  const port = { name: "http", port: 80, protocol: "TCP", targetPort: 8080 };
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace, creationTimestamp: "2026-01-01T00:00:00Z" },
      spec: {
        type,
        clusterIP: ip,
        clusterIPs: [ip],
        ipFamilies: ["IPv4"],
        internalTrafficPolicy: policy,
        ...type === "ClusterIP" ? {} : { externalTrafficPolicy: policy },
        ports: [type === "ClusterIP" ? port : { ...port, nodePort: 30_000 + i % 2700 }],
      },
      ...type === "LoadBalancer"
        ? { status: { loadBalancer: { ingress: [{ ip: `203.0.${high}.${low}` }] } } }
        : {},
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: `${name}-1`, namespace, labels: { "kubernetes.io/service-name": name } },
      addressType: "IPv4",
      ports: [{ name: "http", port: 8080, protocol: "TCP" }],
      endpoints: (i % 13 === 5 ? [] : [0, 1, 2]).map((pod) => ({
        addresses: [`10.${244 + pod}.${high}.${low}`],
        nodeName: policy === "Local" ? "n2" : pod === 0 ? "n1" : "n2",
        zone: pod === 0 ? "zone-a" : "zone-b",
        conditions: { ready: ready(pod), serving: true, terminating: !ready(pod) },
      })),
    },
  ];
}

function eventsOf(objects: readonly unknown[]): readonly ClusterEvent[] {
  return objects.map((json) => {
    const read = readObject(json);
    if (read.outcome !== "object") throw new TypeError(JSON.stringify(read));
    return { type: "upsert", object: read.object };
  });
}

/** A made-up node. Dispose it at the end. */
export class World implements AsyncDisposable {
  readonly #page = new StatusPage({ log: SILENT, now: Date.now, timers: REAL_TIMERS });
  readonly #port: number;
  readonly #hooks = this.#page.hooks<Hooks>({ onSync: () => {}, onResult: () => {} });
  readonly #counts = new Map<string, { accepted: number; bytes: number; active: number }>();
  readonly #answering = new Set<Promise<Response>>();
  #abort = new AbortController();
  #server: Deno.HttpServer<Deno.NetAddr>;
  #state: PipelineState;
  #syncs = 0;
  #failed: AgentStatus["ops"]["failed"] = [];

  constructor(services: number) {
    const objects = Array.from({ length: services }, (_, i) => objectsOf(i)).flat();
    const lists: readonly ClusterEvent[] = (["Service", "EndpointSlice", "Node"] as const)
      .map((kind) => ({ type: "list", kind, objects: [], unreadable: [] }));
    this.#state = stepPipeline(startPipeline("n1"), [...lists, ...eventsOf(objects)]).state;
    this.#page.watch({
      backend: "userspace",
      agent: { state: () => this.#state, status: () => this.#status() },
      stats: () => Promise.resolve(this.#stats()),
    });
    this.#server = this.#serve(0);
    this.#port = this.#server.addr.port;
  }

  /** Where the page is. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}/ui`;
  }

  /** Brings changes of the cluster in, as one sync that takes as long as it is told. */
  change(objects: readonly unknown[], tookMs = 1.5): void {
    const { state, changes } = stepPipeline(this.#state, eventsOf(objects));
    this.#state = state;
    this.#syncs++;
    const ops = changes.map(({ key, type }) => ({
      op: type === "remove" ? "close" : "update",
      key,
      after: [],
      because: `endpoints of ${key}`,
    }));
    const sync: SyncRecord = {
      changes,
      ops,
      stepMs: tookMs / 3,
      planMs: tookMs / 6,
      applyMs: tookMs / 2,
      state,
    };
    for (const op of ops) this.#hooks.onResult(op, { ok: true }, tookMs / 2);
    this.#hooks.onSync(sync);
  }

  /** Has an operation fail. */
  fail(key: string, error: string): void {
    const result: ApplyResult = { ok: false, error, retry: false };
    this.#hooks.onResult({ op: "open", key, after: [], because: "test" }, result, 3);
    this.#failed = [{ op: "open", key, attempts: 1, error }];
  }

  /** Has a service take so many connections more. */
  carry(service: string, connections: number, bytes: number): void {
    const { accepted, bytes: before } = this.#counts.get(service) ?? { accepted: 0, bytes: 0 };
    this.#counts.set(service, {
      accepted: accepted + connections,
      bytes: before + bytes,
      active: Math.ceil(connections / 4),
    });
  }

  /** Cuts all readers off. */
  async pause(): Promise<void> {
    this.#abort.abort();
    await this.#server.finished;
  }

  /** Lets them come again. */
  resume(): void {
    this.#abort = new AbortController();
    this.#server = this.#serve(this.#port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#page[Symbol.asyncDispose]();
    await this.pause();
    await Promise.allSettled(this.#answering); // a search goes on though nobody waits for it
  }

  #serve(port: number): Deno.HttpServer<Deno.NetAddr> {
    const { signal } = this.#abort;
    const options = { hostname: "127.0.0.1", port, signal, onListen() {} };
    const answer = router(this.#page.routes);
    return Deno.serve(options, async (request) => {
      const answering = answer(request);
      this.#answering.add(answering);
      try {
        return await answering;
      } finally {
        this.#answering.delete(answering);
      }
    });
  }

  #status(): AgentStatus {
    return {
      ready: true,
      syncs: this.#syncs,
      lastSyncAt: this.#syncs === 0 ? null : Date.now(),
      source: { source: "kube", state: "ok", problems: 0, failures: 0 },
      ops: {
        pending: 0,
        inFlight: 0,
        retrying: [],
        failed: this.#failed,
        blocked: [],
        done: { open: { succeeded: this.#state.view.services.size, failed: 0, superseded: 0 } },
        lastError: null,
        lastSuccessAt: null,
      },
      looks: null,
    };
  }

  #stats(): UserspaceStats {
    return {
      dataPath: "native",
      draining: { listeners: 0, connections: 0 },
      bufferBytes: 0,
      workers: [],
      listeners: [...this.#listeners()],
    };
  }

  *#listeners(): Generator<ListenerStats> {
    for (const { service, servicePorts } of this.#state.view.services.values()) {
      const { accepted, bytes, active } = this.#counts.get(service) ??
        { accepted: 0, bytes: 0, active: 0 };
      for (const { name, frontends, endpoints } of servicePorts) {
        const used = endpoints.filter(({ internal }) => internal);
        for (const frontend of frontends) {
          const first = frontend.kind === "ClusterIP";
          const share = (whole: number) => first ? Math.floor(whole / used.length) : 0;
          yield {
            key: `TCP/${frontendAddress(frontend)}`,
            servicePort: name,
            kind: frontend.kind,
            ip: frontend.kind === "NodePort" ? "0.0.0.0" : frontend.ip,
            port: frontend.port,
            backends: used.length,
            accepted: first ? accepted : 0,
            active: first ? active : 0,
            broken: 0,
            cut: 0,
            bytesIn: first ? Math.floor(bytes / 9) : 0,
            bytesOut: first ? bytes : 0,
            acceptFailures: 0,
            rejected: { "no-endpoints": 0, "dial-failed": 0, "source-not-allowed": 0, stopped: 0 },
            dialFailures: NO_FAILURES,
            endpoints: Object.fromEntries(used.map(({ ip, port }) => [`${ip}:${port}`, {
              connections: share(accepted),
              active: share(active),
              bytesIn: share(bytes / 9),
              bytesOut: share(bytes),
              dialFailures: NO_FAILURES,
            }])),
          };
        }
      }
    }
  }
}

const NO_FAILURES: ListenerStats["dialFailures"] = {
  refused: 0,
  timeout: 0,
  unreachable: 0,
  shortage: 0,
  other: 0,
};
