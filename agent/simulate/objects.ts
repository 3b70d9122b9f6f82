/**
 * The Kubernetes objects of the simulated cluster, as the API server and the controllers of a real
 * one write them.
 *
 * @module
 */
import type { JsonObject } from "./api/json.ts";
import type { Told } from "./model.ts";

/** The namespace of everything that has one. */
export const NAMESPACE = "default";

/** The ports of every Service, on one number, as those of a DNS server are. */
export const PORTS = [
  { name: "tcp", protocol: "TCP" },
  { name: "udp", protocol: "UDP" },
] as const;

/** As many endpoints as the EndpointSlice controller puts into one slice. */
export const MOST_ENDPOINTS = 100;

/** What a Service is made of. */
export interface ServiceFacts {
  /** Its name. */
  readonly name: string;
  /** Its ClusterIP. */
  readonly clusterIP: string;
  /** The number of its ports. */
  readonly port: number;
  /** Its node port, `null` for a Service of type ClusterIP. */
  readonly nodePort: number | null;
}

/** A `v1/Service`. */
export function serviceObject(facts: ServiceFacts): JsonObject {
  const ports = PORTS.map(({ name, protocol }) => {
    return { name, protocol, port: facts.port, targetPort: name };
  });
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: NAMESPACE, name: facts.name, labels: { app: facts.name } },
    spec: {
      type: facts.nodePort === null ? "ClusterIP" : "NodePort",
      clusterIP: facts.clusterIP,
      clusterIPs: [facts.clusterIP],
      ipFamilies: ["IPv4"],
      ipFamilyPolicy: "SingleStack",
      internalTrafficPolicy: "Cluster",
      sessionAffinity: "None",
      selector: { app: facts.name },
      ...(facts.nodePort === null ? { ports } : {
        externalTrafficPolicy: "Cluster",
        ports: ports.map((port) => ({ ...port, nodePort: facts.nodePort })),
      }),
    },
    status: { loadBalancer: {} },
  };
}

/** What a Node is made of. */
export interface NodeFacts {
  /** Its name. */
  readonly name: string;
  /** Its InternalIP. */
  readonly ip: string;
  /** The zone it stands in. */
  readonly zone: string;
  /** Whether its kubelet still reports. */
  readonly up: boolean;
}

/** A `v1/Node`. */
export function nodeObject(facts: NodeFacts): JsonObject {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: facts.name,
      labels: {
        "kubernetes.io/hostname": facts.name,
        "kubernetes.io/os": "windows",
        "topology.kubernetes.io/zone": facts.zone,
      },
    },
    spec: facts.up ? {} : {
      taints: [{ key: "node.kubernetes.io/unreachable", effect: "NoExecute" }],
    },
    status: {
      addresses: [
        { type: "InternalIP", address: facts.ip },
        { type: "Hostname", address: facts.name },
      ],
      conditions: [{ type: "Ready", status: facts.up ? "True" : "Unknown" }],
    },
  };
}

/** What an endpoint is made of. */
export interface EndpointFacts {
  /** The pod's name. */
  readonly pod: string;
  /** The pod's address. */
  readonly ip: string;
  /** The pod's node. */
  readonly node: string;
  /** The zone of that node. */
  readonly zone: string;
  /** The conditions of the pod. */
  readonly told: Told;
}

/** What an EndpointSlice is made of. */
export interface SliceFacts {
  /** Its name. */
  readonly name: string;
  /** Its Service. */
  readonly service: string;
  /** The number of its endpoints' ports. */
  readonly port: number;
  /** Its endpoints, {@linkcode MOST_ENDPOINTS} at most. */
  readonly endpoints: readonly EndpointFacts[];
  /** When the change happened that this version tells, in milliseconds since 1970. */
  readonly changedAt: number;
}

/** A `discovery.k8s.io/v1/EndpointSlice`; without endpoints it is the controller's placeholder. */
export function sliceObject(facts: SliceFacts): JsonObject {
  const empty = facts.endpoints.length === 0;
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      namespace: NAMESPACE,
      name: facts.name,
      labels: {
        "app": facts.service,
        "kubernetes.io/service-name": facts.service,
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
      },
      annotations: {
        "endpoints.kubernetes.io/last-change-trigger-time": new Date(facts.changedAt).toISOString(),
      },
    },
    addressType: "IPv4",
    ports: empty ? null : PORTS.map((port) => ({ ...port, port: facts.port })),
    endpoints: empty ? null : facts.endpoints.map((endpoint) => ({
      addresses: [endpoint.ip],
      conditions: {
        ready: endpoint.told.serving && !endpoint.told.terminating,
        serving: endpoint.told.serving,
        terminating: endpoint.told.terminating,
      },
      nodeName: endpoint.node,
      zone: endpoint.zone,
      targetRef: { kind: "Pod", namespace: NAMESPACE, name: endpoint.pod },
    })),
  };
}
