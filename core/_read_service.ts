/**
 * Reads a `v1/Service`, with the defaults that the API server would set. Addresses stay as given:
 * the rules decide what becomes of each.
 *
 * @module
 */
import {
  type Cursor,
  type Header,
  lenientList,
  list,
  object,
  oneOf,
  optional,
  port,
  quote,
  type Reader,
  text,
  whole,
} from "./_reader.ts";
import { parseIp } from "./ip.ts";
import {
  type LoadBalancerIngress,
  PROTOCOLS,
  type Service,
  SERVICE_TYPES,
  type ServicePort,
  type StringMap,
  type TrafficPolicy,
} from "./objects.ts";

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
const DEFAULT_AFFINITY_SECONDS = 10800;

const readText = optional(text, "");
const readMap = optional(object, {});
const readNodePort = optional(whole("node port", 0, 65535), 0);

const readTargetPort: Reader<number | string> = (value, at) =>
  typeof value === "string" ? value : port(value, at);

const readPort: Reader<ServicePort> = (value, at) => {
  const entry = object(value, at);
  const number = at.field(entry, "port", port);
  return {
    name: at.field(entry, "name", readText),
    protocol: at.field(entry, "protocol", optional(oneOf(PROTOCOLS), "TCP")),
    port: number,
    nodePort: at.field(entry, "nodePort", readNodePort),
    targetPort: entry["targetPort"] === 0
      ? number
      : at.field(entry, "targetPort", optional(readTargetPort, number)),
  };
};

const readClusterIP: Reader<string> = (value, at) => {
  const given = text(value, at);
  if (given === "" || given === "None" || parseIp(given) !== null) return given;
  return at.fail(`${quote(given)} is not an IP address, "None" or ""`);
};

const readIngress: Reader<LoadBalancerIngress> = (value, at) => {
  const entry = object(value, at);
  return {
    ip: at.field(entry, "ip", readText),
    ipMode: at.field(entry, "ipMode", optional(text, "VIP")),
  };
};

/** kube-proxy tests for exactly "Local"; a value that it does not know means Cluster. */
const readPolicy: Reader<TrafficPolicy> = (value, at) => {
  if (value === "Local") return "Local";
  if (value !== "Cluster" && value !== "" && value !== undefined && value !== null) {
    at.note(`${quote(value)} is not one of Cluster, Local; taken as Cluster`);
  }
  return "Cluster";
};

const readAffinity = optional(oneOf(["", "None", "ClientIP"]), "None");
const readTimeout = optional(whole("number of seconds", 1, 86400), DEFAULT_AFFINITY_SECONDS);

const readClientIP: Reader<number> = (value, at) =>
  at.field(readMap(value, at), "timeoutSeconds", readTimeout);

const readAffinityConfig: Reader<number> = (value, at) =>
  at.field(readMap(value, at), "clientIP", readClientIP);

/** Leaves out a port that repeats the name and protocol of an earlier one: both cannot have the name. */
function distinct(ports: readonly ServicePort[], at: Cursor): readonly ServicePort[] {
  const seen = new Set<string>();
  return ports.filter((each, index) => {
    const key = `${each.name}/${each.protocol}`;
    if (!seen.has(key)) return seen.add(key);
    at.item(
      index,
      null,
      () => at.note(`a port named "${each.name}" with ${each.protocol} came before; left out`),
    );
    return false;
  });
}

const readMetadata: Reader<Pick<Service, "uid" | "createdAt">> = (value, at) => {
  const metadata = readMap(value, at);
  return {
    uid: at.field(metadata, "uid", readText),
    createdAt: at.field(metadata, "creationTimestamp", readText),
  };
};

type Metadata = "kind" | "namespace" | "name" | "uid" | "createdAt" | "labels" | "annotations";

const readSpec: Reader<Omit<Service, Metadata | "ingress">> = (value, at) => {
  const spec = readMap(value, at);
  const affinity = at.field(spec, "sessionAffinity", readAffinity);
  return {
    type: at.field(spec, "type", optional(oneOf(SERVICE_TYPES), "ClusterIP")),
    clusterIP: at.field(spec, "clusterIP", optional(readClusterIP, "")),
    clusterIPs: at.field(spec, "clusterIPs", list(readClusterIP)),
    ipFamilies: at.field(spec, "ipFamilies", list(text)),
    externalIPs: at.field(spec, "externalIPs", list(text)),
    sourceRanges: at.field(spec, "loadBalancerSourceRanges", list(text)),
    internalTrafficPolicy: at.field(spec, "internalTrafficPolicy", readPolicy),
    externalTrafficPolicy: at.field(spec, "externalTrafficPolicy", readPolicy),
    healthCheckNodePort: at.field(spec, "healthCheckNodePort", readNodePort),
    affinitySeconds: affinity === "ClientIP"
      ? at.field(spec, "sessionAffinityConfig", readAffinityConfig)
      : 0,
    ports: at.field(spec, "ports", (value) => distinct(list(readPort)(value, at), at)),
  };
};

const readLoadBalancer: Reader<readonly LoadBalancerIngress[]> = (value, at) =>
  at.field(readMap(value, at), "ingress", lenientList(readIngress));

const readStatus: Reader<readonly LoadBalancerIngress[]> = (value, at) =>
  at.field(readMap(value, at), "loadBalancer", readLoadBalancer);

/** Reads the fields of a Service below its header. */
export function readService(
  root: Readonly<Record<string, unknown>>,
  { ref, labels, annotations }: Header,
  at: Cursor,
): Service {
  return {
    kind: "Service",
    namespace: ref.namespace,
    name: ref.name,
    labels,
    annotations: withoutLastApplied(annotations),
    ...at.field(root, "metadata", readMetadata),
    ...at.field(root, "spec", readSpec),
    ingress: at.field(root, "status", readStatus),
  };
}

/** kubectl's copy of the whole object, in an annotation, doubles the memory and tells nothing. */
function withoutLastApplied(annotations: StringMap): StringMap {
  if (!Object.hasOwn(annotations, LAST_APPLIED)) return annotations;
  const { [LAST_APPLIED]: _, ...rest } = annotations;
  return rest;
}
