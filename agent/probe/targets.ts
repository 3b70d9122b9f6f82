/**
 * What there is to probe: every frontend and every endpoint of a view, with what the view says of it.
 * Nothing else is ever probed. Pure.
 *
 * @module
 */
import {
  addressOf,
  deriveView,
  type EndpointView,
  type Ip,
  type NodeView,
  parseIp,
  type PipelineState,
  type Route,
  route,
  type ServicePortView,
} from "../../core/mod.ts";
import { nodeAddresses } from "../node/node_ips.ts";
import type { Expected, Target, TargetKind } from "./model.ts";

/** Which targets are wanted. */
export interface Selection {
  /** Patterns for services, `NAMESPACE/NAME` with `*` for any text; empty for all. */
  readonly services: readonly string[];
  /** The kinds. */
  readonly kinds: readonly TargetKind[];
  /** Whether the node ports of every node are probed, not only those of the own one. */
  readonly allNodes: boolean;
}

/** Who probes. */
export interface Vantage {
  /** The address that it comes from, where it is known: source ranges depend on it. */
  readonly clientIP: Ip | null;
  /** An address of the own node, where the source does not know the Node; `null` for none. */
  readonly nodeIP: Ip | null;
}

/** What there is to probe, and what is left out. */
export interface Targets {
  /** The targets, in the view's order. */
  readonly targets: readonly Target[];
  /** What is not probed, and why. */
  readonly leftOut: readonly string[];
}

/** An address of nobody in any cluster (RFC 5737). */
const STRANGER = parseIp("192.0.2.1");

/** A node whose ports are probed. */
interface ProbedNode {
  readonly name: string;
  readonly addresses: readonly Ip[];
  /** The state as that node has it. */
  readonly state: PipelineState;
  /** Whom the node sees; `null` where that is the prober as it is. */
  readonly client: Ip | null;
}

/** What there is to probe in a state. */
export function targetsOf(state: PipelineState, selection: Selection, vantage: Vantage): Targets {
  const wanted = selectorOf(selection.services);
  const kinds = new Set(selection.kinds);
  const nodes = kinds.has("NodePort") ? probedNodes(state, selection, vantage) : [];
  const targets: Target[] = [];
  const leftOut: string[] = [];
  for (
    const entry of entriesOf(state.view).filter(({ namespace, service }) => {
      return wanted(`${namespace}/${service}`);
    })
  ) {
    if (entry.protocol === "SCTP") {
      leftOut.push(`${entry.name}: SCTP cannot be probed`);
      continue;
    }
    const makeTarget = targetMaker(entry, entry.protocol);
    for (const { frontend, ...said } of routesOf(state, entry, vantage)) {
      if (frontend.kind === "NodePort" || !kinds.has(frontend.kind)) continue;
      const expected = expectedOf(entry, { frontend, ...said }, vantage);
      targets.push(makeTarget(frontend.kind, frontend, { node: "", expected }));
    }
    const ports = entry.frontends.filter(({ kind }) => kind === "NodePort");
    if (kinds.has("NodePort") && ports.length > 0) {
      const own = nodes.flatMap((node) => nodePortTargets(node, entry, { makeTarget, vantage }));
      targets.push(...own);
      if (own.length === 0) leftOut.push(`${entry.name}: no address of the node is known`);
    }
    if (!kinds.has("Endpoint")) continue;
    for (const endpoint of entry.endpoints) {
      if (!isUp(endpoint)) {
        const address = addressOf(endpoint.ip, endpoint.port);
        leftOut.push(`${entry.name}: endpoint ${address} is not ready`);
        continue;
      }
      const endpoints = [addressOf(endpoint.ip, endpoint.port)];
      const sure = { sticky: false, optional: false };
      const expected: Expected = { answer: "one-of", endpoints, ...sure, rule: "endpoint" };
      targets.push(makeTarget("Endpoint", endpoint, { node: "", expected }));
    }
  }
  return { targets, leftOut };
}

/** Whether a service is among those of the patterns. */
export function selectorOf(patterns: readonly string[]): (service: string) => boolean {
  const tests = patterns.map((pattern) => {
    return new RegExp(`^${pattern.split("*").map(RegExp.escape).join(".*")}$`);
  });
  return (service) => tests.length === 0 || tests.some((test) => test.test(service));
}

function entriesOf({ services }: NodeView): readonly ServicePortView[] {
  return [...services.values()].flatMap(({ servicePorts }) => servicePorts)
    .sort((a, b) => a.key < b.key ? -1 : 1);
}

