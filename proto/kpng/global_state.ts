/**
 * What the global API has told so far, and what each round means for the cluster.
 *
 * @module
 */
import { fromBinary } from "@bufbuild/protobuf";
import {
  type ClusterEvent,
  describeFinding,
  type Kind,
  objectKey,
  type ObjectRef,
  readObject,
  type ReadResult,
  unreachable,
} from "../../core/mod.ts";
import {
  type EndpointInfo,
  EndpointInfoSchema,
  type Node,
  NodeInfoSchema,
  ServiceInfoSchema,
} from "./api/globalv1_pb.ts";
import { type Service, Set as SetOf } from "./api/localv1_pb.ts";
import type { ReceivedRound } from "./received_op.ts";
import { nodeJson, serviceJson, sliceJsons } from "./to_kubernetes.ts";

/** What a round means. */
export interface GlobalChange {
  /** The news. */
  readonly events: readonly ClusterEvent[];
  /** What could not be read, in words. */
  readonly problems: readonly string[];
}

/** Endpoints of a Service by source, then by the last part of their paths. */
type Sources = Map<string, Map<string, EndpointInfo>>;

/** What was told: Nodes by name, the rest by `namespace/name` of the Service. */
interface Told {
  readonly nodes: Map<string, Node>;
  readonly services: Map<string, Service>;
  readonly endpoints: Map<string, Sources>;
}

/** What a round spoke of. */
interface Touched {
  readonly nodes: Set<string>;
  readonly services: Set<string>;
}

/** Holds what was told. */
export class GlobalState {
  #told: Told = nothing();
  /** The slices that were made for each Service. */
  #slices = new Map<string, readonly ObjectRef[]>();

