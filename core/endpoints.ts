/**
 * From the slices of a Service to the endpoints of a service port, each with the rules that decide
 * whether this node uses it.
 *
 * @module
 */
import {
  CLUSTER_ENDPOINT_RULES,
  CLUSTER_SET_RULES,
  type EndpointFacts,
  HINT_RULES,
  LOCAL_ENDPOINT_RULES,
  LOCAL_SET_RULES,
  type SetFacts,
} from "./endpoint_rules.ts";
import type { EndpointSlice, SliceEndpoint } from "./objects.ts";
import { decide, firstMatch } from "./rules.ts";
import type { ServicePortBase } from "./service_ports.ts";
import { SLICE_RULES } from "./service_rules.ts";
import { addressOf, type EndpointView, type ServicePortView } from "./view.ts";

/** What the rules look at in the node. */
export interface NodeFacts {
  /** The node's name. */
  readonly name: string;
  /** Its label `topology.kubernetes.io/zone`, `""` for none. */
  readonly zone: string;
}

/** One endpoint of a service port, as its slice tells it. */
interface Candidate extends EndpointFacts {
  readonly address: string;
  readonly ip: string;
  readonly port: number;
  readonly endpoint: SliceEndpoint;
}

/** The service port with its endpoints, as seen from the node. */
export function withEndpoints(
  base: ServicePortBase,
  slices: readonly EndpointSlice[],
  node: NodeFacts,
): ServicePortView {
  const candidates = candidatesOf(base, slices, node);
  const internalLocal = base.internalTrafficPolicy === "Local";
  const externalLocal = base.externalTrafficPolicy === "Local";
  const accessible = base.frontends.some((frontend) => frontend.kind !== "ClusterIP");
  const facts = setFacts(candidates, {
    usesCluster: !internalLocal || accessible,
    usesLocal: internalLocal || (externalLocal && accessible),
    zoneKnown: node.zone !== "",
  });
  const cluster = decide(CLUSTER_SET_RULES, facts).value;
  const local = decide(LOCAL_SET_RULES, facts).value;
  const endpoints = candidates.map((candidate): EndpointView => {
    const { ip, port, endpoint } = candidate;
    const inCluster = firstMatch(CLUSTER_ENDPOINT_RULES, { endpoint: candidate, set: cluster });
    const inLocal = firstMatch(LOCAL_ENDPOINT_RULES, { endpoint: candidate, set: local });
    const internal = internalLocal ? inLocal : inCluster;
    const external = externalLocal ? inLocal : inCluster;
    return {
      ip,
      port,
      node: endpoint.node,
      zone: endpoint.zone,
      local: candidate.local,
      ready: endpoint.ready,
      serving: endpoint.serving,
      terminating: endpoint.terminating,
      inCluster: inCluster.then,
      inLocal: inLocal.then,
      internal: internal.then,
      external: external.then,
      rules: rulePair(internal.name, external.name),
    };
  });
  return {
    ...base,
    hasAnyEndpoints: endpoints.some((each) => each.inCluster) ||
      (facts.usesLocal && candidates.some(usable)),
    sets: { cluster, local, hintsIgnored: decide(HINT_RULES, facts).value },
    endpoints,
  };
}

function usable({ ready, serving, terminating }: EndpointFacts): boolean {
  return ready || (serving && terminating);
}

/** The union of the slices, each `ip:port` once, sorted by that text as kube-proxy sorts them. */
function candidatesOf(
  { port, protocol, family }: ServicePortBase,
  slices: readonly EndpointSlice[],
  node: NodeFacts,
): readonly Candidate[] {
  const candidates: Candidate[] = [];
  for (const slice of slices) {
    if (!firstMatch(SLICE_RULES, { slice, family }).then) continue;
    for (const slicePort of slice.ports) {
      if (slicePort.port === 0 || slicePort.name !== port || slicePort.protocol !== protocol) {
        continue;
      }
      for (const endpoint of slice.endpoints) {
        const ip = endpoint.addresses[0];
        if (ip !== undefined) candidates.push(candidate(endpoint, ip, slicePort.port, node));
      }
    }
  }
  // The sort is stable, so copies of one endpoint stay in the order of their slices' names.
  return withoutCopies(
    candidates.sort((a, b) => a.address < b.address ? -1 : +(a.address > b.address)),
  );
}

function candidate(
  endpoint: SliceEndpoint,
  ip: string,
  port: number,
  node: NodeFacts,
): Candidate {
  return {
    address: addressOf(ip, port),
    ip,
    port,
    endpoint,
    ready: endpoint.ready,
    serving: endpoint.serving,
    terminating: endpoint.terminating,
    local: endpoint.node !== "" && endpoint.node === node.name,
    hintsNode: endpoint.nodeHints.includes(node.name),
    hintsZone: node.zone !== "" && endpoint.zoneHints.includes(node.zone),
  };
}

/** Keeps one of several copies of an endpoint, which stand side by side. */
function withoutCopies(sorted: readonly Candidate[]): readonly Candidate[] {
  const kept: Candidate[] = [];
  for (const each of sorted) {
    const last = kept.at(-1);
    if (last?.address !== each.address) kept.push(each);
    else if (preferred(each, last)) kept[kept.length - 1] = each;
  }
  return kept;
}

/**
 * Which of two copies of an endpoint counts: one that is not terminating (a pod's address was used
 * again while the old pod still shut down; kube-proxy 1.36), then one that is ready, then the first
 * in order of the slices' names.
 */
function preferred(later: Candidate, earlier: Candidate): boolean {
  if (later.terminating !== earlier.terminating) return earlier.terminating;
  return later.ready && !earlier.ready;
}

function setFacts(
  candidates: readonly Candidate[],
  uses: Pick<SetFacts, "usesCluster" | "usesLocal" | "zoneKnown">,
): SetFacts {
  let ready = 0;
  let withoutNodeHint = 0;
  let hintNode = 0;
  let withoutZoneHint = 0;
  let hintZone = 0;
  let localReady = 0;
  for (const candidate of candidates) {
    if (!candidate.ready) continue;
    ready++;
    if (candidate.endpoint.nodeHints.length === 0) withoutNodeHint++;
    if (candidate.hintsNode) hintNode++;
    if (candidate.endpoint.zoneHints.length === 0) withoutZoneHint++;
    if (candidate.hintsZone) hintZone++;
    if (candidate.local) localReady++;
  }
  return { ...uses, ready, withoutNodeHint, hintNode, withoutZoneHint, hintZone, localReady };
}

type RulePair = EndpointView["rules"];

/** Every pair of rule names once: a view of 100,000 endpoints needs a handful of pairs. */
const RULE_PAIRS: ReadonlyMap<string, ReadonlyMap<string, RulePair>> = (() => {
  const names = [...CLUSTER_ENDPOINT_RULES, ...LOCAL_ENDPOINT_RULES].map((rule) => rule.name);
  const pairsOf = (internal: string): [string, ReadonlyMap<string, RulePair>] => [
    internal,
    new Map(names.map((external) => [external, Object.freeze({ internal, external })])),
  ];
  return new Map(names.map(pairsOf));
})();

function rulePair(internal: string, external: string): RulePair {
  return RULE_PAIRS.get(internal)?.get(external) ?? { internal, external };
}
