/**
 * Whose an HNS object is: the rule tables. HNS keeps no owner, so only the id or the content can
 * tell; what is not surely a service proxy's is never touched.
 *
 * @module
 */
import { decide, type Decision, type Rule } from "../../core/mod.ts";
import { PORT_FLAGS } from "./documents.ts";
import { remoteMac } from "./mac.ts";
import type { HnsEndpoint, HnsLoadBalancer } from "./read_documents.ts";

/** Whose an object is. */
export type Owner = "ours" | "foreign";

/** What tells whose a load balancer is. */
export interface LoadBalancerClues {
  /** The load balancer. */
  readonly loadBalancer: HnsLoadBalancer;
  /** Whether its id is the one that Windlass derives for its frontend. */
  readonly derivedId: boolean;
  /** Whether a service of this node has its frontend. */
  readonly wanted: boolean;
  /** Whether it refers to an endpoint of another network. */
  readonly elsewhere: boolean;
  /** Whether it refers to an endpoint of our network. */
  readonly here: boolean;
  /** Whether it refers to a remote endpoint that a service proxy made. */
  readonly proxyRemote: boolean;
  /** Whether its source VIP is one that this node's proxy uses. */
  readonly ownSourceVip: boolean;
}

/** Whose a load balancer is. */
export const LOAD_BALANCER_OWNER_RULES: readonly Rule<LoadBalancerClues, string, Owner>[] = [
  {
    name: "derived-id",
    why: "its id is the one that Windlass gives to the load balancer of its frontend",
    when: ({ derivedId }) => derivedId,
    then: "ours",
  },
  {
    name: "other-shape",
    why: "a service proxy's has one port mapping, one frontend at most, and never flag ILB",
    when: ({ loadBalancer: { mappings, vips } }) =>
      mappings.length !== 1 || vips.length > 1 ||
      mappings.some(({ flags }) => (flags & PORT_FLAGS.ilb) !== 0 || flags > 31),
    then: "foreign",
  },
  {
    name: "other-network",
    why: "it refers to an endpoint of another network",
    when: ({ elsewhere }) => elsewhere,
    then: "foreign",
  },
  {
    name: "frontend-of-a-service",
    why: "a service of this node has its frontend",
    when: ({ wanted }) => wanted,
    then: "ours",
  },
  {
    name: "proxy-endpoints",
    why: "it refers to a remote endpoint that a service proxy made: an older kube-proxy left it",
    when: ({ proxyRemote }) => proxyRemote,
    then: "ours",
  },
  {
    name: "proxy-flags",
    why:
      "it refers to endpoints of our network and has flag VipExternalIP, which only kube-proxy sets",
    when: ({ here, loadBalancer: { mappings } }) =>
      here && mappings.some(({ flags }) => (flags & PORT_FLAGS.vipExternalIp) !== 0),
    then: "ours",
  },
  {
    name: "proxy-source-vip",
    why: "it refers to endpoints of our network and has this node's source VIP",
    when: ({ here, ownSourceVip }) => here && ownSourceVip,
    then: "ours",
  },
  {
    name: "unknown",
    why: "nothing says that a service proxy made it",
    when: () => true,
    then: "foreign",
  },
];

/** What tells whose an endpoint is. */
export interface EndpointClues {
  /** The endpoint. */
  readonly endpoint: HnsEndpoint;
  /** The id of our network, in lower case. */
  readonly networkId: string;
  /** The MAC address of the host, where the network is overlay; `""` elsewhere. */
  readonly hostMac: string;
  /** The id that Windlass derives for an endpoint with this content. */
  readonly derivedId: () => string;
}

/** Whose an endpoint is. */
export const ENDPOINT_OWNER_RULES: readonly Rule<EndpointClues, string, Owner>[] = [
  {
    name: "other-network",
    why: "it is on another network",
    when: ({ endpoint, networkId }) => endpoint.networkId !== networkId,
    then: "foreign",
  },
  {
    name: "local",
    why: "it is a pod's or the host's, made by the CNI",
    when: ({ endpoint, derivedId }) =>
      !endpoint.remote && endpoint.id.toLowerCase() !== derivedId(),
    then: "foreign",
  },
  {
    name: "several-addresses",
    why: "a service proxy's has one address",
    when: ({ endpoint }) => endpoint.ips.length !== 1,
    then: "foreign",
  },
  {
    name: "made-up-mac",
    why: "its MAC address is made from its address, as service proxies do",
    when: ({ endpoint }) => endpoint.ips.some((ip) => remoteMac(ip) === endpoint.mac),
    then: "ours",
  },
  {
    name: "host-mac",
    why: "it is remote and has the host's MAC address: a ClusterIP on an overlay network",
    when: ({ endpoint, hostMac }) => hostMac !== "" && endpoint.mac === hostMac,
    then: "ours",
  },
  {
    name: "derived-id",
    why: "its id is the one that Windlass gives to an endpoint with this content",
    when: ({ endpoint, derivedId }) => endpoint.id.toLowerCase() === derivedId(),
    then: "ours",
  },
  {
    name: "unknown",
    why: "nothing says that a service proxy made it",
    when: () => true,
    then: "foreign",
  },
];

/** Whose a load balancer is, and the rule that says so. */
export function ownerOfLoadBalancer(clues: LoadBalancerClues): Decision<string, Owner> {
  return decide(LOAD_BALANCER_OWNER_RULES, clues);
}

/** Whose an endpoint is, and the rule that says so. */
export function ownerOfEndpoint(clues: EndpointClues): Decision<string, Owner> {
  return decide(ENDPOINT_OWNER_RULES, clues);
}
