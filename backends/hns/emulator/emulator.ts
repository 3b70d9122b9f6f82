/**
 * HNS in this process: the same documents, the same refusals and quirks as the real one. It is what
 * `--hns emulator:FILE` talks to, and the peer of every test.
 *
 * @module
 */
import { parseIp } from "../../../core/mod.ts";
import type { HostComputeLoadBalancer } from "../documents.ts";
import { hasFeature, type HnsVersion } from "../features.ts";
import { codeOf, HnsError, type HnsErrorName } from "../hns_error.ts";
import { keysOf } from "../identity.ts";
import { field, readEndpoint, readLoadBalancer } from "../read_documents.ts";
import type { HnsCreation, HnsEvent, HnsKind, HnsTransport } from "../transport.ts";
import { checkEndpoint, checkLoadBalancer } from "./checks.ts";
import { copyOf } from "./copy.ts";
import { EMPTY_STATE, type EmulatorState } from "./file.ts";
import {
  DEFAULT_VERSION,
  type EmulatorCall,
  type EmulatorCounts,
  type EmulatorOptions,
} from "./quirks.ts";
import { Store } from "./store.ts";

/** HNS in this process. */
export interface HnsEmulator extends HnsTransport {
  /** What it has now, as plain documents. */
  state(): EmulatorState;
  /** How many calls there were, and how many of them wrote. */
  readonly calls: EmulatorCounts;
  /** Changes how it behaves from now on. */
  behave(options: EmulatorOptions): void;
  /** Puts a network there, as a CNI does, and tells those who watch. */
  addNetwork(document: unknown): void;
  /** Takes a network away, with its endpoints; its load balancers stay behind, degraded. */
  removeNetwork(id: string): void;
  /** Puts an endpoint there, as a CNI does. Nobody is told: HNS has no event for it. */
  addEndpoint(document: unknown): void;
  /** Takes an endpoint or a load balancer away behind everybody's back. */
  remove(kind: "endpoint" | "load-balancer", id: string): void;
  /** The service stops: every call fails until it starts. */
  stop(): void;
  /** The service starts, with what it had; what was degraded is whole again, or gone. */
  start(): void;
}

/** Makes an emulator that has what the state says. */
export function hnsEmulator(
  state: EmulatorState = EMPTY_STATE,
  options: EmulatorOptions = {},
): HnsEmulator {
  return new Emulator(state, options);
}

class Emulator implements HnsEmulator {
  readonly name = "emulator";
  readonly #store: Store;
  readonly #listeners = new Set<(event: HnsEvent) => void>();
  readonly #counts = { all: 0, writes: 0, peak: 0, now: 0 };
  #options: EmulatorOptions;
  #running = true;

  constructor(state: EmulatorState, options: EmulatorOptions) {
    this.#store = new Store(state);
    this.#options = options;
  }

  get calls(): EmulatorCounts {
    const { all, writes, peak } = this.#counts;
    return { all, writes, peak };
  }

  state(): EmulatorState {
    return this.#store.state();
  }

  behave(options: EmulatorOptions): void {
    this.#options = options;
  }

  version(signal: AbortSignal): Promise<HnsVersion> {
    return this.#call("version", false, signal, () => this.#version);
  }

