/**
 * The Kubernetes objects that Windlass reads, validated, defaulted and stripped of everything that
 * no rule looks at. They are made by the readers (`readObject`) and are plain, frozen-by-type data.
 *
 * @module
 */

/** The kinds of object that the pipeline reads, in the order in which a file lists them. */
export const KINDS = ["Service", "EndpointSlice", "Node"] as const;

/** A kind of object that the pipeline reads. */
export type Kind = typeof KINDS[number];

/** An IP family, named as in `Service.spec.ipFamilies` and `EndpointSlice.addressType`. */
export type IpFamily = "IPv4" | "IPv6";

/** The IP families in the order in which views list them. */
export const IP_FAMILIES: readonly IpFamily[] = ["IPv4", "IPv6"];

/** The transport protocols of the Service API. */
export const PROTOCOLS = ["TCP", "UDP", "SCTP"] as const;

/** A transport protocol of the Service API. */
export type Protocol = typeof PROTOCOLS[number];

/** The values of `Service.spec.type`. */
export const SERVICE_TYPES = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"] as const;

/** A value of `Service.spec.type`. */
export type ServiceType = typeof SERVICE_TYPES[number];

/** A value of `internalTrafficPolicy` or `externalTrafficPolicy`. */
export type TrafficPolicy = "Cluster" | "Local";

/** Labels or annotations. */
export type StringMap = Readonly<Record<string, string>>;

/** Names one object: its kind, namespace (empty for Nodes) and name. */
export interface ObjectRef {
  /** The kind. */
  readonly kind: Kind;
  /** The namespace; `""` for cluster-scoped kinds. */
  readonly namespace: string;
  /** The name. */
  readonly name: string;
}

/** One entry of `Service.spec.ports`. */
export interface ServicePort {
  /** The port's name, `""` for the single unnamed port. */
  readonly name: string;
  /** The protocol, TCP when the object names none. */
  readonly protocol: Protocol;
  /** The port on the ClusterIP, external and load balancer IPs, 1 to 65535. */
  readonly port: number;
  /** The port on the node, 0 for none. */
  readonly nodePort: number;
  /** The port of the pods, by number or by name. Routing does not use it; the slices carry numbers. */
  readonly targetPort: number | string;
}

/** One entry of `Service.status.loadBalancer.ingress`. */
export interface LoadBalancerIngress {
  /** The address as given, `""` where the entry has a host name only. */
  readonly ip: string;
  /** `VIP` (the default), `Proxy`, or whatever a newer API may say. */
  readonly ipMode: string;
}

/** A `v1/Service`. Addresses are as given: rules decide what becomes of each. */
export interface Service extends ObjectRef {
  /** The kind. */
  readonly kind: "Service";
  /** The object's UID, `""` if it has none (hand-written files). */
  readonly uid: string;
  /** `metadata.creationTimestamp` (RFC 3339), `""` if absent. Decides who is older. */
  readonly createdAt: string;
  /** All labels. */
  readonly labels: StringMap;
  /** All annotations but kubectl's copy of the object. */
  readonly annotations: StringMap;
  /** The type, ClusterIP by default. */
  readonly type: ServiceType;
  /** `spec.clusterIP`: an address, `None`, or `""`. */
  readonly clusterIP: string;
  /** `spec.clusterIPs`, empty in old objects. */
  readonly clusterIPs: readonly string[];
  /** `spec.ipFamilies`, empty in old objects. */
  readonly ipFamilies: readonly string[];
  /** `spec.externalIPs`. */
  readonly externalIPs: readonly string[];
  /** `status.loadBalancer.ingress`. */
  readonly ingress: readonly LoadBalancerIngress[];
  /** `spec.loadBalancerSourceRanges`. */
  readonly sourceRanges: readonly string[];
  /** `spec.internalTrafficPolicy`, Cluster by default. */
  readonly internalTrafficPolicy: TrafficPolicy;
  /** `spec.externalTrafficPolicy`, Cluster by default. */
  readonly externalTrafficPolicy: TrafficPolicy;
  /** `spec.healthCheckNodePort`, 0 for none. */
  readonly healthCheckNodePort: number;
  /** Seconds of ClientIP affinity (default 10800), 0 for no affinity. */
  readonly affinitySeconds: number;
  /** `spec.ports`. */
  readonly ports: readonly ServicePort[];
}

