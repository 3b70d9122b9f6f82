/**
 * From a Service and its endpoints as the local API tells them to what they come to on the node: the
 * choice of endpoints is the server's, and is taken as it is.
 *
 * @module
 */
import {
  addressOf,
  type EndpointView,
  type Finding,
  type IpFamily,
  parseIp,
  readObject,
  servicePortsOf,
  type ServicePortView,
  type ServiceView,
} from "../../core/mod.ts";
import type { Endpoint, Service } from "./api/localv1_pb.ts";
import { endpointPort } from "./endpoint_port.ts";
import { knownPorts, protocolName, serviceJson } from "./to_kubernetes.ts";

/** The rule that a view from elsewhere names where the server has decided. */
export const TOLD_RULE = "told-by-server";

/** What a Service comes to. */
export type ToldService =
  /** A view. */
  | { readonly ok: true; readonly view: ServiceView; readonly findings: readonly Finding[] }
  /** It cannot be used. */
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** What a Service with those endpoints comes to on the node of that name. */
export function toServiceView(
  service: Service,
  endpoints: readonly Endpoint[],
  node: string,
): ToldService {
  const result = readObject(serviceJson(service));
  if (result.outcome !== "object" || result.object.kind !== "Service") {
    return { ok: false, findings: result.outcome === "rejected" ? result.findings : [] };
  }
  const { skipped, servicePorts } = servicePortsOf(result.object);
  const ports = knownPorts(service);
  const entries = servicePorts.map((base): ServicePortView => {
    const mapping = ports.find((port) =>
      port.Name === base.port && protocolName(port.Protocol) === base.protocol
    );
    const views = mapping === undefined ? [] : endpoints.flatMap((endpoint) => {
      const port = endpointPort(mapping, endpoint.PortOverrides);
      return port === null ? [] : endpointViews(endpoint, port, base.family, { base, node });
    });
    const sorted = withoutCopies(views);
    return {
      ...base,
      hasAnyEndpoints: sorted.length > 0,
      sets: { cluster: TOLD_RULE, local: TOLD_RULE, hintsIgnored: "" },
      endpoints: sorted,
    };
  });
  const key = `${result.object.namespace}/${result.object.name}`;
  return {
    ok: true,
    view: { service: key, skipped, servicePorts: entries },
    findings: result.findings,
  };
}

interface Place {
  readonly base: Pick<ServicePortView, "internalTrafficPolicy" | "externalTrafficPolicy">;
  readonly node: string;
}

/** What the server says of an endpoint. That it says it means that the endpoint can be used. */
function endpointViews(
  { IPs, Local, Scopes }: Endpoint,
  port: number,
  family: IpFamily,
  { base, node }: Place,
): readonly EndpointView[] {
  const internal = Scopes?.Internal === true;
  const external = Scopes?.External === true;
  const usedUnder = (policy: "Cluster" | "Local") =>
    internal && base.internalTrafficPolicy === policy ||
    external && base.externalTrafficPolicy === policy;
  return (family === "IPv4" ? IPs?.V4 : IPs?.V6)?.flatMap((given) => {
    const ip = parseIp(given);
    return ip?.family !== family ? [] : [{
      ip: ip.text,
      port,
      node: Local ? node : "",
      zone: "",
      local: Local,
      ready: true,
      serving: true,
      terminating: false,
      inCluster: usedUnder("Cluster"),
      inLocal: Local && usedUnder("Local"),
      internal,
      external,
      rules: TOLD,
    }];
  }) ?? [];
}

const TOLD = Object.freeze({ internal: TOLD_RULE, external: TOLD_RULE });

/** Each `ip:port` once, sorted by that text; what one copy may be used for, the endpoint may. */
function withoutCopies(views: readonly EndpointView[]): readonly EndpointView[] {
  const byAddress = new Map<string, EndpointView>();
  for (const view of views) {
    const address = addressOf(view.ip, view.port);
    const other = byAddress.get(address);
    byAddress.set(address, other === undefined ? view : joined(other, view));
  }
  return [...byAddress].sort(([a], [b]) => a < b ? -1 : 1).map(([, view]) => view);
}

function joined(a: EndpointView, b: EndpointView): EndpointView {
  return {
    ...a,
    node: a.node || b.node,
    local: a.local || b.local,
    inCluster: a.inCluster || b.inCluster,
    inLocal: a.inLocal || b.inLocal,
    internal: a.internal || b.internal,
    external: a.external || b.external,
  };
}
