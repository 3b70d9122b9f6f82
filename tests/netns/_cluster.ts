/**
 * What the file says of the test-bed's cluster: two nodes, the services, and their endpoints.
 *
 * @module
 */

/** An endpoint as the API tells it. */
export interface Told {
  /** Its address. */
  readonly ip: string;
  /** Its node. */
  readonly node: string;
  /** Whether it is shutting down. */
  readonly terminating?: boolean;
}

/** The nodes with their addresses. */
export const NODES = { n1: "192.0.2.11", n2: "192.0.2.12" } as const;

/** The port of every service, and those of pods and of the server on the host. */
export const PORTS = { service: 80, pod: 8080, host: 9100 } as const;

/** Where the services are reached. */
export const PLACES = {
  web: { clusterIP: "10.96.0.10", nodePort: 30080, externalIP: "203.0.113.10" },
  edge: { clusterIP: "10.96.0.20", nodePort: 30081, loadBalancerIP: "203.0.113.20" },
  host: { clusterIP: "10.96.0.30" },
  empty: { clusterIP: "10.96.0.40" },
} as const;

const PROTOCOLS = ["TCP", "UDP"] as const;

/** The whole cluster as one list, as text. */
export function clusterText(web: readonly Told[], edge: readonly Told[]): string {
  const items = [
    ...Object.entries(NODES).map(([name, address]) => ({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name },
      status: { addresses: [{ type: "InternalIP", address }] },
    })),
    ...serviceObjects("web", web, {
      type: "NodePort",
      ...PLACES.web,
      externalIPs: [PLACES.web.externalIP],
    }),
    ...serviceObjects("edge", edge, {
      type: "LoadBalancer",
      ...PLACES.edge,
      externalTrafficPolicy: "Local",
    }),
    ...serviceObjects("host", [{ ip: NODES.n1, node: "n1" }], PLACES.host, PORTS.host),
    ...serviceObjects("empty", [], PLACES.empty),
  ];
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

interface Wanted {
  readonly clusterIP: string;
  readonly type?: string;
  readonly nodePort?: number;
  readonly externalIPs?: readonly string[];
  readonly loadBalancerIP?: string;
  readonly externalTrafficPolicy?: string;
}

function serviceObjects(
  name: string,
  endpoints: readonly Told[],
  { nodePort, loadBalancerIP, type = "ClusterIP", clusterIP, externalIPs, externalTrafficPolicy }:
    Wanted,
  port: number = PORTS.pod,
) {
  const named = PROTOCOLS.map((protocol) => ({ name: protocol.toLowerCase(), protocol }));
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name },
      spec: {
        type,
        clusterIP,
        ...(externalIPs === undefined ? {} : { externalIPs }),
        ...(externalTrafficPolicy === undefined ? {} : { externalTrafficPolicy }),
        ports: named.map((each) => ({
          ...each,
          port: PORTS.service,
          ...(nodePort === undefined ? {} : { nodePort }),
        })),
      },
      status: {
        loadBalancer: loadBalancerIP === undefined ? {} : { ingress: [{ ip: loadBalancerIP }] },
      },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: `${name}-1`, labels: { "kubernetes.io/service-name": name } },
      addressType: "IPv4",
      ports: named.map((each) => ({ ...each, port })),
      endpoints: endpoints.map(({ ip, node, terminating = false }) => ({
        addresses: [ip],
        nodeName: node,
        conditions: { ready: !terminating, serving: true, terminating },
      })),
    },
  ];
}
