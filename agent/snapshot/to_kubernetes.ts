/**
 * Objects of the pipeline as Kubernetes objects again: what `readObject` keeps, in the form in which
 * it reads it. Reading the answer gives the same object.
 *
 * @module
 */
import {
  type EndpointSlice,
  type KubeObject,
  type Node,
  type Service,
  SERVICE_NAME_LABEL,
  type SliceEndpoint,
  type StringMap,
  unreachable,
} from "../../core/mod.ts";

/** A JSON object. */
export type Json = { readonly [field: string]: JsonValue | undefined };
type JsonValue = string | number | boolean | null | Json | readonly JsonValue[];

const TRIGGER_ANNOTATION = "endpoints.kubernetes.io/last-change-trigger-time";

/** The object as Kubernetes has it. Fields that say nothing are `undefined` and are not written. */
export function toKubernetes(object: KubeObject): Json {
  switch (object.kind) {
    case "Service":
      return serviceToKubernetes(object);
    case "EndpointSlice":
      return sliceToKubernetes(object);
    case "Node":
      return nodeToKubernetes(object);
    default:
      return unreachable(object);
  }
}

function serviceToKubernetes(service: Service): Json {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: service.name,
      namespace: service.namespace,
      uid: text(service.uid),
      creationTimestamp: text(service.createdAt),
      labels: map(service.labels),
      annotations: map(service.annotations),
    },
    spec: {
      type: service.type,
      clusterIP: text(service.clusterIP),
      clusterIPs: list(service.clusterIPs),
      ipFamilies: list(service.ipFamilies),
      externalIPs: list(service.externalIPs),
      loadBalancerSourceRanges: list(service.sourceRanges),
      internalTrafficPolicy: service.internalTrafficPolicy,
      // the API allows the field for these types only, and Cluster is what its absence means
      externalTrafficPolicy: service.externalTrafficPolicy === "Local" ? "Local" : undefined,
      healthCheckNodePort: number(service.healthCheckNodePort),
      sessionAffinity: service.affinitySeconds > 0 ? "ClientIP" : "None",
      sessionAffinityConfig: service.affinitySeconds > 0
        ? { clientIP: { timeoutSeconds: service.affinitySeconds } }
        : undefined,
      ports: list(service.ports.map((port) => ({
        name: text(port.name),
        protocol: port.protocol,
        port: port.port,
        nodePort: number(port.nodePort),
        targetPort: port.targetPort,
      }))),
    },
    status: service.ingress.length === 0 ? undefined : {
      loadBalancer: {
        // an ingress without address had a host name, which is not kept: the entry stays as one
        ingress: service.ingress.map(({ ip, ipMode }) => ({ ip: text(ip), ipMode })),
      },
    },
  };
}

function sliceToKubernetes(slice: EndpointSlice): Json {
  const labels = slice.service === ""
    ? slice.labels
    : { ...slice.labels, [SERVICE_NAME_LABEL]: slice.service };
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: slice.name,
      namespace: slice.namespace,
      labels: map(labels),
      annotations: slice.triggeredAt === ""
        ? undefined
        : { [TRIGGER_ANNOTATION]: slice.triggeredAt },
    },
    addressType: slice.addressType,
    ports: slice.ports.map(({ name, protocol, port }) => ({ name, protocol, port: number(port) })),
    endpoints: slice.endpoints.map(endpointToKubernetes),
  };
}

function endpointToKubernetes(endpoint: SliceEndpoint): Json {
  const { addresses, ready, serving, terminating, node, zone, hostname, pod } = endpoint;
  const hints = {
    forZones: list(endpoint.zoneHints.map((name) => ({ name }))),
    forNodes: list(endpoint.nodeHints.map((name) => ({ name }))),
  };
  return {
    addresses,
    conditions: { ready, serving, terminating },
    nodeName: text(node),
    zone: text(zone),
    hostname: text(hostname),
    targetRef: pod === "" ? undefined : { kind: "Pod", name: pod },
    hints: hints.forZones === undefined && hints.forNodes === undefined ? undefined : hints,
  };
}

function nodeToKubernetes(node: Node): Json {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: node.name,
      labels: map(node.labels),
      annotations: map(node.annotations),
      // the time is not kept, only that there is one
      deletionTimestamp: node.deleting ? "1970-01-01T00:00:00Z" : undefined,
    },
    spec: {
      podCIDRs: list(node.podCIDRs),
      // the effect is not kept; the API wants one
      taints: list(node.taints.map((key) => ({ key, effect: "NoSchedule" }))),
    },
    status: node.addresses.length === 0
      ? undefined
      : { addresses: node.addresses.map(({ type, address }) => ({ type, address })) },
  };
}

function text(value: string): string | undefined {
  return value === "" ? undefined : value;
}

function number(value: number): number | undefined {
  return value === 0 ? undefined : value;
}

function list<T extends JsonValue>(values: readonly T[]): readonly T[] | undefined {
  return values.length === 0 ? undefined : values;
}

function map(values: StringMap): StringMap | undefined {
  return Object.keys(values).length === 0 ? undefined : values;
}
