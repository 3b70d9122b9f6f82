/**
 * From a snapshot to the view of one node. Only Services whose objects changed are derived again, so
 * the cost of a change is the size of the change; the answer is the same as deriving all anew.
 *
 * @module
 */
import { keep } from "./_equal.ts";
import { type ClaimChange, type Claims, withClaims, withoutLost } from "./claims.ts";
import { type NodeFacts, withEndpoints } from "./endpoints.ts";
import type { EndpointSlice, Node } from "./objects.ts";
import { PersistentMap } from "./persistent_map.ts";
import { servicePortsOf } from "./service_ports.ts";
import type { ApiSnapshot } from "./snapshot.ts";
import {
  addressOf,
  type EndpointView,
  type NodeView,
  type ServicePortView,
  type ServiceView,
} from "./view.ts";

/** The label with a node's zone. */
export const ZONE_LABEL = "topology.kubernetes.io/zone";

/** A view, and what is needed to derive the next one from it. */
export interface Derivation {
  /** The snapshot that the view was derived from. */
  readonly snapshot: ApiSnapshot;
  /** What the rules looked at in the node. */
  readonly node: NodeFacts;
  /** What each Service asks for, before frontends that are claimed twice are given to one. */
  readonly wanted: PersistentMap<ServiceView>;
  /** Who asks for each frontend. */
  readonly claims: Claims;
  /** The view. */
  readonly view: NodeView;
}

const NO_SLICES: readonly EndpointSlice[] = [];

/**
 * The view of the node named `node`.
 *
 * @param previous An earlier derivation for the same node, of which all that did not change is kept.
 */
export function deriveView(
  snapshot: ApiSnapshot,
  node: string,
  previous: Derivation | null = null,
): Derivation {
  const facts = nodeFacts(node, snapshot.nodes.get(node));
  const before = previous?.view.node === node ? previous : null;
  const old = before?.snapshot;
  let wanted = before?.wanted ?? PersistentMap.empty<ServiceView>();
  const wantedBefore = wanted;
  const claimChanges: ClaimChange[] = [];
  const changed = changedServices(before, snapshot, facts);
  for (const key of changed) {
    const wasWanted = wanted.get(key);
    const service = snapshot.services.get(key);
    const was = old?.services.get(key);
    const base = service === was && wasWanted ? wasWanted : service && servicePortsOf(service);
    const slices = snapshot.slicesByService.get(key) ?? NO_SLICES;
    const now = base && share(wasWanted, {
      service: key,
      skipped: base.skipped,
      servicePorts: base.servicePorts.map((port) => withEndpoints(port, slices, facts)),
    });
    wanted = wanted.put(key, now);
    claimChanges.push({
      before: wasWanted,
      createdBefore: was?.createdAt ?? "",
      after: now,
      createdAfter: service?.createdAt ?? "",
    });
  }
  const { claims, affected } = withClaims(before?.claims ?? PersistentMap.empty(), claimChanges);
  let services = before?.view.services ?? PersistentMap.empty<ServiceView>();
  for (const key of new Set([...changed, ...affected])) {
    const now = wanted.get(key);
    const given = now && withoutLost(now, claims);
    const was = services.get(key);
    // Who asks for nothing that others have is given what it wants, which is shared already.
    const settled = given === now && was === wantedBefore.get(key);
    services = services.put(key, given === undefined || settled ? given : share(was, given));
  }
  const view = services === before?.view.services ? before.view : { node, services };
  return { snapshot, node: facts, wanted, claims, view };
}

/** What the rules look at in a Node; the API may not know it (yet). */
function nodeFacts(name: string, node: Node | undefined): NodeFacts {
  return { name, zone: node?.labels[ZONE_LABEL] ?? "" };
}

/** The Services that must be derived again: all of them where the node itself looks different. */
function changedServices(
  before: Derivation | null,
  snapshot: ApiSnapshot,
  node: NodeFacts,
): ReadonlySet<string> {
  if (before === null) return new Set(snapshot.services.keys());
  const { services, slicesByService } = before.snapshot;
  const changed = new Set<string>();
  for (const { key } of snapshot.services.changesSince(services)) changed.add(key);
  if (before.node.zone !== node.zone) {
    for (const key of snapshot.services.keys()) changed.add(key);
    return changed;
  }
  for (const { key } of snapshot.slicesByService.changesSince(slicesByService)) {
    if (snapshot.services.has(key)) changed.add(key);
  }
  return changed;
}

/** The newer view with every part that says the same taken from the older one. */
function share(before: ServiceView | undefined, after: ServiceView): ServiceView {
  if (before === undefined) return after;
  const old = new Map(before.servicePorts.map((entry) => [entry.key, entry]));
  const servicePorts = after.servicePorts.map((entry) => sharePort(old.get(entry.key), entry));
  const same = before.skipped === after.skipped &&
    before.servicePorts.length === servicePorts.length &&
    servicePorts.every((entry, i) => entry === before.servicePorts[i]);
  return same ? before : { ...after, servicePorts };
}

function sharePort(before: ServicePortView | undefined, after: ServicePortView): ServicePortView {
  if (before === undefined || before === after) return after;
  return keep(before, {
    ...after,
    frontends: keep(before.frontends, after.frontends),
    annotations: keep(before.annotations, after.annotations),
    endpoints: shareEndpoints(before.endpoints, after.endpoints),
  });
}

/** Both lists are sorted alike: most endpoints are where the one before was followed by them. */
function shareEndpoints(
  before: readonly EndpointView[],
  after: readonly EndpointView[],
): readonly EndpointView[] {
  let places: ReadonlyMap<string, number> | undefined;
  let place = 0;
  return after.map((each) => {
    const here = before[place];
    if (here === undefined || here.ip !== each.ip || here.port !== each.port) {
      places ??= new Map(before.map(({ ip, port }, i) => [addressOf(ip, port), i]));
      place = places.get(addressOf(each.ip, each.port)) ?? -1;
    }
    const old = before[place++];
    return old !== undefined && sameEndpoint(old, each) ? old : each;
  });
}

/** Field by field, because every endpoint of a changed Service passes here: `bench pipeline`. */
function sameEndpoint(a: EndpointView, b: EndpointView): boolean {
  return a.ip === b.ip && a.port === b.port && a.node === b.node && a.zone === b.zone &&
    a.local === b.local && a.ready === b.ready && a.serving === b.serving &&
    a.terminating === b.terminating && a.inCluster === b.inCluster && a.inLocal === b.inLocal &&
    a.internal === b.internal && a.external === b.external &&
    a.rules.internal === b.rules.internal && a.rules.external === b.rules.external;
}
