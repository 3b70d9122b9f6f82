/**
 * From a snapshot to the view of one node. Only Services whose objects changed are derived again, so
 * the cost of a change is the size of the change; the answer is the same as deriving all anew.
 *
 * @module
 */
import { type NodeFacts, withEndpoints } from "./endpoints.ts";
import type { EndpointSlice, Node } from "./objects.ts";
import { servicePortsOf } from "./service_ports.ts";
import { type SettledView, settleView, type WantedChange } from "./settle_view.ts";
import type { ApiSnapshot } from "./snapshot.ts";

/** The label with a node's zone. */
export const ZONE_LABEL = "topology.kubernetes.io/zone";

/** A view, and what is needed to derive the next one from it. */
export interface Derivation extends SettledView {
  /** The snapshot that the view was derived from. */
  readonly snapshot: ApiSnapshot;
  /** What the rules looked at in the node. */
  readonly node: NodeFacts;
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
  const wanted: WantedChange[] = [];
  for (const key of changedServices(before, snapshot, facts)) {
    const wasWanted = before?.wanted.get(key);
    const service = snapshot.services.get(key);
    const was = old?.services.get(key);
    const base = service === was && wasWanted ? wasWanted : service && servicePortsOf(service);
    const slices = snapshot.slicesByService.get(key) ?? NO_SLICES;
    wanted.push({
      key,
      createdBefore: was?.createdAt ?? "",
      createdAt: service?.createdAt ?? "",
      wanted: base && {
        service: key,
        skipped: base.skipped,
        servicePorts: base.servicePorts.map((port) => withEndpoints(port, slices, facts)),
      },
    });
  }
  return { snapshot, node: facts, ...settleView(node, wanted, before) };
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
