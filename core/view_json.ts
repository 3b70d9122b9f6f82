/**
 * A view as the JSON of `windlass view -o json`, which scripts depend on: names and order of fields
 * are a promise.
 *
 * @module
 */
import type { EndpointView, NodeView, ServicePortView } from "./view.ts";
import { addressOf } from "./view.ts";

/** One service port and family, as printed. */
export interface ServicePortJson extends
  Omit<
    ServicePortView,
    "key" | "annotations" | "dropped" | "endpoints" | "sets" | "sourceRangesRule"
  > {
  /** kube-proxy's cluster set, `ip:port`, sorted as text. */
  readonly clusterEndpoints: readonly string[];
  /** kube-proxy's local set. */
  readonly localEndpoints: readonly string[];
  /** The union of both. */
  readonly allEndpoints: readonly string[];
  /** Every endpoint known. */
  readonly endpoints: readonly EndpointJson[];
}

/** One endpoint, as printed. */
export type EndpointJson = Omit<EndpointView, "inCluster" | "inLocal">;

/** A Service that is not proxied, as printed. */
export interface SkippedJson {
  /** `namespace/name`. */
  readonly service: string;
  /** The rule that leaves it out. */
  readonly rule: string;
}

/** A view, as printed. */
export interface ViewJson {
  /** The node's name. */
  readonly node: string;
  /** One entry for each service port and family, sorted by name, then family. */
  readonly servicePorts: readonly ServicePortJson[];
  /** The Services that are not proxied, sorted by name. */
  readonly skipped: readonly SkippedJson[];
}

/** The view as plain JSON. */
export function viewToJson(view: NodeView): ViewJson {
  const servicePorts: ServicePortJson[] = [];
  const skipped: SkippedJson[] = [];
  for (const service of view.services.values()) {
    for (const entry of service.servicePorts) servicePorts.push(servicePortToJson(entry));
    if (service.skipped !== null) {
      skipped.push({ service: service.service, rule: service.skipped });
    }
  }
  return {
    node: view.node,
    servicePorts: servicePorts.sort(byNameThenFamily),
    skipped: skipped.sort((a, b) => a.service < b.service ? -1 : 1),
  };
}

/** One service port as plain JSON. */
export function servicePortToJson(entry: ServicePortView): ServicePortJson {
  return {
    name: entry.name,
    namespace: entry.namespace,
    service: entry.service,
    port: entry.port,
    family: entry.family,
    protocol: entry.protocol,
    type: entry.type,
    frontends: entry.frontends,
    internalTrafficPolicy: entry.internalTrafficPolicy,
    externalTrafficPolicy: entry.externalTrafficPolicy,
    sessionAffinity: entry.sessionAffinity,
    sourceRanges: entry.sourceRanges,
    healthCheckNodePort: entry.healthCheckNodePort,
    clusterEndpoints: addressesOf(entry, (each) => each.inCluster),
    localEndpoints: addressesOf(entry, (each) => each.inLocal),
    allEndpoints: addressesOf(entry, (each) => each.inCluster || each.inLocal),
    hasAnyEndpoints: entry.hasAnyEndpoints,
    endpoints: entry.endpoints.map(endpointToJson),
  };
}

function endpointToJson({ inCluster: _, inLocal: __, ...endpoint }: EndpointView): EndpointJson {
  return endpoint;
}

/** The addresses of some endpoints; endpoints are sorted by that text already. */
function addressesOf(
  entry: ServicePortView,
  wanted: (endpoint: EndpointView) => boolean,
): readonly string[] {
  return entry.endpoints.filter(wanted).map(({ ip, port }) => addressOf(ip, port));
}

function byNameThenFamily(a: ServicePortJson, b: ServicePortJson): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  if (a.family !== b.family) return a.family < b.family ? -1 : 1;
  return a.protocol < b.protocol ? -1 : 1;
}
