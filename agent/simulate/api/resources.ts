/**
 * The resources that the simulation's API server has, as a table: routes, discovery, selectors and
 * messages all read from it, so that one row is all a new resource needs here.
 *
 * @module
 */
import type { JsonObject } from "./json.ts";

/** One resource of the API. */
export interface Resource {
  /** The API group, `""` for the core group. */
  readonly group: string;
  /** The version within the group. */
  readonly version: string;
  /** The name in URLs: `services`. */
  readonly plural: string;
  /** The singular name: `service`. */
  readonly singular: string;
  /** The kind of its objects: `Service`. */
  readonly kind: string;
  /** What kubectl lets people type instead: `svc`. */
  readonly shortNames: readonly string[];
  /** The groups that kubectl counts it to: `all`. */
  readonly categories: readonly string[];
  /** Whether its objects live in namespaces. */
  readonly namespaced: boolean;
  /** Whether it has the `status` subresource; updates of the object itself then leave it alone. */
  readonly hasStatus: boolean;
  /** Whether a new object may bring its status along, as a Node does that registers itself. */
  readonly bringsStatus: boolean;
  /** The fields that a fieldSelector may name. */
  readonly selectableFields: readonly string[];
}

/** The verbs that every resource here has, as discovery names them. */
export const VERBS = [
  "create",
  "delete",
  "deletecollection",
  "get",
  "list",
  "patch",
  "update",
  "watch",
] as const;

/** `v1/services`. */
export const SERVICES: Resource = {
  group: "",
  version: "v1",
  plural: "services",
  singular: "service",
  kind: "Service",
  shortNames: ["svc"],
  categories: ["all"],
  namespaced: true,
  hasStatus: true,
  bringsStatus: false,
  selectableFields: ["metadata.name", "metadata.namespace", "spec.clusterIP", "spec.type"],
};

/** `v1/nodes`. */
export const NODES: Resource = {
  group: "",
  version: "v1",
  plural: "nodes",
  singular: "node",
  kind: "Node",
  shortNames: ["no"],
  categories: [],
  namespaced: false,
  hasStatus: true,
  bringsStatus: true,
  selectableFields: ["metadata.name", "spec.unschedulable"],
};

/** `v1/namespaces`. */
export const NAMESPACES: Resource = {
  group: "",
  version: "v1",
  plural: "namespaces",
  singular: "namespace",
  kind: "Namespace",
  shortNames: ["ns"],
  categories: [],
  namespaced: false,
  hasStatus: true,
  bringsStatus: false,
  selectableFields: ["metadata.name", "status.phase"],
};

/** `discovery.k8s.io/v1/endpointslices`. */
export const ENDPOINT_SLICES: Resource = {
  group: "discovery.k8s.io",
  version: "v1",
  plural: "endpointslices",
  singular: "endpointslice",
  kind: "EndpointSlice",
  shortNames: [],
  categories: [],
  namespaced: true,
  hasStatus: false,
  bringsStatus: false,
  selectableFields: ["metadata.name", "metadata.namespace"],
};

/** `v1/pods`: nothing here runs them, but `kubectl describe node` wants to list them. */
export const PODS: Resource = {
  group: "",
  version: "v1",
  plural: "pods",
  singular: "pod",
  kind: "Pod",
  shortNames: ["po"],
  categories: ["all"],
  namespaced: true,
  hasStatus: true,
  bringsStatus: false,
  selectableFields: [
    "metadata.name",
    "metadata.namespace",
    "spec.nodeName",
    "status.phase",
    "status.podIP",
  ],
};

/** `events.k8s.io/v1/events`, where components tell what people must see. */
export const EVENTS: Resource = {
  group: "events.k8s.io",
  version: "v1",
  plural: "events",
  singular: "event",
  kind: "Event",
  shortNames: ["ev"],
  categories: [],
  namespaced: true,
  hasStatus: false,
  bringsStatus: false,
  selectableFields: ["metadata.name", "metadata.namespace", "reason", "type"],
};

/** All resources. */
export const RESOURCES: readonly Resource[] = [
  SERVICES,
  NODES,
  NAMESPACES,
  PODS,
  ENDPOINT_SLICES,
  EVENTS,
];

/** `v1`, `discovery.k8s.io/v1`: what stands in an object's `apiVersion`. */
export function apiVersionOf(resource: Resource): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}

/** The resource's name in messages: `services`, `endpointslices.discovery.k8s.io`. */
export function qualifiedName(resource: Resource): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}

/** The resource of that kind or plural name, `undefined` if there is none. */
export function findResource(kindOrPlural: string): Resource | undefined {
  return RESOURCES.find(({ kind, plural }) => kind === kindOrPlural || plural === kindOrPlural);
}

/** What names one object of a resource. */
export interface ObjectKey {
  /** The namespace, `""` for a resource without namespaces. */
  readonly namespace: string;
  /** The name. */
  readonly name: string;
}

/** The key as text, in the order in which lists come: `default/web`, or the bare name. */
export function keyText(key: ObjectKey): string {
  return key.namespace === "" ? key.name : `${key.namespace}/${key.name}`;
}

/** The metadata that every stored object has. */
export type StoredMetadata = JsonObject & {
  /** The name. */
  readonly name: string;
  /** The namespace; absent from objects without one. */
  readonly namespace?: string;
  /** What tells this object from a later one of the same name. */
  readonly uid: string;
  /** The version of the store in which it last changed. */
  readonly resourceVersion: string;
  /** When it was made, RFC 3339. */
  readonly creationTimestamp: string;
  /** Counts the changes to everything but metadata and status, from 1. */
  readonly generation: number;
};

/** An object as the store holds and hands it out: plain Kubernetes JSON, frozen. */
export type StoredObject = JsonObject & {
  /** `v1`, `discovery.k8s.io/v1`. */
  readonly apiVersion: string;
  /** `Service`. */
  readonly kind: string;
  /** The metadata. */
  readonly metadata: StoredMetadata;
};

/** The key of a stored object. */
export function keyOf(object: StoredObject): ObjectKey {
  return { namespace: object.metadata.namespace ?? "", name: object.metadata.name };
}
