/**
 * What the emulator has: documents by id, in the order in which they came, with indexes that keep a
 * large node fast.
 *
 * @module
 */
import { keysOf } from "../identity.ts";
import { field, type HnsLoadBalancer, readLoadBalancer } from "../read_documents.ts";
import type { HnsKind } from "../transport.ts";
import { copyOf } from "./copy.ts";
import type { EmulatorState } from "./file.ts";

/** What the emulator has. */
export class Store {
  readonly #documents: Readonly<Record<HnsKind, Map<string, unknown>>> = {
    "network": new Map(),
    "endpoint": new Map(),
    "load-balancer": new Map(),
  };
  /** By frontend, the ids of the load balancers that have it. */
  readonly #byKey = new Map<string, Set<string>>();
  /** By endpoint, the ids of the load balancers that refer to it. */
  readonly #byEndpoint = new Map<string, Set<string>>();
  /** Documents without an id: kept for the file, invisible otherwise. */
  readonly #nameless: Readonly<Record<HnsKind, unknown[]>> = {
    "network": [],
    "endpoint": [],
    "load-balancer": [],
  };

  /** Takes the documents of a state. */
  constructor({ Networks, Endpoints, LoadBalancers }: EmulatorState) {
    for (const each of Networks) this.put("network", each);
    for (const each of Endpoints) this.put("endpoint", each);
    for (const each of LoadBalancers) this.put("load-balancer", each);
  }

  /** All documents. */
  state(): EmulatorState {
    const all = (kind: HnsKind) => [...this.all(kind), ...this.#nameless[kind]].map(copyOf);
    return {
      Networks: all("network"),
      Endpoints: all("endpoint"),
      LoadBalancers: all("load-balancer"),
    };
  }

  /** All documents of a kind. */
  all(kind: HnsKind): readonly unknown[] {
    return [...this.#documents[kind].values()];
  }

  /** The document with that id, in any letter case. */
  find(kind: HnsKind, id: string): unknown {
    return this.#documents[kind].get(id.toLowerCase());
  }

  /** Adds a document, or puts it in the place of the one with its id. */
  put(kind: HnsKind, document: unknown): void {
    const id = this.idOf(document).toLowerCase();
    if (id === "") {
      this.#nameless[kind].push(document);
      return;
    }
    if (kind === "load-balancer") this.#unindex(id);
    this.#documents[kind].set(id, copyOf(document));
    if (kind === "load-balancer") this.#index(id);
  }

  /** Takes a document away. */
  remove(kind: HnsKind, id: string): void {
    const key = id.toLowerCase();
    if (kind === "load-balancer") this.#unindex(key);
    this.#documents[kind].delete(key);
  }

  /** The id of a document, as it is written there. */
  idOf(document: unknown): string {
    const id = field(document, "ID");
    return typeof id === "string" ? id : "";
  }

  /** The ids of the load balancers with that frontend. */
  withKey(key: string): readonly string[] {
    return [...this.#byKey.get(key) ?? []];
  }

  /** The ids of the load balancers that refer to an endpoint. */
  usersOf(endpoint: string): readonly string[] {
    return [...this.#byEndpoint.get(endpoint.toLowerCase()) ?? []];
  }

  /** Whether a load balancer refers to an endpoint that is gone. */
  isDegraded({ endpoints }: HnsLoadBalancer): boolean {
    return endpoints.some((id) => this.find("endpoint", id) === undefined);
  }

  #index(id: string): void {
    this.#eachIndex(id, (map, key) => {
      const ids = map.get(key);
      if (ids === undefined) map.set(key, new Set([id]));
      else ids.add(id);
    });
  }

  #unindex(id: string): void {
    this.#eachIndex(id, (map, key) => {
      const ids = map.get(key);
      ids?.delete(id);
      if (ids?.size === 0) map.delete(key);
    });
  }

  #eachIndex(id: string, change: (map: Map<string, Set<string>>, key: string) => void): void {
    const read = readLoadBalancer(this.find("load-balancer", id));
    if (read === null) return;
    for (const key of keysOf(read)) change(this.#byKey, key);
    for (const endpoint of read.endpoints) change(this.#byEndpoint, endpoint);
  }
}
