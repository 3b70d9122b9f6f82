/**
 * What a real API server adds to, keeps in and takes from a Service before it looks whether it is
 * right: `pkg/apis/core/v1/defaults.go` and `pkg/registry/core/service` of Kubernetes. Pure.
 *
 * @module
 */
import { parseIp } from "../../../core/mod.ts";
import {
  equal,
  isObject,
  type Json,
  type JsonObject,
  listAt,
  numberAt,
  textAt,
  textsAt,
  withoutField,
} from "./json.ts";

/** Whether the type of Service is reached on ports of the nodes. */
export function usesNodePorts(spec: JsonObject): boolean {
  const type = textAt(spec, "type");
  return type === "NodePort" ||
    (type === "LoadBalancer" && spec["allocateLoadBalancerNodePorts"] !== false);
}

/** Whether the Service can be reached from outside the cluster. */
export function isExternal(spec: JsonObject): boolean {
  const type = textAt(spec, "type");
  return type === "NodePort" || type === "LoadBalancer" ||
    (type === "ClusterIP" && listAt(spec, "externalIPs").length > 0);
}

/** Whether the Service has a port on each node that tells whether it has endpoints there. */
export function usesHealthCheckPort(spec: JsonObject): boolean {
  return textAt(spec, "type") === "LoadBalancer" &&
    textAt(spec, "externalTrafficPolicy") === "Local";
}

/** Fills in what the client left out. */
export function withServiceDefaults(given: JsonObject): JsonObject {
  const spec: JsonObject = { sessionAffinity: "None", type: "ClusterIP", ...given };
  const isName = textAt(spec, "type") === "ExternalName";
  return {
    ...spec,
    ...(listAt(spec, "ports").length > 0
      ? { ports: listAt(spec, "ports").map(withPortDefaults) }
      : {}),
    ...(isName ? {} : withIpDefaults(spec)),
    ...(isName ? {} : { internalTrafficPolicy: spec["internalTrafficPolicy"] ?? "Cluster" }),
    ...(isExternal(spec)
      ? { externalTrafficPolicy: spec["externalTrafficPolicy"] ?? "Cluster" }
      : {}),
    ...(textAt(spec, "type") === "LoadBalancer"
      ? { allocateLoadBalancerNodePorts: spec["allocateLoadBalancerNodePorts"] ?? true }
      : {}),
    ...(textAt(spec, "sessionAffinity") === "ClientIP"
      ? { sessionAffinityConfig: spec["sessionAffinityConfig"] ?? CLIENT_IP_DEFAULTS }
      : {}),
  };
}

const CLIENT_IP_DEFAULTS: JsonObject = { clientIP: { timeoutSeconds: 10800 } };

function withPortDefaults(port: Json): Json {
  if (!isObject(port)) return port;
  const given = port["nodePort"] === 0 ? withoutField(port, "nodePort") : port;
  return { protocol: "TCP", ...given, targetPort: port["targetPort"] ?? port["port"] ?? 0 };
}

/** `clusterIP` and `clusterIPs` say the same; families and their policy follow from the addresses. */
function withIpDefaults(spec: JsonObject): JsonObject {
  const listed = textsAt(spec, "clusterIPs");
  const first = textAt(spec, "clusterIP") || (listed[0] ?? "");
  if (first === "") return {};
  const clusterIPs = listed.length > 0 ? listed : [first];
  const families = clusterIPs.map((ip) => parseIp(ip)?.family ?? "IPv4");
  return {
    clusterIP: first,
    clusterIPs,
    ipFamilies: spec["ipFamilies"] ?? families,
    ipFamilyPolicy: spec["ipFamilyPolicy"] ??
      (families.length > 1 ? "RequireDualStack" : "SingleStack"),
  };
}

/** Fields that only some types of Service have, each with the test for it. */
const TYPE_DEPENDENT: Readonly<Record<string, (spec: JsonObject) => boolean>> = {
  externalTrafficPolicy: isExternal,
  healthCheckNodePort: usesHealthCheckPort,
  allocateLoadBalancerNodePorts: (spec) => textAt(spec, "type") === "LoadBalancer",
  loadBalancerClass: (spec) => textAt(spec, "type") === "LoadBalancer",
  clusterIP: (spec) => textAt(spec, "type") !== "ExternalName",
  clusterIPs: (spec) => textAt(spec, "type") !== "ExternalName",
  ipFamilies: (spec) => textAt(spec, "type") !== "ExternalName",
  ipFamilyPolicy: (spec) => textAt(spec, "type") !== "ExternalName",
  internalTrafficPolicy: (spec) => textAt(spec, "type") !== "ExternalName",
};

/**
 * The spec of an update, as the old one completes it: what was allocated stays where the client did
 * not name it, and what only the old type had goes where the client just left it.
 */
export function carriedOver(given: JsonObject, old: JsonObject): JsonObject {
  let spec: JsonObject = { type: "ClusterIP", ...given };
  for (const [field, has] of Object.entries(TYPE_DEPENDENT)) {
    if (!has(spec) && equal(spec[field], old[field])) spec = withoutField(spec, field);
  }
  if (textAt(spec, "type") !== "ExternalName") spec = keepingIps(spec, old);
  if (usesHealthCheckPort(spec) && numberAt(spec, "healthCheckNodePort") === 0) {
    const port = numberAt(old, "healthCheckNodePort");
    if (port !== 0) spec = { ...spec, healthCheckNodePort: port };
  }
  const ports = listAt(spec, "ports");
  const oldPorts = listAt(old, "ports");
  if (ports.length === 0) return spec;
  const settle = usesNodePorts(spec) ? keepNodePort : dropNodePort;
  return { ...spec, ports: ports.map((port) => isObject(port) ? settle(port, oldPorts) : port) };
}

function keepingIps(spec: JsonObject, old: JsonObject): JsonObject {
  const ip = textAt(spec, "clusterIP");
  const ips = textsAt(spec, "clusterIPs");
  const oldIp = textAt(old, "clusterIP");
  if (oldIp === "" || (ip !== "" && ip !== oldIp)) return spec;
  if (ip === "" && ips.length > 0) return spec;
  return {
    ...spec,
    clusterIP: oldIp,
    clusterIPs: ips.length > 0 ? ips : listAt(old, "clusterIPs"),
  };
}

function keepNodePort(port: JsonObject, oldPorts: readonly Json[]): JsonObject {
  if (numberAt(port, "nodePort") !== 0) return port;
  const nodePort = numberAt(oldPorts.find((old) => samePort(old, port)), "nodePort");
  return nodePort === 0 ? port : { ...port, nodePort };
}

function dropNodePort(port: JsonObject, oldPorts: readonly Json[]): JsonObject {
  const nodePort = numberAt(port, "nodePort");
  const was = oldPorts.some((old) => numberAt(old, "nodePort") === nodePort);
  return was ? withoutField(port, "nodePort") : port;
}

function samePort(a: Json, b: Json): boolean {
  return numberAt(a, "port") === numberAt(b, "port") &&
    (textAt(a, "protocol") || "TCP") === (textAt(b, "protocol") || "TCP");
}
