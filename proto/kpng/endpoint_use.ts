/**
 * Which endpoints of a Service a node uses: Kubernetes' rules (the tables of core), asked for each port
 * name and family, as kube-proxy asks them for each service port.
 *
 * @module
 */
import {
  CLUSTER_ENDPOINT_RULES,
  CLUSTER_SET_RULES,
  decide,
  type EndpointFacts,
  firstMatch,
  IP_FAMILIES as FAMILIES,
  type IpFamily,
  LOCAL_ENDPOINT_RULES,
  LOCAL_SET_RULES,
  type SetFacts,
} from "../../core/mod.ts";
import type { ModelEndpoint, ModelService, NamedPort } from "./model.ts";
import type { EndpointUse } from "./endpoint_message.ts";

/** A node, as the rules see it. */
export interface NodePlace {
  /** The name. */
  readonly name: string;
  /** The zone, `""` if unknown. */
  readonly zone: string;
}

/** An endpoint, or the part of it that is used in one way. */
export interface UsedEndpoint extends EndpointUse {
  /** The endpoint. */
  readonly endpoint: ModelEndpoint;
  /** The IPv4 addresses of the part. */
  readonly v4: readonly string[];
  /** The IPv6 addresses of the part. */
  readonly v6: readonly string[];
  /** The ports of the part. */
  readonly ports: readonly NamedPort[];
}

type Policies = Pick<ModelService, "internalLocal" | "externalLocal">;

interface Candidate extends EndpointFacts {
  readonly endpoint: ModelEndpoint;
}

/** What decides for all endpoints of one family with one port name. */
interface Unit {
  readonly family: IpFamily;
  readonly port: string;
  readonly cluster: ReturnType<typeof clusterSet>;
  readonly local: ReturnType<typeof localSet>;
}

/** The endpoints that the node uses, in their order; what it uses in two ways comes in parts. */
export function usedEndpoints(
  policies: Policies,
  endpoints: readonly ModelEndpoint[],
  node: NodePlace,
): readonly UsedEndpoint[] {
  const candidates = endpoints.map((endpoint) => candidate(endpoint, node));
  const units = new Map<string, Unit>();
  const unitOf = (family: IpFamily, port: string): Unit => {
    const key = `${family}/${port}`;
    const known = units.get(key);
    if (known !== undefined) return known;
    const facts = setFacts(policies, candidates.filter(within(family, port)), node);
    const unit = { family, port, cluster: clusterSet(facts), local: localSet(facts) };
    units.set(key, unit);
    return unit;
  };
  return candidates.flatMap((each) => partsOf(policies, each, unitOf));
}

/** The endpoint in as many parts as there are ways in which it is used: one, as a rule. */
function partsOf(
  policies: Policies,
  candidate: Candidate,
  unitOf: (family: IpFamily, port: string) => Unit,
): readonly UsedEndpoint[] {
  const { endpoint } = candidate;
  const ports = endpoint.ports.length === 0 ? [null] : endpoint.ports;
  const pieces = FAMILIES.flatMap((family) =>
    addressesOf(endpoint, family).length === 0 ? [] : ports.map((port) => ({
      family,
      port,
      use: useOf(policies, candidate, unitOf(family, port?.name ?? "")),
    }))
  );
  const [first] = pieces;
  if (first === undefined) return [];
  if (pieces.every(({ use }) => sameUse(use, first.use))) {
    const { v4, v6, ports } = endpoint;
    return isUsed(first.use) ? [{ endpoint, v4, v6, ports, ...first.use }] : [];
  }
  const parts = new Map<string, UsedEndpoint>();
  for (const { family, port, use } of pieces.filter(({ use }) => isUsed(use))) {
    const key = JSON.stringify([family, use]);
    parts.set(key, {
      endpoint,
      v4: family === "IPv4" ? endpoint.v4 : [],
      v6: family === "IPv6" ? endpoint.v6 : [],
      ports: [...parts.get(key)?.ports ?? [], ...port === null ? [] : [port]],
      ...use,
    });
  }
  return [...parts.values()];
}

function isUsed({ internal, external }: EndpointUse): boolean {
  return internal || external;
}

function addressesOf({ v4, v6 }: ModelEndpoint, family: IpFamily): readonly string[] {
  return family === "IPv4" ? v4 : v6;
}

/** Whether both are used in the same way. */
export function sameUse(a: EndpointUse, b: EndpointUse): boolean {
  return a.local === b.local && a.internal === b.internal && a.external === b.external;
}

/** Whether the same ports in the same order. */
export function samePorts(a: readonly NamedPort[], b: readonly NamedPort[]): boolean {
  return a.length === b.length &&
    a.every(({ name, port }, i) => name === b[i]?.name && port === b[i]?.port);
}

function useOf(policies: Policies, candidate: Candidate, unit: Unit): EndpointUse {
  const inCluster = firstMatch(CLUSTER_ENDPOINT_RULES, { endpoint: candidate, set: unit.cluster });
  const inLocal = firstMatch(LOCAL_ENDPOINT_RULES, { endpoint: candidate, set: unit.local });
  return {
    local: candidate.local,
    internal: (policies.internalLocal ? inLocal : inCluster).then,
    external: (policies.externalLocal ? inLocal : inCluster).then,
  };
}

function candidate(endpoint: ModelEndpoint, node: NodePlace): Candidate {
  return {
    endpoint,
    ready: endpoint.ready,
    serving: endpoint.serving,
    terminating: endpoint.terminating,
    // As in KPNG: for a client that does not say where it is, what runs nowhere is local.
    local: endpoint.node === node.name,
    hintsNode: endpoint.nodeHints.includes(node.name),
    hintsZone: node.zone !== "" && endpoint.zoneHints.includes(node.zone),
  };
}

function within(family: IpFamily, port: string): (candidate: Candidate) => boolean {
  return ({ endpoint }) =>
    addressesOf(endpoint, family).length > 0 &&
    (endpoint.ports.length === 0 ? port === "" : endpoint.ports.some(({ name }) => name === port));
}

function setFacts(
  { internalLocal, externalLocal }: Policies,
  candidates: readonly Candidate[],
  node: NodePlace,
): SetFacts {
  const ready = candidates.filter((each) => each.ready);
  const count = (holds: (each: Candidate) => boolean) => ready.filter(holds).length;
  return {
    usesCluster: !internalLocal || !externalLocal,
    usesLocal: internalLocal || externalLocal,
    zoneKnown: node.zone !== "",
    ready: ready.length,
    withoutNodeHint: count(({ endpoint }) => endpoint.nodeHints.length === 0),
    hintNode: count(({ hintsNode }) => hintsNode),
    withoutZoneHint: count(({ endpoint }) => endpoint.zoneHints.length === 0),
    hintZone: count(({ hintsZone }) => hintsZone),
    localReady: count(({ local }) => local),
  };
}

function clusterSet(facts: SetFacts) {
  return decide(CLUSTER_SET_RULES, facts).value;
}

function localSet(facts: SetFacts) {
  return decide(LOCAL_SET_RULES, facts).value;
}
