/**
 * Made-up clusters for benchmarks: plain Kubernetes JSON, as an API server would send it.
 *
 * @module
 */
import { type ClusterEvent, type EndpointSlice, type KubeObject, readObject } from "../core/mod.ts";

/** The size of a cluster. */
export interface ClusterSize {
  /** How many Services. */
  readonly services: number;
  /** How many endpoints each Service has. */
  readonly endpoints: number;
  /**
   * The first two octets of the Services' addresses. With an own one, no Service has a node port.
   *
   * @default {"10.96"}
   */
  readonly serviceNet?: string;
}

const SERVICE_NET = "10.96";

const NODES = 100;
const ZONES = ["a", "b", "c"];

/** The objects of a cluster, as JSON values. */
export function clusterJson(
  { services, endpoints, serviceNet = SERVICE_NET }: ClusterSize,
): readonly unknown[] {
  const objects: unknown[] = [];
  for (let i = 0; i < NODES; i++) objects.push(nodeJson(i));
  for (let i = 0; i < services; i++) {
    objects.push(serviceJson(i, serviceNet));
    for (let from = 0; from < endpoints; from += 100) {
      objects.push(sliceJson(i, from, Math.min(endpoints, from + 100)));
    }
  }
  return objects;
}

/** Reads the objects and makes the three lists that a source delivers first. */
export function listsOf(objects: readonly unknown[]): readonly ClusterEvent[] {
  const byKind: Record<KubeObject["kind"], KubeObject[]> = {
    Service: [],
    EndpointSlice: [],
    Node: [],
  };
  for (const json of objects) {
    const result = readObject(json);
    if (result.outcome !== "object") throw new Error(`Cannot read ${JSON.stringify(json)}`);
    byKind[result.object.kind].push(result.object);
  }
  return (["Service", "EndpointSlice", "Node"] as const).map((kind) => ({
    type: "list",
    kind,
    objects: byKind[kind],
    unreadable: [],
  }));
}

/** The slice with one endpoint's readiness turned over. */
export function flipped(slice: EndpointSlice, index: number): EndpointSlice {
  return {
    ...slice,
    endpoints: slice.endpoints.map((endpoint, i) =>
      i === index % slice.endpoints.length
        ? { ...endpoint, ready: !endpoint.ready, serving: !endpoint.serving }
        : endpoint
    ),
  };
}

function nodeJson(i: number): unknown {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: `node-${i}`, labels: { "topology.kubernetes.io/zone": zoneOf(i) } },
    status: { addresses: [{ type: "InternalIP", address: `192.168.${i >> 8}.${i & 255}` }] },
  };
}

function zoneOf(node: number): string {
  return `zone-${ZONES[node % ZONES.length]}`;
}

function serviceJson(i: number, net: string): unknown {
  const clusterIP = `${net}.${(i >> 8) & 255}.${i & 255}`;
  const nodePort = net === SERVICE_NET && i % 10 === 0;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: `service-${i}`,
      namespace: `team-${i % 50}`,
      uid: `00000000-0000-4000-8000-${String(i).padStart(12, "0")}`,
      creationTimestamp: "2026-01-01T00:00:00Z",
      labels: { app: `app-${i}` },
    },
    spec: {
      type: nodePort ? "NodePort" : "ClusterIP",
      clusterIP,
      clusterIPs: [clusterIP],
      ipFamilies: ["IPv4"],
      internalTrafficPolicy: "Cluster",
      ports: [{
        name: "http",
        protocol: "TCP",
        port: 80,
        targetPort: 8080,
        ...(nodePort && i < 20000 ? { nodePort: 30000 + i / 10 } : {}),
      }],
      selector: { app: `app-${i}` },
      sessionAffinity: "None",
    },
    status: { loadBalancer: {} },
  };
}

function sliceJson(service: number, from: number, to: number): unknown {
  const endpoints = [];
  for (let i = from; i < to; i++) {
    const n = service * 16 + i;
    const node = (service + i) % NODES;
    endpoints.push({
      addresses: [`10.${128 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: `node-${node}`,
      zone: zoneOf(node),
      targetRef: { kind: "Pod", namespace: `team-${service % 50}`, name: `pod-${service}-${i}` },
    });
  }
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: `service-${service}-${from}`,
      namespace: `team-${service % 50}`,
      labels: {
        "kubernetes.io/service-name": `service-${service}`,
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
      },
    },
    addressType: "IPv4",
    ports: [{ name: "http", port: 8080, protocol: "TCP" }],
    endpoints,
  };
}
