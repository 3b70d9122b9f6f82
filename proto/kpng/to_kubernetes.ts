/**
 * From KPNG's messages to the Kubernetes objects that they were made from, as JSON, so that one reader
 * judges all input.
 *
 * @module
 */
import { SERVICE_NAME_LABEL, ZONE_LABEL } from "../../core/mod.ts";
import type { EndpointInfo, Node } from "./api/globalv1_pb.ts";
import { type IPSet, type PortMapping, Protocol, type Service } from "./api/localv1_pb.ts";
import { endpointPort } from "./endpoint_port.ts";

/** A JSON object. */
type Json = Readonly<Record<string, unknown>>;

/** The protocol's name; `null` for one that a newer server may know. */
export function protocolName(protocol: number): "TCP" | "UDP" | "SCTP" | null {
  switch (protocol) {
    case Protocol.TCP:
      return "TCP";
    case Protocol.UDP:
      return "UDP";
    case Protocol.SCTP:
      return "SCTP";
    default:
      return null;
  }
}

/** The ports whose protocol is known. */
export function knownPorts({ Ports }: Pick<Service, "Ports">): readonly PortMapping[] {
  return Ports.filter(({ Protocol }) => protocolName(Protocol) !== null);
}

/** A Service as kubectl would print it. */
export function serviceJson(service: Service): Json {
  const { IPs, SessionAffinity } = service;
  const clusterIPs = familiesOf(IPs?.ClusterIPs);
  const headless = IPs?.Headless === true;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: service.Name,
      namespace: service.Namespace,
      labels: service.Labels,
      annotations: service.Annotations,
    },
    spec: {
      type: service.Type === "" ? undefined : service.Type,
      clusterIP: headless ? "None" : clusterIPs[0]?.ip ?? "",
      clusterIPs: headless ? ["None"] : clusterIPs.map(({ ip }) => ip),
      ipFamilies: headless ? [] : clusterIPs.map(({ family }) => family),
      externalIPs: ipsOf(IPs?.ExternalIPs),
      loadBalancerSourceRanges: service.IPFilters.flatMap(({ SourceRanges }) => SourceRanges),
      externalTrafficPolicy: service.ExternalTrafficToLocal ? "Local" : "Cluster",
      internalTrafficPolicy: service.InternalTrafficToLocal ? "Local" : "Cluster",
      healthCheckNodePort: service.HealthCheckNodePort,
      sessionAffinity: SessionAffinity.case === undefined ? "None" : "ClientIP",
      sessionAffinityConfig: affinityConfig(SessionAffinity),
      ports: knownPorts(service).map((port) => ({
        name: port.Name,
        protocol: protocolName(port.Protocol),
        port: port.Port,
        nodePort: port.NodePort,
        targetPort: port.TargetPort > 0 ? port.TargetPort : port.TargetPortName || undefined,
      })),
    },
    status: {
      loadBalancer: { ingress: ipsOf(IPs?.LoadBalancerIPs).map((ip) => ({ ip })) },
    },
  };
}

/** A timeout of 0 means Kubernetes' default, as in KPNG. */
function affinityConfig(affinity: Service["SessionAffinity"]): Json | undefined {
  if (affinity.case === undefined || affinity.value.TimeoutSeconds === 0) return undefined;
  return { clientIP: { timeoutSeconds: affinity.value.TimeoutSeconds } };
}

/** A Node as kubectl would print it. */
export function nodeJson({ Name, Topology, Labels, Annotations }: Node): Json {
  const zone = Topology?.Zone ?? "";
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: Name,
      labels: zone === "" ? Labels : { [ZONE_LABEL]: zone, ...Labels },
      annotations: Annotations,
    },
  };
}

/**
 * The endpoints of one source and service as EndpointSlices, one for each family and set of ports.
 *
 * @param service Their Service, where it is known: it tells the ports' protocols, and the ports that
 * the endpoints do not name.
 */
export function sliceJsons(
  infos: readonly EndpointInfo[],
  service: Service | undefined,
): readonly Json[] {
  const groups = new Map<string, { family: string; ports: readonly Json[]; endpoints: Json[] }>();
  for (const info of infos) {
    const ports = slicePorts(info, service);
    for (const { ip, family } of familiesOf(info.Endpoint?.IPs)) {
      const key = JSON.stringify([family, ports]);
      const group = groups.get(key) ?? { family, ports, endpoints: [] };
      groups.set(key, group);
      group.endpoints.push(endpointJson(ip, info));
    }
  }
  const [first] = infos;
  const sorted = [...groups].sort(([a], [b]) => a < b ? -1 : 1).map(([, group]) => group);
  return sorted.map(({ family, ports, endpoints }, index) => ({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: index === 0 ? sliceName(first) : `${sliceName(first)}.${index}`,
      namespace: first?.Namespace,
      labels: { [SERVICE_NAME_LABEL]: first?.ServiceName },
    },
    addressType: family,
    ports,
    endpoints,
  }));
}

/** The source's name, as Kubernetes makes slices' names from their Services'. */
function sliceName(info: EndpointInfo | undefined): string {
  const { SourceName = "", ServiceName = "" } = info ?? {};
  return SourceName.startsWith(ServiceName) ? SourceName : `${SourceName}.${ServiceName}`;
}

function slicePorts({ Endpoint }: EndpointInfo, service: Service | undefined): readonly Json[] {
  const overrides = Endpoint?.PortOverrides ?? [];
  const own = service === undefined ? [] : knownPorts(service);
  const wanted = own.flatMap((port) => {
    const number = endpointPort(port, overrides);
    return number === null
      ? []
      : [{ name: port.Name, protocol: protocolName(port.Protocol), port: number }];
  });
  const others = overrides
    .filter(({ Name, Port }) => Port > 0 && !own.some((port) => port.Name === Name))
    .map(({ Name, Port }) => ({ name: Name, protocol: "TCP", port: Port }));
  return [...wanted, ...others];
}

function endpointJson(address: string, info: EndpointInfo): Json {
  return {
    addresses: [address],
    conditions: { ready: info.Conditions?.Ready ?? true },
    nodeName: info.Topology?.Node,
    zone: info.Topology?.Zone,
    hostname: info.Endpoint?.Hostname,
    hints: { forZones: (info.Hints?.Zones ?? []).map((name) => ({ name })) },
    targetRef: info.PodName === "" ? undefined : { kind: "Pod", name: info.PodName },
  };
}

function familiesOf(set: IPSet | undefined): readonly { ip: string; family: "IPv4" | "IPv6" }[] {
  return [
    ...(set?.V4 ?? []).map((ip) => ({ ip, family: "IPv4" as const })),
    ...(set?.V6 ?? []).map((ip) => ({ ip, family: "IPv6" as const })),
  ];
}

function ipsOf(set: IPSet | undefined): readonly string[] {
  return familiesOf(set).map(({ ip }) => ip);
}
