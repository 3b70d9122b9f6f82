/**
 * What a load balancer is like: the rule tables. The values are those of kube-proxy's winkernel mode
 * (pkg/proxy/winkernel); where Windlass differs, the row says so.
 *
 * @module
 */
import type { Rule } from "../../core/mod.ts";
import { DISTRIBUTION, LOAD_BALANCER_FLAGS, PORT_FLAGS } from "./documents.ts";

/** The kinds of load balancer: those of frontends, and the one for health probes. */
export const LOAD_BALANCER_KINDS = [
  "ClusterIP",
  "NodePort",
  "ExternalIP",
  "LoadBalancer",
  "HealthCheck",
] as const;

/** A kind of load balancer. */
export type LoadBalancerKind = typeof LOAD_BALANCER_KINDS[number];

/** What the tables look at. */
export interface LoadBalancerFacts {
  /** The kind. */
  readonly kind: LoadBalancerKind;
  /** Whether `externalTrafficPolicy` is Local. */
  readonly externalLocal: boolean;
  /** Whether annotation `preserve-destination` asks for it. */
  readonly preserve: boolean;
  /** Whether `sessionAffinity` is ClientIP. */
  readonly affinity: boolean;
  /** Whether `--enable-dsr` is set. */
  readonly enableDsr: boolean;
  /** Whether this build of HNS can do direct server return. */
  readonly canDsr: boolean;
  /** Whether this build of HNS can do session affinity. */
  readonly canAffinity: boolean;
}

/** Which of the service port's endpoints a load balancer gets. */
export type EndpointChoice = "internal" | "external" | "cluster" | "cluster-local" | "host";

/** Which endpoints a load balancer gets. */
export const ENDPOINT_CHOICE_RULES: readonly Rule<LoadBalancerFacts, string, EndpointChoice>[] = [
  {
    name: "host",
    why: "health probes go to the host's own endpoint",
    when: ({ kind }) => kind === "HealthCheck",
    then: "host",
  },
  {
    name: "internal-policy",
    why: "the ClusterIP goes to the endpoints that internalTrafficPolicy allows",
    when: ({ kind }) => kind === "ClusterIP",
    then: "internal",
  },
  {
    name: "local-without-dsr",
    why: "externalTrafficPolicy is Local, but this HNS has no DSR: all endpoints are used",
    when: ({ externalLocal, canDsr }) => externalLocal && !canDsr,
    then: "cluster",
  },
  {
    name: "preserve-destination",
    why: "preserve-destination: only endpoints on this node know the frontend's address",
    when: ({ kind, preserve, canDsr }) =>
      preserve && canDsr && (kind === "NodePort" || kind === "LoadBalancer"),
    then: "cluster-local",
  },
  {
    name: "external-policy",
    why: "traffic from outside goes to the endpoints that externalTrafficPolicy allows",
    when: () => true,
    then: "external",
  },
];

/** Whether a load balancer uses direct server return. */
export const DSR_RULES: readonly Rule<LoadBalancerFacts, string, number>[] = [
  {
    name: "health-check",
    why: "a health-check load balancer never uses DSR",
    when: ({ kind }) => kind === "HealthCheck",
    then: 0,
  },
  {
    name: "no-dsr",
    why: "this HNS has no DSR",
    when: ({ canDsr }) => !canDsr,
    then: 0,
  },
  {
    name: "enable-dsr",
    why: "--enable-dsr, which is for ClusterIPs only",
    when: ({ kind, enableDsr }) => kind === "ClusterIP" && enableDsr,
    then: LOAD_BALANCER_FLAGS.dsr,
  },
  {
    name: "cluster-ip",
    why: "--enable-dsr is not set",
    when: ({ kind }) => kind === "ClusterIP",
    then: 0,
  },
  {
    name: "external-local",
    why:
      "externalTrafficPolicy is Local, so the client's address must survive; --enable-dsr or not",
    when: ({ externalLocal }) => externalLocal,
    then: LOAD_BALANCER_FLAGS.dsr,
  },
  {
    name: "preserve-destination",
    why: "preserve-destination needs it on load balancer IPs",
    when: ({ kind, preserve }) => kind === "LoadBalancer" && preserve,
    then: LOAD_BALANCER_FLAGS.dsr,
  },
  { name: "external-cluster", why: "nothing asks for it", when: () => true, then: 0 },
];

