/**
 * `ApiSnapshot`: the cluster as the API tells it, indexed by what the pipeline needs. Applying events
 * gives a new snapshot that shares all that did not change.
 *
 * @module
 */
import { equal } from "./_equal.ts";
import type { ClusterEvent } from "./events.ts";
import {
  type EndpointSlice,
  type Kind,
  type KubeObject,
  type Node,
  objectKey,
  type ObjectRef,
  type Service,
} from "./objects.ts";
import { PersistentMap } from "./persistent_map.ts";
import { unreachable } from "./rules.ts";

/** The cluster as the API tells it. */
export interface ApiSnapshot {
  /** Services by `namespace/name`. */
  readonly services: PersistentMap<Service>;
  /** EndpointSlices by `namespace/name` of the slice. */
  readonly slices: PersistentMap<EndpointSlice>;
  /** The slices of each Service, by `namespace/name` of the Service, sorted by name of the slice. */
  readonly slicesByService: PersistentMap<readonly EndpointSlice[]>;
  /** Nodes by name. */
  readonly nodes: PersistentMap<Node>;
  /** Which kinds were listed completely at least once. */
  readonly synced: Readonly<Record<Kind, boolean>>;
}

/** The snapshot before anything was heard. */
export const EMPTY_SNAPSHOT: ApiSnapshot = {
  services: PersistentMap.empty(),
  slices: PersistentMap.empty(),
  slicesByService: PersistentMap.empty(),
  nodes: PersistentMap.empty(),
  synced: { Service: false, EndpointSlice: false, Node: false },
};

/**
 * The snapshot after the events, in their order. It is the very same snapshot if they say nothing
 * new.
 */
export function applyEvents(
  snapshot: ApiSnapshot,
  events: readonly ClusterEvent[],
): ApiSnapshot {
  return events.reduce(applyEvent, snapshot);
}

function applyEvent(snapshot: ApiSnapshot, event: ClusterEvent): ApiSnapshot {
  switch (event.type) {
    case "upsert":
      return withObject(snapshot, event.object);
    case "delete":
      return withoutObject(snapshot, event.ref);
    case "list":
      return withList(snapshot, event);
    default:
      return unreachable(event);
  }
}

function withObject(snapshot: ApiSnapshot, object: KubeObject): ApiSnapshot {
  const key = objectKey(object);
  switch (object.kind) {
    case "Service":
      return equal(snapshot.services.get(key), object)
        ? snapshot
        : { ...snapshot, services: snapshot.services.set(key, object) };
    case "Node":
      return equal(snapshot.nodes.get(key), object)
        ? snapshot
        : { ...snapshot, nodes: snapshot.nodes.set(key, object) };
    case "EndpointSlice":
      return withSlice(snapshot, key, object);
    default:
      return unreachable(object);
  }
}

function withoutObject(snapshot: ApiSnapshot, ref: ObjectRef): ApiSnapshot {
  const key = objectKey(ref);
  switch (ref.kind) {
    case "Service":
      return snapshot.services.has(key)
        ? { ...snapshot, services: snapshot.services.delete(key) }
        : snapshot;
    case "Node":
      return snapshot.nodes.has(key)
        ? { ...snapshot, nodes: snapshot.nodes.delete(key) }
        : snapshot;
    case "EndpointSlice":
      return withSlice(snapshot, key, undefined);
    default:
      return unreachable(ref.kind);
  }
}

/** Files a slice under its Service; a slice whose label changed leaves the old Service (kube-proxy keeps it there). */
function withSlice(
  snapshot: ApiSnapshot,
  key: string,
  slice: EndpointSlice | undefined,
): ApiSnapshot {
  const before = snapshot.slices.get(key);
  if (before === slice || (slice !== undefined && equal(before, slice))) return snapshot;
  let index = snapshot.slicesByService;
  if (before !== undefined) index = unfile(index, before);
  if (slice !== undefined) index = file(index, slice);
  return { ...snapshot, slices: snapshot.slices.put(key, slice), slicesByService: index };
}

function serviceKeyOf(slice: EndpointSlice): string | null {
  return slice.service === "" ? null : `${slice.namespace}/${slice.service}`;
}

type SliceIndex = PersistentMap<readonly EndpointSlice[]>;

function unfile(index: SliceIndex, slice: EndpointSlice): SliceIndex {
  const service = serviceKeyOf(slice);
  if (service === null) return index;
  const rest = index.get(service)?.filter((each) => each.name !== slice.name) ?? [];
  return index.put(service, rest.length === 0 ? undefined : rest);
}

function file(index: SliceIndex, slice: EndpointSlice): SliceIndex {
  const service = serviceKeyOf(slice);
  if (service === null) return index;
  const others = index.get(service) ?? [];
  const sorted = [...others, slice].sort((a, b) => a.name < b.name ? -1 : 1);
  return index.set(service, sorted);
}

/** Makes the kind exactly what the list says; the objects that could not be read stay as they were. */
function withList(
  snapshot: ApiSnapshot,
  { kind, objects, unreadable }: Extract<ClusterEvent, { type: "list" }>,
): ApiSnapshot {
  let next = snapshot;
  const own = objects.filter((object) => object.kind === kind);
  const stay = new Set([...own, ...unreadable.filter((ref) => ref.kind === kind)].map(objectKey));
  for (const [key, object] of objectsOf(snapshot, kind)) {
    if (!stay.has(key)) next = withoutObject(next, object);
  }
  for (const object of own) next = withObject(next, object);
  return next.synced[kind] ? next : { ...next, synced: { ...next.synced, [kind]: true } };
}

function objectsOf(snapshot: ApiSnapshot, kind: Kind): PersistentMap<KubeObject> {
  switch (kind) {
    case "Service":
      return snapshot.services;
    case "EndpointSlice":
      return snapshot.slices;
    case "Node":
      return snapshot.nodes;
    default:
      return unreachable(kind);
  }
}
