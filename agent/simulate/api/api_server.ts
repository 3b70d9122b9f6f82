/**
 * A Kubernetes API server in a box: Services, Nodes, Namespaces and EndpointSlices over HTTP on
 * loopback, with the real list/watch protocol, good enough for kubectl and for every client that
 * lists and watches. It can fail on demand: an outage, a forgotten history.
 *
 * Needs `net` for the address that it listens on.
 *
 * @module
 */
import type { Logger } from "../../../core/mod.ts";
import { admissions } from "./admission.ts";
import { handlerOf } from "./handler.ts";
import { Listener } from "./listener.ts";
import { type ObjectStore, objectStore } from "./object_store.ts";
import { Registry } from "./registry.ts";
import { NAMESPACES, SERVICES } from "./resources.ts";
import { type AllocatorRanges, ServiceAllocator } from "./service_allocator.ts";
import { VersionedStore } from "./store.ts";
import { WatchHub } from "./watch.ts";

/** How an API server is set up. */
export interface ApiServerOptions extends Partial<AllocatorRanges> {
  /** The address to listen on. @default "127.0.0.1" */
  readonly hostname?: string;
  /** The port, 0 for any that is free. @default 0 */
  readonly port?: number;
  /** The time of day, as a date or in milliseconds since 1970. */
  readonly now: () => Date | number;
  /** How many changes of each resource are remembered at least. @default 5000 */
  readonly historyLimit?: number;
  /** The namespaces that are there from the start. @default ["default", "kube-system"] */
  readonly namespaces?: readonly string[];
  /**
   * How a watch from a forgotten version is refused: with an ERROR event in the stream, as servers
   * do now, or with HTTP status 410, as some did. @default "event"
   */
  readonly staleWatch?: "event" | "status";
  /** After how many milliseconds watches that want them get a BOOKMARK. @default 60000 */
  readonly bookmarkIntervalMs?: number;
  /** Where requests (`-v=6`) and failures are logged. */
  readonly log: Logger;
}

/** A running API server. Close it, or it stays. */
export interface ApiServer {
  /** Where it is: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Its objects, for code in this process. */
  readonly store: ObjectStore;
  /** Answers a request as if it had come over the network, for who stands between (a test's faults). */
  readonly handle: (request: Request) => Promise<Response>;
  /** How many watches are open. */
  readonly watchCount: number;
  /** An outage: stops listening and cuts every connection and watch. The objects stay. */
  pause(): Promise<void>;
  /**
   * Ends the outage: listens on the same port again.
   *
   * @throws {Error} If the port was taken meanwhile, or the server is closed.
   */
  resume(): Promise<void>;
  /** Forgets history: to list or watch from an older version is answered with 410 Gone. */
  compact(): void;
  /** Sends every watch that wants bookmarks one, now. */
  sendBookmarks(): void;
  /** Stops for good. */
  close(): Promise<void>;
}

/**
 * Starts an API server.
 *
 * @throws {Error} If the address cannot be listened on, or a range is none.
 */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { hostname = "127.0.0.1", port = 0, log, namespaces = ["default", "kube-system"] } =
    options;
  const now = () => new Date(options.now());
  const store = new VersionedStore(options.historyLimit ?? 5000);
  const { serviceCidr = "10.96.0.0/12", nodePorts = { first: 30000, last: 32767 } } = options;
  const allocator = new ServiceAllocator({ serviceCidr, nodePorts });
  store.listen((resource, change) => {
    if (resource === SERVICES) allocator.observe(change);
  });
  const registry = new Registry(store, { now, admissions: admissions(allocator) });
  for (const name of namespaces) registry.create(NAMESPACES, { metadata: { name } });
  const watches = new WatchHub(store);
  const { staleWatch = "event" } = options;
  const handler = handlerOf({ store, registry, watches, now, staleWatch }, log);
  const listener = new Listener({ hostname, port }, handler);
  await listener.open();
  const bookmarks = setInterval(
    () => watches.sendBookmarks(),
    options.bookmarkIntervalMs ?? 60_000,
  );
  log.v(2)?.info("The simulated API server listens", { url: listener.url });

  return {
    url: listener.url,
    store: objectStore(store, registry),
    handle: handler,
    get watchCount() {
      return watches.size;
    },
    async pause() {
      await listener.cut();
      watches.endAll();
    },
    resume: () => listener.open(),
    compact: () => store.compact(),
    sendBookmarks: () => watches.sendBookmarks(),
    async close() {
      clearInterval(bookmarks);
      await listener.close();
      watches.endAll();
    },
  };
}
