/**
 * What is asked of the API server: for each kind its path and selectors (kube-proxy 1.34's), and the
 * queries of a list and a watch.
 *
 * @module
 */
import type { Kind } from "../../core/mod.ts";

/** A kind of object as the API server serves it. */
export interface Resource {
  /** The kind. */
  readonly kind: Kind;
  /** The `apiVersion` of its objects, which the items of a list do not carry. */
  readonly apiVersion: string;
  /** The plural name, for messages. */
  readonly plural: string;
  /** The path of the list over all namespaces. */
  readonly path: string;
  /** The label selector, `""` for none. */
  readonly labelSelector: string;
  /** The field selector, `""` for none. */
  readonly fieldSelector: string;
}

/** Only the presence of these labels counts; kube-proxy has the server leave such objects out. */
const NOT_OURS = "!service.kubernetes.io/service-proxy-name,!service.kubernetes.io/headless";

/** The resources to reflect; of the Nodes only the named one, or all with `null`. */
export function resources(nodeName: string | null): readonly Resource[] {
  return [
    {
      kind: "Service",
      apiVersion: "v1",
      plural: "services",
      path: "/api/v1/services",
      labelSelector: NOT_OURS,
      fieldSelector: "spec.clusterIP!=None",
    },
    {
      kind: "EndpointSlice",
      apiVersion: "discovery.k8s.io/v1",
      plural: "endpointslices",
      path: "/apis/discovery.k8s.io/v1/endpointslices",
      labelSelector: NOT_OURS,
      fieldSelector: "",
    },
    {
      kind: "Node",
      apiVersion: "v1",
      plural: "nodes",
      path: "/api/v1/nodes",
      labelSelector: "",
      fieldSelector: nodeName === null ? "" : `metadata.name=${nodeName}`,
    },
  ];
}

/** Which part of a list is asked for. */
export interface PageRequest {
  /** How many objects at most, 0 for all. */
  readonly limit: number;
  /** Where the page before said to go on, `""` for the first page. */
  readonly continueAt: string;
}

/** The path and query of one page of a list. */
export function listPath(resource: Resource, page: PageRequest): string {
  return withQuery(resource, {
    limit: page.limit === 0 ? "" : String(page.limit),
    continue: page.continueAt,
  });
}

/** The path and query of a watch that begins after a version and that the server ends in time. */
export function watchPath(resource: Resource, version: string, timeoutSeconds: number): string {
  return withQuery(resource, {
    watch: "true",
    allowWatchBookmarks: "true",
    resourceVersion: version,
    timeoutSeconds: String(timeoutSeconds),
  });
}

/**
 * The path and query of a watch that begins with everything that is there (a streaming list, which
 * kube-apiserver has by default from 1.34 on) and that the server ends in time.
 */
export function streamPath(resource: Resource, timeoutSeconds: number): string {
  return withQuery(resource, {
    watch: "true",
    allowWatchBookmarks: "true",
    sendInitialEvents: "true",
    resourceVersionMatch: "NotOlderThan",
    timeoutSeconds: String(timeoutSeconds),
  });
}

function withQuery(resource: Resource, query: Readonly<Record<string, string>>): string {
  const { path, labelSelector, fieldSelector } = resource;
  const given = Object.entries({ labelSelector, fieldSelector, ...query })
    .filter(([, value]) => value !== "");
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}