  /** Takes a round in. A value that cannot be read leaves what was there before. */
  take({ full, ops }: ReceivedRound): GlobalChange {
    const before = this.#told;
    if (full) this.#told = nothing();
    const touched: Touched = { nodes: new Set(), services: new Set() };
    const problems: string[] = [];
    for (const op of ops) {
      const why = apply(op, this.#told, before, touched);
      if (why !== null) problems.push(`Cannot use what was told of "${op.path}": ${why}`);
    }
    const read = (json: unknown): ReadResult => {
      const result = readObject(json);
      const { ref, findings } = refAndFindings(result);
      problems.push(...findings.map((finding) => describeFinding(ref, finding)));
      return result;
    };
    return { events: full ? this.#lists(read) : this.#changes(touched, read), problems };
  }

  #lists(read: (json: unknown) => ReadResult): readonly ClusterEvent[] {
    const { nodes, services, endpoints } = this.#told;
    this.#slices.clear();
    const slices = [...endpoints.keys()].flatMap((key) => this.#readSlices(key, read));
    return [
      listOf("Node", [...nodes.values()].map((node) => read(nodeJson(node)))),
      listOf("Service", [...services.values()].map((service) => read(serviceJson(service)))),
      listOf("EndpointSlice", slices),
    ];
  }

  #changes(touched: Touched, read: (json: unknown) => ReadResult): readonly ClusterEvent[] {
    const events: ClusterEvent[] = [];
    // They come first: a slice that passed to another Service may have the same name there.
    const gone: ClusterEvent[] = [];
    for (const name of touched.nodes) {
      const node = this.#told.nodes.get(name);
      const ref: ObjectRef = { kind: "Node", namespace: "", name };
      events.push(...eventOf(ref, node && read(nodeJson(node))));
    }
    for (const key of touched.services) {
      const [namespace = "", name = ""] = key.split("/");
      const service = this.#told.services.get(key);
      events.push(
        ...eventOf({ kind: "Service", namespace, name }, service && read(serviceJson(service))),
      );
      const before = this.#slices.get(key) ?? [];
      events.push(...this.#readSlices(key, read).flatMap(upsertOf));
      const now = new Set(this.#slices.get(key)?.map(objectKey));
      for (const ref of before) {
        if (!now.has(objectKey(ref))) gone.push({ type: "delete", ref });
      }
    }
    return [...gone, ...events];
  }

  /** The slices of a Service, and takes note of them. */
  #readSlices(key: string, read: (json: unknown) => ReadResult): readonly ReadResult[] {
    const { services, endpoints } = this.#told;
    const sources = [...endpoints.get(key)?.values() ?? []];
    const results = sources.flatMap((infos) => sliceJsons(inOrder(infos), services.get(key)))
      .map(read);
    const refs = results.flatMap((result) => refAndFindings(result).ref ?? []);
    if (refs.length === 0) this.#slices.delete(key);
    else this.#slices.set(key, refs);
    return results;
  }
}

/** By their paths, in whatever order they were told: of two with one address the first counts. */
function inOrder(infos: ReadonlyMap<string, EndpointInfo>): readonly EndpointInfo[] {
  return [...infos].sort(([a], [b]) => a < b ? -1 : 1).map(([, info]) => info);
}

function nothing(): Told {
  return { nodes: new Map(), services: new Map(), endpoints: new Map() };
}

/** Applies an operation; answers why it cannot be. */
function apply(
  op: ReceivedRound["ops"][number],
  told: Told,
  before: Told,
  touched: Touched,
): string | null {
  const [namespace = "", name = "", source = "", key] = op.path.split("|");
  if (key === undefined) return "the path lacks a part";
  const service = `${namespace}/${name}`;
  switch (op.set) {
    case SetOf.GlobalNodeInfos:
      touched.nodes.add(name);
      return put(
        op,
        told.nodes,
        name,
        before.nodes,
        (bytes) => fromBinary(NodeInfoSchema, bytes).Node,
      );
    case SetOf.GlobalServiceInfos:
      touched.services.add(service);
      return put(
        op,
        told.services,
        service,
        before.services,
        (bytes) => fromBinary(ServiceInfoSchema, bytes).Service,
      );
    case SetOf.GlobalEndpointInfos: {
      if (name === "") return null; // the same endpoint again, by its source
      touched.services.add(service);
      const sources: Sources = told.endpoints.get(service) ?? new Map();
      const infos = sources.get(source) ?? new Map<string, EndpointInfo>();
      const old = before.endpoints.get(service)?.get(source) ?? new Map<string, EndpointInfo>();
      const why = put(op, infos, key, old, (bytes) => fromBinary(EndpointInfoSchema, bytes));
      setOrDelete(sources, source, infos);
      setOrDelete(told.endpoints, service, sources);
      return why;
    }
    default:
      return null; // a newer server may have more
  }
}

/** Sets or deletes a value; the one from before stays where the new one cannot be read. */
function put<T>(
  op: ReceivedRound["ops"][number],
  to: Map<string, T>,
  key: string,
  before: ReadonlyMap<string, T>,
  decode: (bytes: Uint8Array) => T | undefined,
): string | null {
  if (op.op === "delete") {
    to.delete(key);
    return null;
  }
  let why = "the value says nothing";
  try {
    const value = decode(op.value);
    if (value !== undefined) {
      to.set(key, value);
      return null;
    }
  } catch (error) {
    why = error instanceof Error ? error.message : String(error);
  }
  const old = before.get(key);
  if (old !== undefined) to.set(key, old);
  return why;
}

function setOrDelete<V extends ReadonlyMap<string, unknown>>(
  map: Map<string, V>,
  key: string,
  value: V,
): void {
  if (value.size === 0) map.delete(key);
  else map.set(key, value);
}

function refAndFindings(result: ReadResult) {
  switch (result.outcome) {
    case "object":
      return { ref: result.object satisfies ObjectRef, findings: result.findings };
    case "rejected":
      return { ref: result.ref, findings: result.findings };
    case "other-kind":
      return { ref: null, findings: [] };
    default:
      return unreachable(result);
  }
}

function listOf(kind: Kind, results: readonly ReadResult[]): ClusterEvent {
  return {
    type: "list",
    kind,
    objects: results.flatMap((result) => result.outcome === "object" ? result.object : []),
    unreadable: results.flatMap((result) =>
      result.outcome === "rejected" && result.ref !== null ? result.ref : []
    ),
  };
}

/** News of one object: it is so, it is gone, or it cannot be read and stays as it was. */
function eventOf(ref: ObjectRef, result: ReadResult | undefined): readonly ClusterEvent[] {
  return result === undefined ? [{ type: "delete", ref }] : upsertOf(result);
}

function upsertOf(result: ReadResult): readonly ClusterEvent[] {
  return result.outcome === "object" ? [{ type: "upsert", object: result.object }] : [];
}
