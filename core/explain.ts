/**
 * Why each frontend and endpoint of a Service is or is not used: a print-out of the decisions that
 * the view carries, with the words of the rule tables. It decides nothing itself.
 *
 * @module
 */
import { CLAIMED_RULE, type Claims } from "./claims.ts";
import type { NodeFacts } from "./endpoints.ts";
import {
  CLUSTER_ENDPOINT_RULES,
  CLUSTER_SET_RULES,
  HINT_RULES,
  LOCAL_ENDPOINT_RULES,
  LOCAL_SET_RULES,
} from "./endpoint_rules.ts";
import type { IpFamily, Protocol, TrafficPolicy } from "./objects.ts";
import { PersistentMap } from "./persistent_map.ts";
import type { PipelineState } from "./pipeline.ts";
import type { Rule } from "./rules.ts";
import { ADDRESS_RULES, RANGE_RULES, SERVICE_RULES, SOURCE_RANGES_RULES } from "./service_rules.ts";
import {
  addressOf,
  type Dropped,
  type EndpointView,
  type Frontend,
  frontendAddress,
  frontendKey,
  type FrontendKind,
  type ServicePortView,
} from "./view.ts";

/** A rule's name and its meaning. */
export interface Reason {
  /** The rule's name. */
  readonly rule: string;
  /** What it means, in words. */
  readonly why: string;
}

/** One frontend, wanted and given. */
export interface FrontendExplanation extends Reason {
  /** The kind of address. */
  readonly kind: FrontendKind;
  /** `ip:port`, or the port of a NodePort. */
  readonly address: string;
  /** The policy for its traffic. */
  readonly policy: TrafficPolicy;
  /** The endpoints that its traffic may reach from this node, `ip:port`. */
  readonly endpoints: readonly string[];
}

/** One thing that the Service asks for and does not get. */
export interface DroppedExplanation extends Dropped {
  /** What the rule means, in words. */
  readonly why: string;
}

/** One endpoint and what this node does with it. */
export interface EndpointExplanation {
  /** `ip:port`. */
  readonly address: string;
  /** The node it runs on, `""` if unknown. */
  readonly node: string;
  /** The zone it runs in, `""` if unknown. */
  readonly zone: string;
  /** `ready`, `serving`, `terminating`, `local`: what holds of it. */
  readonly conditions: readonly string[];
  /** Whether traffic to the ClusterIP may reach it, and why. */
  readonly internal: Reason & {
    /** Whether it is used. */
    readonly used: boolean;
  };
  /** Whether traffic from outside may reach it, and why. */
  readonly external: Reason & {
    /** Whether it is used. */
    readonly used: boolean;
  };
}

/** One service port of one family. */
export interface ServicePortExplanation {
  /** `namespace/name:port`. */
  readonly name: string;
  /** The IP family. */
  readonly family: IpFamily;
  /** The protocol. */
  readonly protocol: Protocol;
  /** Where it is reached. */
  readonly frontends: readonly FrontendExplanation[];
  /** What it asks for and does not get. */
  readonly dropped: readonly DroppedExplanation[];
  /** How the cluster set was chosen. */
  readonly clusterSet: Reason;
  /** How the local set was chosen. */
  readonly localSet: Reason;
  /** Who may use the load balancer VIPs. */
  readonly sourceRanges: Reason & {
    /** The ranges; empty for everybody. */
    readonly ranges: readonly string[];
  };
  /** Every endpoint known. */
  readonly endpoints: readonly EndpointExplanation[];
  /** What is wrong, or may surprise, in words. */
  readonly problems: readonly string[];
}

/** Why each frontend and endpoint of a Service is or is not used. */
export interface Explanation {
  /** `namespace/name`. */
  readonly service: string;
  /** The node. */
  readonly node: NodeFacts & {
    /** Whether the API knows the node. */
    readonly known: boolean;
  };
  /** The rule that leaves the Service out, or `null`. */
  readonly skipped: Reason | null;
  /** One entry for each service port and family. */
  readonly servicePorts: readonly ServicePortExplanation[];
}

const FRONTEND_REASONS: Readonly<Record<FrontendKind, Reason>> = {
  ClusterIP: { rule: "cluster-ip", why: "the Service's ClusterIP of the family" },
  NodePort: { rule: "node-port", why: "the Service port has a node port" },
  ExternalIP: { rule: "external-ip", why: "an IP of the family in spec.externalIPs" },
  LoadBalancer: { rule: "load-balancer-ip", why: "an ingress IP of the family with ipMode VIP" },
};

const DROPPED_RULES: readonly Pick<Rule<never>, "name" | "why">[] = [
  ...ADDRESS_RULES,
  ...RANGE_RULES,
  { name: "duplicate", why: "the same address is given twice" },
  { name: CLAIMED_RULE, why: "an older Service, or another port of this one, has it" },
];

/** What is dropped in the normal course of things: of the other family, or a load balancer's name. */
const NO_PROBLEM: ReadonlySet<string> = new Set([
  "other-family-ip",
  "other-family-range",
  "hostname-only",
]);

/** The explanation of one Service, `namespace/name`; `null` if the cluster has no such Service. */
export function explain(state: PipelineState, service: string): Explanation | null {
  const view = state.view.services.get(service);
  if (view === undefined) return null;
  const zone = state.derivation?.node.zone ?? "";
  const claims: Claims = state.derivation?.claims ?? PersistentMap.empty();
  return {
    service,
    node: { name: state.node, zone, known: state.snapshot.nodes.has(state.node) },
    skipped: view.skipped === null ? null : reason(SERVICE_RULES, view.skipped),
    servicePorts: view.servicePorts.map((entry) => explainPort(entry, claims)),
  };
}

