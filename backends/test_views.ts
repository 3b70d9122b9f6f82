/**
 * Views of service ports for tests of backends.
 *
 * @module
 */
import {
  type EndpointView,
  type NodeView,
  PersistentMap,
  type ServicePortView,
} from "../core/mod.ts";

/** A service port: `default/web:http`, TCP, IPv4, ClusterIP, unless told otherwise. */
export function servicePort(parts: Partial<ServicePortView> = {}): ServicePortView {
  const { namespace = "default", service = "web", port = "http" } = parts;
  const { protocol = "TCP", family = "IPv4" } = parts;
  const name = port === "" ? `${namespace}/${service}` : `${namespace}/${service}:${port}`;
  return {
    key: `${name}/${protocol}/${family}`,
    name,
    namespace,
    service,
    port,
    family,
    protocol,
    type: "ClusterIP",
    annotations: {},
    frontends: [{ kind: "ClusterIP", ip: "10.96.0.10", port: 80 }],
    dropped: [],
    internalTrafficPolicy: "Cluster",
    externalTrafficPolicy: "Cluster",
    sessionAffinity: null,
    sourceRanges: [],
    sourceRangesRule: "none",
    healthCheckNodePort: 0,
    hasAnyEndpoints: true,
    sets: { cluster: "ready", local: "not-used", hintsIgnored: "" },
    endpoints: [],
    ...parts,
  };
}

/** A ready endpoint, used for both kinds of traffic unless told otherwise. */
export function endpoint(address: string, parts: Partial<EndpointView> = {}): EndpointView {
  const colon = address.lastIndexOf(":");
  return {
    ip: address.slice(0, colon).replace(/^\[|\]$/g, ""),
    port: Number(address.slice(colon + 1)),
    node: "n1",
    zone: "",
    local: true,
    ready: true,
    serving: true,
    terminating: false,
    inCluster: true,
    inLocal: true,
    internal: true,
    external: true,
    rules: { internal: "ready", external: "ready" },
    ...parts,
  };
}

/** A view of these service ports. */
export function viewOf(entries: readonly ServicePortView[]): NodeView {
  const services = Map.groupBy(entries, ({ namespace, service }) => `${namespace}/${service}`);
  return {
    node: "n1",
    services: PersistentMap.from(
      [...services].map(([service, servicePorts]) =>
        [service, { service, skipped: null, servicePorts }] as const
      ),
    ),
  };
}

/** The view of nothing. */
export const NO_VIEW: NodeView = viewOf([]);
