/**
 * Where a connection to a frontend goes: the rule table. The behaviour is that of kube-proxy's Linux
 * backends (iptables, nftables), which the userspace backend follows.
 *
 * @module
 */
import type { Rule } from "./rules.ts";
import type { FrontendKind } from "./view.ts";

/** What the table looks at. */
export interface RouteInput {
  /** The kind of the frontend. */
  readonly kind: FrontendKind;
  /** Whether the client's address is in the source ranges; true where there are none. */
  readonly inRanges: boolean;
  /** Whether any endpoint can be used anywhere in the cluster. */
  readonly hasAny: boolean;
  /** Whether the policy for the frontend's traffic is Local. */
  readonly local: boolean;
  /** Whether the client is this node or one of its pods. */
  readonly fromNode: boolean;
  /** How many endpoints the cluster set has. */
  readonly cluster: number;
  /** How many endpoints the local set has. */
  readonly localSet: number;
}

/** What becomes of a connection. */
export type Verdict =
  /** It goes to one of the endpoints of the named set. */
  | { readonly verdict: "forward"; readonly set: "cluster" | "local" }
  /** It is answered with a reset (TCP) or ICMP unreachable (UDP). */
  | { readonly verdict: "reject" }
  /** It is left without an answer. */
  | { readonly verdict: "drop" };

const FORWARD_CLUSTER: Verdict = { verdict: "forward", set: "cluster" };
const FORWARD_LOCAL: Verdict = { verdict: "forward", set: "local" };
const REJECT: Verdict = { verdict: "reject" };
const DROP: Verdict = { verdict: "drop" };

function isExternal({ kind }: RouteInput): boolean {
  return kind !== "ClusterIP";
}

/** What becomes of a connection to a frontend. */
export const ROUTE_RULES: readonly Rule<RouteInput, string, Verdict>[] = [
  {
    name: "no-endpoints",
    why: "the service port has no usable endpoint anywhere: connections are refused",
    when: ({ hasAny }) => !hasAny,
    then: REJECT,
  },
  {
    name: "source-not-allowed",
    why: "the client is in none of loadBalancerSourceRanges, which guard load balancer IPs",
    when: ({ kind, inRanges }) => kind === "LoadBalancer" && !inRanges,
    then: DROP,
  },
  {
    name: "local-client",
    why:
      "the client is this node or a pod on it: externalTrafficPolicy Local is not for its traffic",
    when: (input) => isExternal(input) && input.local && input.fromNode && input.cluster > 0,
    then: FORWARD_CLUSTER,
  },
  {
    name: "policy-local",
    why: "the traffic policy is Local: an endpoint on this node",
    when: ({ local, localSet }) => local && localSet > 0,
    then: FORWARD_LOCAL,
  },
  {
    name: "policy-cluster",
    why: "the traffic policy is Cluster: an endpoint anywhere",
    when: ({ local, cluster }) => !local && cluster > 0,
    then: FORWARD_CLUSTER,
  },
  {
    name: "no-local-endpoints",
    why: "the traffic policy is Local and no endpoint runs on this node: there is no answer",
    when: () => true,
    then: DROP,
  },
];
