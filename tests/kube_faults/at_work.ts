/**
 * A kube source at work against a faulty server, and a mirror of what it tells: what the pipeline would
 * know, and whether anything that was there went away and came back.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  type ApiSnapshot,
  applyEvents,
  type ClusterEvent,
  EMPTY_SNAPSHOT,
  type KubeObject,
  type PersistentMap,
} from "../../core/mod.ts";
import { kubeSource, loadKubeConnection, type SourceReport } from "../../proto/mod.ts";
import type { FaultyServer } from "./faulty_server.ts";
import { HastyTiming } from "./hasty_timing.ts";

const NODE = "n1";

/** How the source asks for lists. */
export type Lists = "stream" | "pages";

/** What the source has told. */
export class Mirror {
  /** What is known. */
  snapshot: ApiSnapshot = EMPTY_SNAPSHOT;
  /** What went away and came back, in the order of coming back. */
  readonly flaps: string[] = [];
  /** The reports, as `severity: message`. */
  readonly reports: string[] = [];
  readonly #gone = new Set<string>();
  readonly #watchers = new Set<() => void>();

  /** Takes events. */
  readonly events = (batch: readonly ClusterEvent[]): void => {
    const before = this.snapshot;
    this.snapshot = applyEvents(before, batch);
    for (const [name, map] of mapsOf(this.snapshot)) this.#compare(name, mapOf(before, name), map);
    this.#look();
  };

  /** Takes a report. */
  readonly report = ({ severity, message }: SourceReport): void => {
    this.reports.push(`${severity}: ${message}`);
    this.#look();
  };

  /** Resolves when this holds. */
  until(holds: (mirror: Mirror) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds(this)) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  #compare(name: MapName, before: PersistentMap<KubeObject>, now: PersistentMap<KubeObject>): void {
    for (const { key, before: was, after } of now.changesSince(before)) {
      const what = `${name} ${key}`;
      if (after === undefined) this.#gone.add(what);
      else if (was === undefined && this.#gone.has(what)) this.flaps.push(what);
    }
  }

  #look(): void {
    for (const look of this.#watchers) look();
  }
}

type MapName = "services" | "slices" | "nodes";

function mapOf(snapshot: ApiSnapshot, name: MapName): PersistentMap<KubeObject> {
  return snapshot[name];
}

function mapsOf(snapshot: ApiSnapshot): readonly [MapName, PersistentMap<KubeObject>][] {
  return (["services", "slices", "nodes"] as const).map((name) => [name, mapOf(snapshot, name)]);
}

/** A source at work. */
export interface AtWork extends AsyncDisposable {
  /** The server. */
  readonly server: FaultyServer;
  /** The clock of the source. */
  readonly timing: HastyTiming;
  /** What it told. */
  readonly mirror: Mirror;
  /** Resolves when all three kinds were listed. */
  listed(): Promise<void>;
  /**
   * Lets deadlines of so many milliseconds pass again and again, until this has come. What is healthy
   * is given more and more real time between, so that it comes on any machine.
   */
  passUntil(ms: number, come: Promise<void>): Promise<void>;
  /** Makes a change of every kind, and waits until it is known; then all must be as a fresh list. */
  agrees(): Promise<void>;
}

/** Five Services, a slice for each, and the Node. */
export function fill({ api }: Pick<FaultyServer, "api">): void {
  api.store.create({ kind: "Node", metadata: { name: NODE } });
  for (let i = 0; i < 5; i++) addService({ api }, `s${i}`);
}

/** Makes a Service and its slice. */
export function addService({ api }: Pick<FaultyServer, "api">, name: string): void {
  api.store.create({ kind: "Service", metadata: { name }, spec: { ports: [{ port: 80 }] } });
  api.store.create(slice(name, "10.1.0.1"));
}

/** Takes a Service and its slice away. */
export function removeService({ api }: Pick<FaultyServer, "api">, name: string): void {
  api.store.delete("Service", "default", name);
  api.store.delete("EndpointSlice", "default", `${name}-1`);
}

/** Gives a Service's slice another address. */
export function moveEndpoint({ api }: Pick<FaultyServer, "api">, name: string, ip: string): void {
  api.store.update(slice(name, ip));
}

function slice(service: string, ip: string) {
  return {
    kind: "EndpointSlice",
    metadata: {
      name: `${service}-1`,
      labels: { "kubernetes.io/service-name": service },
    },
    addressType: "IPv4",
    ports: [{ name: "", port: 8080, protocol: "TCP" }],
    endpoints: [{ addresses: [ip], conditions: { ready: true } }],
  };
}

/** Starts a source against a server; the test decides what has gone wrong by then. */
export async function atWork(
  server: FaultyServer,
  { lists, kubeconfig }: { readonly lists: Lists; readonly kubeconfig?: string },
): Promise<AtWork> {
  const timing = new HastyTiming();
  const mirror = new Mirror();
  const stop = new AbortController();
  const connection = await loadKubeConnection({
    server: server.url,
    kubeconfig,
    env: () => undefined,
    now: () => timing.now(),
  });
  const source = kubeSource({ connection, nodeName: NODE, once: false, timing, lists });
  const done = source.run(mirror, stop.signal);
  let marks = 0;
  return {
    server,
    timing,
    mirror,
    listed: () => mirror.until(isListed),
    async passUntil(ms, come) {
      let hasCome = false;
      const all = come.then(() => void (hasCome = true));
      for (let pauseMs = 5; !hasCome; pauseMs *= 2) {
        const pause = Promise.withResolvers<void>();
        const timer = setTimeout(pause.resolve, pauseMs);
        await Promise.race([pause.promise, all]);
        clearTimeout(timer);
        timing.pass(ms);
      }
    },
    async agrees() {
      const mark = `mark-${marks++}`;
      addService(server, mark);
      server.api.store.patch("Node", "", NODE, { metadata: { labels: { mark } } });
      await mirror.until(({ snapshot }) =>
        snapshot.services.has(`default/${mark}`) && snapshot.slices.has(`default/${mark}-1`) &&
        snapshot.nodes.get(NODE)?.labels["mark"] === mark
      );
      assert.deepEqual(contentOf(mirror.snapshot), contentOf(await freshList(server)));
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await done;
      await server[Symbol.asyncDispose]();
    },
  };
}

/** What the server says to somebody who asks for the first time, and past all faults. */
async function freshList({ api }: FaultyServer): Promise<ApiSnapshot> {
  const connection = await loadKubeConnection({ server: api.url, env: () => undefined });
  const mirror = new Mirror();
  const source = kubeSource({ connection, nodeName: NODE, once: true });
  await source.run(mirror, new AbortController().signal);
  return mirror.snapshot;
}

function isListed({ snapshot: { synced } }: Mirror): boolean {
  return synced.Service && synced.EndpointSlice && synced.Node;
}

function contentOf(snapshot: ApiSnapshot): unknown {
  return mapsOf(snapshot).map(([name, map]) => [
    name,
    Object.fromEntries([...map].toSorted(([a], [b]) => a < b ? -1 : 1)),
  ]);
}
