/**
 * Whether clients on the node itself have endpoints of their own. As with kube-proxy, the external
 * traffic policy Local is not for them: what they send to a frontend for outsiders is taken as if it
 * had gone out and come back through the load balancer, to whichever node has an endpoint. Pure.
 *
 * @module
 */
import {
  firstMatch,
  type FrontendKind,
  type IpFamily,
  type Rule,
  type TrafficPolicy,
} from "../../core/mod.ts";
import { hostRange } from "./host_addresses.ts";
import { type LocalClients, sameTexts } from "./spec.ts";

/** What the table looks at. */
export interface LocalClientInput {
  /** The kind of the frontend. */
  readonly kind: FrontendKind;
  /** The policy for traffic from outside. */
  readonly policy: TrafficPolicy;
  /** The endpoints for everybody, as `ip:port`. */
  readonly backends: readonly string[];
  /** The endpoints of the whole cluster, as `ip:port`. */
  readonly cluster: readonly string[];
}

/** Whether the node's own clients may use the endpoints of the whole cluster. */
export const LOCAL_CLIENT_RULES: readonly Rule<LocalClientInput, string, boolean>[] = [
  {
    name: "internal",
    why: "the ClusterIP is for clients inside, whose policy is the same for all of them",
    when: ({ kind }) => kind === "ClusterIP",
    then: false,
  },
  {
    name: "policy-cluster",
    why: "the external traffic policy is Cluster: everybody may use all endpoints",
    when: ({ policy }) => policy !== "Local",
    then: false,
  },
  {
    name: "probed-port",
    why: "a node port that took connections without an endpoint on this node would deceive the " +
      "load balancers that probe it",
    when: ({ kind, backends }) => kind === "NodePort" && backends.length === 0,
    then: false,
  },
  {
    name: "nothing-else",
    why: "the cluster has no other endpoints than this node",
    when: ({ backends, cluster }) => cluster.length === 0 || sameTexts(backends, cluster),
    then: false,
  },
  {
    name: "local-client",
    why: "externalTrafficPolicy Local is not for the traffic of the node itself",
    when: () => true,
    then: true,
  },
];

/** What must be known of the frontend and the node. */
export interface LocalClientQuestion extends LocalClientInput {
  /** The address that is listened on: who calls it from the node is seen to come from it. */
  readonly ip: string;
  /** The family of the address. */
  readonly family: IpFamily;
  /** The node's addresses of a family, as CIDRs; asked only where something hangs on them. */
  readonly ownRanges: (family: IpFamily) => readonly string[];
}

/** The clients on the node, with their endpoints; `null` where these are everybody's. */
export function localClientsOf(question: LocalClientQuestion): LocalClients | null {
  if (!firstMatch(LOCAL_CLIENT_RULES, question).then) return null;
  const { ip, family, kind, cluster, ownRanges } = question;
  const own = ownRanges(family);
  const ranges = kind === "NodePort" ? own : [...own, hostRange(ip)];
  return ranges.length === 0 ? null : { ranges, backends: cluster };
}
