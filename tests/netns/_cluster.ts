/**
 * What the file says of the test-bed's cluster: two nodes, the services, and their endpoints. Everything
 * has an address of each family.
 *
 * @module
 */

/** The families, each the index of an address in a pair. */
export const FAMILIES = ["IPv4", "IPv6"] as const;

/** An address of each family, in their order. */
export type Pair = readonly [string, string];

/** An endpoint as the API tells it. */
export interface Told {
  /** Its addresses. */
  readonly ips: Pair;
  /** Its node. */
  readonly node: string;
  /** Whether it is shutting down. */
  readonly terminating?: boolean;
}

/** The nodes with their addresses. */
export const NODES = {
  n1: ["192.0.2.11", "2001:db8::11"],
  n2: ["192.0.2.12", "2001:db8::12"],
} as const satisfies Record<string, Pair>;

/** The port of every service, and those of pods and of the server on the host. */
export const PORTS = { service: 80, pod: 8080, host: 9100 } as const;

/** Where the services are reached. */
export const PLACES = {
  web: {
    clusterIPs: ["10.96.0.10", "fd00:96::10"],
    nodePort: 30080,
    externalIPs: ["203.0.113.10", "2001:db8:113::10"],
  },
  edge: {
    clusterIPs: ["10.96.0.20", "fd00:96::20"],
    nodePort: 30081,
    loadBalancerIPs: ["203.0.113.20", "2001:db8:113::20"],
  },
  host: { clusterIPs: ["10.96.0.30", "fd00:96::30"] },
  empty: { clusterIPs: ["10.96.0.40", "fd00:96::40"] },
} as const satisfies Record<string, Wanted>;

const PROTOCOLS = ["TCP", "UDP"] as const;

/** The whole cluster as one list, as text. */
export function clusterText(web: readonly Told[], edge: readonly Told[]): string {
  const items = [
    ...Object.entries(NODES).map(([name, ips]) => ({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name },
      status: { addresses: ips.map((address) => ({ type: "InternalIP", address })) },
    })),
    ...serviceObjects("web", web, { type: "NodePort", ...PLACES.web }),
    ...serviceObjects("edge", edge, {
      type: "LoadBalancer",
      ...PLACES.edge,
      externalTrafficPolicy: "Local",
    }),
    ...serviceObjects("host", [{ ips: NODES.n1, node: "n1" }], PLACES.host, PORTS.host),
    ...serviceObjects("empty", [], PLACES.empty),
  ];
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

interface Wanted {
  readonly clusterIPs: Pair;
  readonly type?: string;
  readonly nodePort?: number;
  readonly externalIPs?: Pair;
  readonly loadBalancerIPs?: Pair;
  readonly externalTrafficPolicy?: string;
}

function serviceObjects(
  name: string,
  endpoints: readonly Told[],
  {
    nodePort,
    loadBalancerIPs = ["", ""],
    type = "ClusterIP",
    clusterIPs,
    externalIPs,
    externalTrafficPolicy,
  }: Wanted,
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
        clusterIP: clusterIPs[0],
        clusterIPs,
        ipFamilies: FAMILIES,
        ipFamilyPolicy: "RequireDualStack",
        ...(externalIPs === undefined ? {} : { externalIPs }),
        ...(externalTrafficPolicy === undefined ? {} : { externalTrafficPolicy }),
        ports: named.map((each) => ({
          ...each,
          port: PORTS.service,
          ...(nodePort === undefined ? {} : { nodePort }),
        })),
      },
      status: {
        loadBalancer: { ingress: loadBalancerIPs.filter((ip) => ip !== "").map((ip) => ({ ip })) },
      },
    },
    ...FAMILIES.map((addressType, family) => ({
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: {
        name: `${name}-${addressType.toLowerCase()}`,
        labels: { "kubernetes.io/service-name": name },
      },
      addressType,
      ports: named.map((each) => ({ ...each, port })),
      endpoints: endpoints.map(({ ips, node, terminating = false }) => ({
        addresses: [ips[family]],
        nodeName: node,
        conditions: { ready: !terminating, serving: true, terminating },
      })),
    })),
  ];
}