/** One entry of `EndpointSlice.ports`. */
export interface SlicePort {
  /** The name, `""` for the unnamed port. */
  readonly name: string;
  /** The protocol, TCP by default. */
  readonly protocol: Protocol;
  /** The number, 0 where the slice gives none (the port is then not used). */
  readonly port: number;
}

/** One entry of `EndpointSlice.endpoints`, with the defaults of nil conditions applied. */
export interface SliceEndpoint {
  /** The addresses in canonical text; only the first one is ever used (kube-proxy's rule). */
  readonly addresses: readonly string[];
  /** `conditions.ready`, nil counts as true. */
  readonly ready: boolean;
  /** `conditions.serving`, nil counts as true. */
  readonly serving: boolean;
  /** `conditions.terminating`, nil counts as false. */
  readonly terminating: boolean;
  /** The node it runs on, `""` if unknown. */
  readonly node: string;
  /** The zone it runs in, `""` if unknown. */
  readonly zone: string;
  /** `hints.forZones[].name`. */
  readonly zoneHints: readonly string[];
  /** `hints.forNodes[].name`. */
  readonly nodeHints: readonly string[];
  /** The endpoint's host name, `""` for none. */
  readonly hostname: string;
  /** The pod behind it, from `targetRef`, `""` for none. */
  readonly pod: string;
}

/** A `discovery.k8s.io/v1/EndpointSlice`. */
export interface EndpointSlice extends ObjectRef {
  /** The kind. */
  readonly kind: "EndpointSlice";
  /** The labels that rules look at: the service name and the two that hide a slice. */
  readonly labels: StringMap;
  /** The name in label `kubernetes.io/service-name`, `""` if the slice belongs to no Service. */
  readonly service: string;
  /** `addressType`. FQDN slices are nobody's. */
  readonly addressType: IpFamily | "FQDN";
  /** The ports. */
  readonly ports: readonly SlicePort[];
  /** The endpoints. */
  readonly endpoints: readonly SliceEndpoint[];
  /** Annotation `endpoints.kubernetes.io/last-change-trigger-time`, `""` for none. */
  readonly triggeredAt: string;
}

/** One entry of `Node.status.addresses`. */
export interface NodeAddress {
  /** `InternalIP`, `ExternalIP`, `Hostname`, … */
  readonly type: string;
  /** The address, as given. */
  readonly address: string;
}

/** A `v1/Node`. */
export interface Node extends ObjectRef {
  /** The kind. */
  readonly kind: "Node";
  /** All labels. */
  readonly labels: StringMap;
  /** All annotations. */
  readonly annotations: StringMap;
  /** `status.addresses`. */
  readonly addresses: readonly NodeAddress[];
  /** `spec.podCIDRs`. */
  readonly podCIDRs: readonly string[];
  /** The keys of `spec.taints`. */
  readonly taints: readonly string[];
  /** Whether `metadata.deletionTimestamp` is set. */
  readonly deleting: boolean;
}

/** Any object that the pipeline reads. */
export type KubeObject = Service | EndpointSlice | Node;

/** The key of an object among those of its kind: `namespace/name`, or the name of a Node. */
export function objectKey(ref: Pick<ObjectRef, "namespace" | "name">): string {
  return ref.namespace === "" ? ref.name : `${ref.namespace}/${ref.name}`;
}

/** Names an object in a message: `Service default/web`. */
export function describeRef(ref: ObjectRef): string {
  return `${ref.kind} ${objectKey(ref)}`;
}

/** One thing that is wrong with an object that was read. */
export interface Finding {
  /** The path of the field, `spec.ports[0].port`; `""` for the whole object. */
  readonly path: string;
  /** What was met and what would be right. */
  readonly message: string;
}
