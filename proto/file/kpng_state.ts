/**
 * KPNG's global-state file, turned into the Kubernetes objects that it was made from, so that one
 * reader judges all input. Keys are KPNG's field names in lower case; facts and bugs that it works
 * round are KPNG's (`file2store`, `Endpoint.PortMapping`).
 *
 * @module
 */
import type { Finding } from "../../core/mod.ts";
import { isJson, type Json } from "../json.ts";
import { addresses, isGiven, namespaceOf, protocolName, Shape } from "./_kpng_shape.ts";
import { type KpngItem, sliceObjects } from "./_kpng_slices.ts";

/** What a KPNG state file comes to. */
export interface KpngState {
  /** The objects: for each service a Service and its EndpointSlices; and the Nodes. */
  readonly items: readonly KpngItem[];
  /** What could not be taken over. */
  readonly findings: readonly Finding[];
}

/** Whether a document is a KPNG state file: `services` or `nodes`, and nothing that names a kind. */
export function isKpngState(value: unknown): value is Json {
  if (!isJson(value) || "kind" in value || "apiVersion" in value) return false;
  return ["services", "nodes"].some((key) => key in value && isListOrNull(value[key]));
}

/** Turns a KPNG state file into Kubernetes objects. */
export function kpngObjects(state: Json): KpngState {
  const shape = new Shape();
  const nodes = shape.list(state, "nodes", "").map((node, index): KpngItem => {
    const from = `nodes[${index}]`;
    return { from, value: nodeObject(shape.object(node, from), shape, from) };
  });
  const services = shape.list(state, "services", "").flatMap((entry, index): KpngItem[] => {
    const from = `services[${index}]`;
    const info = shape.object(entry, from);
    const service = shape.object(info["service"], `${from}.service`);
    const ports = shape.list(service, "ports", `${from}.service`)
      .map((port, at) => shape.object(port, `${from}.service.ports[${at}]`));
    return [
      { from: `${from}.service`, value: serviceObject(service, ports, shape, `${from}.service`) },
      ...sliceObjects(info, service, ports, shape, from),
    ];
  });
  return { items: [...nodes, ...services], findings: shape.findings };
}

function nodeObject(node: Json, shape: Shape, path: string): unknown {
  const zone = shape.object(node["topology"], `${path}.topology`)["zone"];
  const labels = shape.object(node["labels"], `${path}.labels`);
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: node["name"],
      labels: isGiven(zone) ? { "topology.kubernetes.io/zone": zone, ...labels } : labels,
      annotations: node["annotations"],
    },
  };
}

function serviceObject(service: Json, ports: readonly Json[], shape: Shape, path: string): unknown {
  const ips = shape.object(service["ips"], `${path}.ips`);
  const set = (key: string) => addresses(ips[key], shape, `${path}.ips.${key}`);
  const clusterIPs = set("clusterips");
  const headless = ips["headless"] === true;
  if (service["mapip"] === true) {
    shape.findings.push({
      path: `${path}.mapip`,
      message: "mapping of whole IPs is not supported; only the service's ports are proxied",
    });
  }
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: service["name"],
      namespace: namespaceOf(service),
      labels: service["labels"],
      annotations: service["annotations"],
    },
    spec: {
      type: isGiven(service["type"]) ? service["type"] : undefined,
      clusterIP: headless ? "None" : clusterIPs[0]?.ip ?? "",
      clusterIPs: headless ? ["None"] : clusterIPs.map(({ ip }) => ip),
      ipFamilies: headless ? [] : clusterIPs.map(({ family }) => family),
      externalIPs: set("externalips").map(({ ip }) => ip),
      loadBalancerSourceRanges: sourceRanges(service, shape, path),
      externalTrafficPolicy: service["externaltraffictolocal"] === true ? "Local" : "Cluster",
      internalTrafficPolicy: service["internaltraffictolocal"] === true ? "Local" : "Cluster",
      healthCheckNodePort: service["healthchecknodeport"],
      ...affinity(service, shape, path),
      ports: ports.map(servicePort),
    },
    status: { loadBalancer: { ingress: set("loadbalancerips").map(({ ip }) => ({ ip })) } },
  };
}

function servicePort(port: Json): unknown {
  const targetPort = isGiven(port["targetport"]) ? port["targetport"] : port["targetportname"];
  return {
    name: port["name"],
    protocol: protocolName(port["protocol"]),
    port: port["port"],
    nodePort: port["nodeport"],
    targetPort: isGiven(targetPort) ? targetPort : undefined,
  };
}

function affinity(service: Json, shape: Shape, path: string): Json {
  const field = `${path}.sessionaffinity`;
  const clientIP = shape.object(service["sessionaffinity"], field)["clientip"];
  if (!isGiven(clientIP)) return { sessionAffinity: "None" };
  const seconds = shape.object(clientIP, `${field}.clientip`)["timeoutseconds"];
  return {
    sessionAffinity: "ClientIP",
    sessionAffinityConfig: {
      clientIP: { timeoutSeconds: isGiven(seconds) ? seconds : undefined },
    },
  };
}

/** Kubernetes' ranges guard all load balancer IPs of a service; a filter's own targets are not kept. */
function sourceRanges(service: Json, shape: Shape, path: string): readonly unknown[] {
  return shape.list(service, "ipfilters", path).flatMap((filter, index) => {
    const at = `${path}.ipfilters[${index}]`;
    return shape.list(shape.object(filter, at), "sourceranges", at);
  });
}

function isListOrNull(value: unknown): boolean {
  return value === null || Array.isArray(value);
}