/** The flags of the port mapping. */
export const PORT_FLAG_RULES: readonly Rule<LoadBalancerFacts, string, number>[] = [
  {
    name: "cluster-ip",
    why: "a ClusterIP carries no flags",
    when: ({ kind }) => kind === "ClusterIP",
    then: 0,
  },
  {
    name: "node-port",
    why: "every address of the node, from the node itself too, is outside the cluster",
    when: ({ kind }) => kind === "NodePort",
    then: PORT_FLAGS.localRoutedVip | PORT_FLAGS.vipExternalIp,
  },
  {
    name: "external-ip",
    why: "the address is outside the cluster",
    when: ({ kind }) => kind === "ExternalIP",
    then: PORT_FLAGS.vipExternalIp,
  },
  {
    name: "health-check-preserve-destination",
    why: "probes come encapsulated and keep their destination",
    when: ({ kind, preserve, canDsr }) => kind === "HealthCheck" && preserve && canDsr,
    then: PORT_FLAGS.useMux | PORT_FLAGS.preserveDip,
  },
  {
    name: "health-check",
    why: "a health-check load balancer carries no flags",
    when: ({ kind }) => kind === "HealthCheck",
    then: 0,
  },
  {
    name: "preserve-destination",
    why: "packets come encapsulated and keep their destination",
    when: ({ preserve, canDsr }) => preserve && canDsr,
    then: PORT_FLAGS.vipExternalIp | PORT_FLAGS.useMux | PORT_FLAGS.preserveDip,
  },
  {
    name: "load-balancer-ip",
    why: "the address is outside the cluster",
    when: () => true,
    then: PORT_FLAGS.vipExternalIp,
  },
];

/** How clients are spread over the endpoints. */
export const DISTRIBUTION_RULES: readonly Rule<LoadBalancerFacts, string, number>[] = [
  {
    name: "health-check",
    why: "there is one endpoint only",
    when: ({ kind }) => kind === "HealthCheck",
    then: DISTRIBUTION.perConnection,
  },
  {
    name: "none",
    why: "no session affinity: each connection anew",
    when: ({ affinity }) => !affinity,
    then: DISTRIBUTION.perConnection,
  },
  {
    name: "no-affinity",
    why: "session affinity is asked for, but this HNS has none: each connection anew",
    when: ({ canAffinity }) => !canAffinity,
    then: DISTRIBUTION.perConnection,
  },
  {
    name: "client-ip",
    why: "session affinity by the client's address",
    when: () => true,
    then: DISTRIBUTION.sourceIp,
  },
];

/** What the source VIP depends on. */
export interface SourceVipFacts {
  /** Whether the network is overlay. */
  readonly overlay: boolean;
  /** Whether an endpoint in use is another node's own address, or outside the cluster. */
  readonly outside: boolean;
}

/** Which source address HNS puts where it must translate. */
export const SOURCE_VIP_RULES: readonly Rule<SourceVipFacts, string, "none" | "node" | "vip">[] = [
  {
    name: "not-overlay",
    why: "only overlay networks have a source VIP",
    when: ({ overlay }) => !overlay,
    then: "none",
  },
  {
    name: "node-ip",
    why:
      "an endpoint is a node's own address or outside the cluster, and can only answer to the node",
    when: ({ outside }) => outside,
    then: "node",
  },
  {
    name: "source-vip",
    why: "every endpoint is a pod",
    when: () => true,
    then: "vip",
  },
];

/** What the internal port depends on. */
export interface TargetPortFacts {
  /** How many different ports the endpoints have. */
  readonly ports: number;
}

/** Which port the endpoints get traffic on. */
export const TARGET_PORT_RULES: readonly Rule<TargetPortFacts, string, "only" | "most">[] = [
  {
    name: "one-port",
    why: "all endpoints have this port",
    when: ({ ports }) => ports <= 1,
    then: "only",
  },
  {
    name: "most-endpoints",
    why:
      "HNS has one port for all endpoints of a load balancer: the port that most of them have is " +
      "used (of equals the lowest), the others are left out and never get traffic on a wrong port",
    when: () => true,
    then: "most",
  },
];