/** Endpoints that ought to answer whoever asks them. */
function isUp({ ready, serving, terminating }: EndpointView): boolean {
  return ready || (serving && terminating);
}

function routesOf(
  state: PipelineState,
  entry: ServicePortView,
  { clientIP }: Vantage,
): readonly Route[] {
  const client = clientIP?.family === entry.family ? clientIP : null;
  const service = `${entry.namespace}/${entry.service}`;
  return route(state, { service, frontend: null, clientIP: client }).filter((each) =>
    each.name === entry.name && each.family === entry.family && each.protocol === entry.protocol
  );
}

function expectedOf(
  entry: ServicePortView,
  { frontend, verdict, rule, endpoints: strict, affinitySeconds }: Route,
  { clientIP }: Vantage,
): Expected {
  const { sourceRanges, family, externalTrafficPolicy } = entry;
  const guarded = frontend.kind === "LoadBalancer" && sourceRanges.length > 0;
  if (guarded && clientIP?.family !== family) return { answer: "unsure", rule: "unknown-client" };
  const answer = "one-of";
  const sticky = affinitySeconds > 0;
  // The node's own clients may have every endpoint, and not all backends give it to them.
  const own = frontend.kind !== "ClusterIP" && externalTrafficPolicy === "Local" &&
    (clientIP === null || rule === "local-client");
  const endpoints = entry.endpoints.filter(({ inCluster }) => inCluster)
    .map(({ ip, port }) => addressOf(ip, port));
  if (own && endpoints.length > 0) {
    const optional = !entry.endpoints.some(({ inLocal }) => inLocal);
    return { answer, endpoints, sticky, optional, rule: "local-client" };
  }
  if (verdict !== "forward") return { answer: "nobody", rule };
  return { answer, endpoints: strict, sticky, optional: false, rule };
}

type MakeTarget = (
  kind: TargetKind,
  at: { readonly ip: string; readonly port: number },
  more: Pick<Target, "node" | "expected">,
) => Target;

function targetMaker(entry: ServicePortView, protocol: Target["protocol"]): MakeTarget {
  return (kind, { ip, port }, more) => {
    const key = `${entry.key} ${kind} ${addressOf(ip, port)}`;
    return { key, name: entry.name, protocol, family: entry.family, kind, ip, port, ...more };
  };
}

/** The nodes whose ports are probed, each with the view that is in force there. */
function probedNodes(
  state: PipelineState,
  { allNodes }: Selection,
  { clientIP, nodeIP }: Vantage,
): readonly ProbedNode[] {
  const { snapshot } = state;
  const own = snapshot.nodes.get(state.node);
  const ownAddresses = own === undefined ? [] : addressesOf(own);
  const nodes: ProbedNode[] = [{
    name: state.node,
    addresses: ownAddresses.length > 0 ? ownAddresses : nodeIP === null ? [] : [nodeIP],
    state,
    client: null,
  }];
  if (!allNodes || state.derivation === null) return nodes;
  // Whoever asks another node's port is a client from outside to it.
  const client = clientIP ?? ownAddresses[0] ?? STRANGER;
  for (const [name, node] of snapshot.nodes.entries()) {
    if (name === state.node) continue;
    const { view } = deriveView(snapshot, name);
    const addresses = addressesOf(node);
    nodes.push({ name, addresses, state: { ...state, node: name, view }, client });
  }
  return nodes;
}

function addressesOf(node: Parameters<typeof nodeAddresses>[0]): readonly Ip[] {
  return nodeAddresses(node).map((text) => parseIp(text)).filter((ip) => ip !== null);
}

function nodePortTargets(
  { name, addresses, state, client }: ProbedNode,
  { key, family, namespace, service }: ServicePortView,
  { makeTarget, vantage }: { readonly makeTarget: MakeTarget; readonly vantage: Vantage },
): readonly Target[] {
  const entry = state.view.services.get(`${namespace}/${service}`)?.servicePorts
    .find((each) => each.key === key);
  if (entry === undefined) return [];
  const from = { ...vantage, clientIP: client ?? vantage.clientIP };
  return routesOf(state, entry, from)
    .filter(({ frontend }) => frontend.kind === "NodePort")
    .flatMap((said) => {
      const expected = expectedOf(entry, said, from);
      return addresses.filter((ip) => ip.family === family).map(({ text: ip }) =>
        makeTarget("NodePort", { ip, port: said.frontend.port }, { node: name, expected })
      );
    });
}
