/**
 * One Service with one pod, as Kubernetes objects.
 *
 * @module
 */

/** What is told of the Service and its pod. */
export interface ToldService {
  /** `NAMESPACE/NAME`. */
  readonly service: string;
  /** Its ClusterIP. */
  readonly clusterIP: string;
  /** Its port. */
  readonly port: number;
  /** The pod's address. */
  readonly pod: string;
  /** The pod's port. */
  readonly targetPort: number;
  /**
   * The pod's node.
   *
   * @default {"n1"}
   */
  readonly node?: string;
}

/** The Service and its EndpointSlice. */
export function serviceObjects(told: ToldService): readonly unknown[] {
  const { clusterIP, port, pod, targetPort, node = "n1" } = told;
  const [namespace = "", name = ""] = told.service.split("/");
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace },
      spec: {
        type: "ClusterIP",
        clusterIP,
        clusterIPs: [clusterIP],
        ipFamilies: ["IPv4"],
        ports: [{ name: "http", port, protocol: "TCP", targetPort }],
      },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: `${name}-1`, namespace, labels: { "kubernetes.io/service-name": name } },
      addressType: "IPv4",
      ports: [{ name: "http", port: targetPort, protocol: "TCP" }],
      endpoints: [{ addresses: [pod], nodeName: node, conditions: { ready: true } }],
    },
  ];
}