/** What a dropped frontend or range means, as one sentence that says what, where and what to do. */
export function describeDropped(entry: ServicePortView, dropped: Dropped): string {
  const service = `${entry.namespace}/${entry.service}`;
  const what = `Service ${service}, port "${entry.port}": ${dropped.kind}`;
  if (dropped.owner === undefined) {
    return `${what} "${dropped.value}" is not used: ${whyDropped(dropped)}`;
  }
  const belongs = `${what} ${dropped.value} (${entry.protocol}) belongs to`;
  return dropped.owner === service
    ? `${belongs} another port of the Service, which keeps it; give one of the two another port`
    : `${belongs} the older Service ${dropped.owner}, which keeps it; ` +
      "give one of the two another address or port";
}

function whyDropped({ rule }: Dropped): string {
  return reason(DROPPED_RULES, rule).why;
}

function reason(table: readonly Pick<Rule<never>, "name" | "why">[], rule: string): Reason {
  return { rule, why: table.find((row) => row.name === rule)?.why ?? "" };
}

function explainPort(entry: ServicePortView, claims: Claims): ServicePortExplanation {
  return {
    name: entry.name,
    family: entry.family,
    protocol: entry.protocol,
    frontends: entry.frontends.map((frontend) => explainFrontend(entry, frontend)),
    dropped: entry.dropped.map((dropped) => ({ ...dropped, why: whyDropped(dropped) })),
    clusterSet: reason(CLUSTER_SET_RULES, entry.sets.cluster),
    localSet: reason(LOCAL_SET_RULES, entry.sets.local),
    sourceRanges: {
      ...reason(SOURCE_RANGES_RULES, entry.sourceRangesRule),
      ranges: entry.sourceRanges,
    },
    endpoints: entry.endpoints.map((endpoint) => explainEndpoint(entry, endpoint)),
    problems: problemsOf(entry, claims),
  };
}

function explainFrontend(entry: ServicePortView, frontend: Frontend): FrontendExplanation {
  const internal = frontend.kind === "ClusterIP";
  return {
    kind: frontend.kind,
    address: frontendAddress(frontend),
    ...FRONTEND_REASONS[frontend.kind],
    policy: internal ? entry.internalTrafficPolicy : entry.externalTrafficPolicy,
    endpoints: entry.endpoints
      .filter((each) => internal ? each.internal : each.external)
      .map(({ ip, port }) => addressOf(ip, port)),
  };
}

function explainEndpoint(entry: ServicePortView, endpoint: EndpointView): EndpointExplanation {
  const { ip, port, node, zone, rules, internal, external } = endpoint;
  const conditions = (["ready", "serving", "terminating", "local"] as const)
    .filter((condition) => endpoint[condition]);
  const table = (policy: TrafficPolicy) =>
    policy === "Local" ? LOCAL_ENDPOINT_RULES : CLUSTER_ENDPOINT_RULES;
  return {
    address: addressOf(ip, port),
    node,
    zone,
    conditions,
    internal: { used: internal, ...reason(table(entry.internalTrafficPolicy), rules.internal) },
    external: { used: external, ...reason(table(entry.externalTrafficPolicy), rules.external) },
  };
}

function problemsOf(entry: ServicePortView, claims: Claims): readonly string[] {
  const problems = entry.dropped
    .filter(({ rule }) => !NO_PROBLEM.has(rule))
    .map((dropped) => describeDropped(entry, dropped));
  for (const frontend of entry.frontends) problems.push(...rivalsOf(entry, frontend, claims));
  if (entry.protocol === "SCTP") {
    problems.push("SCTP: the view has it, but the userspace backend cannot proxy it");
  }
  if (!entry.hasAnyEndpoints) {
    problems.push(
      entry.endpoints.length === 0
        ? "no endpoints: no slice gives this port an address; connections are refused"
        : "no usable endpoints: none is ready, and none is terminating and still serving; " +
          "connections are refused",
    );
  } else {
    const external = entry.frontends.some((frontend) => frontend.kind !== "ClusterIP");
    if (!entry.endpoints.some((each) => each.internal)) {
      problems.push("internalTrafficPolicy is Local and no usable endpoint runs on this node");
    }
    if (external && !entry.endpoints.some((each) => each.external)) {
      problems.push("externalTrafficPolicy is Local and no usable endpoint runs on this node");
    }
  }
  if (entry.sets.hintsIgnored !== "") {
    problems.push(`hints ignored: ${reason(HINT_RULES, entry.sets.hintsIgnored).why}`);
  }
  return problems;
}

/** Who else asks for a frontend that the service port has, and does not get it. */
function rivalsOf(entry: ServicePortView, frontend: Frontend, claims: Claims): readonly string[] {
  const others = claims.get(frontendKey(entry, frontend))?.slice(1) ?? [];
  if (others.length === 0) return [];
  const own = `${entry.namespace}/${entry.service}`;
  const names = others.map(({ service }) => service === own ? "another port of it" : service);
  const rivals = [...new Set(names)].join(", ");
  return [
    `${frontend.kind} ${frontendAddress(frontend)} (${entry.protocol}) is claimed twice: ` +
    `${rivals} asks for it too and does not get it`,
  ];
}