  list(kind: HnsKind, signal: AbortSignal): Promise<readonly unknown[]> {
    return this.#call(
      `list ${kind}`,
      false,
      signal,
      () => this.#store.all(kind).map((each) => this.#answer(each)),
    );
  }

  get(kind: HnsKind, id: string, signal: AbortSignal): Promise<unknown> {
    return this.#call(`get ${kind}`, false, signal, () => this.#answer(this.#find(kind, id)));
  }

  create(creation: HnsCreation, signal: AbortSignal): Promise<unknown> {
    return this.#call(`create ${creation.kind}`, true, signal, () => {
      const id = this.#options.choosesIds ? crypto.randomUUID() : creation.id;
      const doing = `create ${creation.kind} ${id}`;
      if (this.#store.find(creation.kind, id) !== undefined) fail(doing, "already-exists");
      const document = creation.kind === "endpoint"
        ? this.#newEndpoint(creation, id, doing)
        : this.#newLoadBalancer(creation.document, id, doing);
      this.#store.put(creation.kind, document);
      return this.#answer(document);
    });
  }

  modifyLoadBalancer(
    id: string,
    document: HostComputeLoadBalancer,
    signal: AbortSignal,
  ): Promise<void> {
    return this.#call("modify load-balancer", true, signal, () => {
      const doing = `modify load balancer ${id}`;
      const old = this.#find("load-balancer", id);
      const { major, minor } = this.#version;
      if (!hasFeature(this.#version, "modify-load-balancer")) {
        if (major === 15 && minor === 4) return; // says yes and does nothing
        fail(doing, "not-implemented");
      }
      const was = readLoadBalancer(old);
      const now = readLoadBalancer({ ...document, ID: id });
      if (was !== null && this.#store.isDegraded(was)) fail(doing, "degraded");
      if (was === null || now === null || keysOf(was).join() !== keysOf(now).join()) {
        fail(doing, "invalid-policy");
      }
      this.#check(document, id, doing);
      this.#store.put("load-balancer", { ...document, ID: field(old, "ID") });
    });
  }

  delete(kind: "endpoint" | "load-balancer", id: string, signal: AbortSignal): Promise<void> {
    return this.#call(`delete ${kind}`, true, signal, () => {
      const doing = `delete ${kind} ${id}`;
      const degrade = this.#options.deleteInUse === "degrade";
      if (kind === "endpoint") {
        const document = this.#store.find(kind, id);
        if (document === undefined) fail(doing, "endpoint-not-found");
        if (!degrade && this.#store.usersOf(id).length > 0) fail(doing, "has-references");
      } else {
        const loadBalancer = readLoadBalancer(this.#find(kind, id));
        if (degrade && loadBalancer !== null && this.#store.isDegraded(loadBalancer)) {
          fail(doing, "endpoint-not-found");
        }
      }
      this.#store.remove(kind, id);
    });
  }

  watch(listener: (event: HnsEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.#listeners.clear();
    return Promise.resolve();
  }

  addNetwork(document: unknown): void {
    this.#store.put("network", document);
    this.#tell({ type: "network-created", id: this.#store.idOf(document) });
  }

  removeNetwork(id: string): void {
    this.#store.remove("network", id);
    for (const endpoint of this.#store.all("endpoint")) {
      const on = readEndpoint(endpoint)?.networkId;
      if (on === id.toLowerCase()) this.#store.remove("endpoint", this.#store.idOf(endpoint));
    }
    this.#tell({ type: "network-deleted", id });
  }

  addEndpoint(document: unknown): void {
    this.#store.put("endpoint", document);
  }

  remove(kind: "endpoint" | "load-balancer", id: string): void {
    this.#store.remove(kind, id);
  }

  stop(): void {
    this.#running = false;
    this.#tell({ type: "disconnected" });
  }

  start(): void {
    for (const each of this.#store.all("load-balancer")) {
      const read = readLoadBalancer(each);
      if (read !== null && this.#store.isDegraded(read)) {
        this.#store.remove("load-balancer", read.id);
      }
    }
    this.#running = true;
  }

  get #version(): HnsVersion {
    return this.#options.version ?? DEFAULT_VERSION;
  }

  #newEndpoint(
    { networkId, document }: HnsCreation & { readonly kind: "endpoint" },
    id: string,
    doing: string,
  ): unknown {
    const network = this.#store.find("network", networkId);
    if (network === undefined) fail(doing, "network-not-found");
    const wrong = checkEndpoint(document);
    if (wrong !== null) fail(doing, wrong);
    const [first] = document.IpConfigurations;
    const ip = first?.IpAddress ?? "";
    const taken = this.#options.refuseDuplicateIps &&
      this.#store.all("endpoint").some((each) => {
        const other = readEndpoint(each);
        return other?.networkId === networkId.toLowerCase() && other.ips.includes(ip);
      });
    if (taken) fail(doing, "address-reserved");
    return {
      ID: id,
      Name: "Ethernet",
      HostComputeNetwork: this.#store.idOf(network),
      ...document,
      IpConfigurations: document.IpConfigurations.map(({ IpAddress }) => ({
        IpAddress,
        PrefixLength: parseIp(IpAddress)?.family === "IPv6" ? 128 : 32,
      })),
    };
  }

  #newLoadBalancer(document: HostComputeLoadBalancer, id: string, doing: string): unknown {
    this.#check(document, id, doing);
    return { ID: id, ...document };
  }

  #check(document: HostComputeLoadBalancer, id: string, doing: string): void {
    const wrong = checkLoadBalancer(document, {
      version: this.#version,
      hasEndpoint: (endpoint) => this.#store.find("endpoint", endpoint) !== undefined,
      othersOf: (key) => this.#store.withKey(key).filter((other) => other !== id.toLowerCase()),
    });
    if (wrong !== null) fail(doing, wrong);
  }

  #find(kind: HnsKind, id: string): unknown {
    const document = this.#store.find(kind, id);
    if (document === undefined) fail(`find ${kind} ${id}`, NOT_FOUND[kind]);
    return document;
  }

  async #call<T>(
    what: string,
    writes: boolean,
    signal: AbortSignal,
    work: () => T,
  ): Promise<T> {
    const call: EmulatorCall = { n: ++this.#counts.all, what, writes };
    if (writes) this.#counts.writes++;
    this.#counts.peak = Math.max(this.#counts.peak, ++this.#counts.now);
    try {
      // The options of the moment count: a test may change them while a call is under way.
      const { fault, delay } = this.#options;
      await delay?.(call, signal);
      if (!this.#running) fail(what, "rpc-unavailable");
      const failure = fault?.(call) ?? null;
      if (failure !== null && !failure.afterwards) throw new HnsError(what, failure.hresult);
      const result = work();
      if (failure !== null) throw new HnsError(what, failure.hresult);
      return result;
    } finally {
      this.#counts.now--;
    }
  }

  /** A copy, so that nobody changes what HNS has; its ids perhaps in another letter case. */
  #answer(document: unknown): unknown {
    const copy = copyOf(document);
    if (!this.#options.changingCase || typeof copy !== "object" || copy === null) return copy;
    const id = this.#store.idOf(copy);
    const other = this.#counts.all % 2 === 0 ? id.toUpperCase() : id.toLowerCase();
    return { ...copy, ID: other };
  }

  #tell(event: HnsEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

const NOT_FOUND: Readonly<Record<HnsKind, HnsErrorName>> = {
  "network": "network-not-found",
  "endpoint": "endpoint-not-found",
  "load-balancer": "element-not-found",
};

function fail(doing: string, name: HnsErrorName): never {
  throw new HnsError(doing, codeOf(name));
}
