/**
 * What the local API tells a node in one round: the difference between what it was told and what is
 * so now, in KPNG's order.
 *
 * @module
 */
import type { NodePlace } from "./endpoint_use.ts";
import { Changes } from "./changes.ts";
import type { LocalService } from "./local_service.ts";
import type { Model } from "./model.ts";
import { byPath } from "./operations.ts";

/** What a watcher of the local API was told: a model, as seen from a node. */
export interface LocalTold {
  /** The model. */
  readonly model: Model;
  /** The node. */
  readonly node: NodePlace;
}

/** What one is told of a node of that name. */
export function localTold(model: Model, name: string): LocalTold {
  return { model, node: { name, zone: model.nodes.get(name)?.zone ?? "" } };
}

const orders = new WeakMap<Model, readonly LocalService[]>();

/** In order of `path + "/"`, which is the order of the paths of their endpoints. */
function byEndpointPath(model: Model): readonly LocalService[] {
  const known = orders.get(model);
  if (known !== undefined) return known;
  const sorted = [...model.local.values()]
    .map((service) => ({ path: `${service.path}/`, service }))
    .sort(byPath)
    .map(({ service }) => service);
  orders.set(model, sorted);
  return sorted;
}

/** All that one is told who knows nothing, `Sync` not among it. */
export function* localFullSet({ model, node }: LocalTold): Generator<Uint8Array> {
  const services = byEndpointPath(model);
  for (const { op } of services.toSorted(byPath)) yield op;
  for (const service of services) yield service.endpointsFor(node).named.bytes;
  for (const service of services) yield service.endpointsFor(node).anonymous.bytes;
}

/** What has changed for one who was told before, `Sync` not among it. */
export function localDifference(before: LocalTold, now: LocalTold): readonly Uint8Array[] {
  const services = new Changes("ServicesSet");
  const named = new Changes("EndpointsSet");
  const anonymous = new Changes("EndpointsSet");
  for (const [path, old, service] of differingServices(before, now)) {
    services.compare(path, old?.op, service?.op);
    const was = old?.endpointsFor(before.node);
    const is = service?.endpointsFor(now.node);
    if (was === is) continue;
    named.compareBlocks(was?.named, is?.named);
    anonymous.compareBlocks(was?.anonymous, is?.anonymous);
  }
  return [
    ...services.sets(),
    ...anonymous.deletes(),
    ...named.sets(),
    ...named.deletes(),
    ...anonymous.sets(),
    ...services.deletes(),
  ];
}

type Differing = readonly [
  path: string,
  old: LocalService | undefined,
  now: LocalService | undefined,
];

/** The Services of which a node may have to be told: those that changed, or all, seen from elsewhere. */
function differingServices(before: LocalTold, now: LocalTold): readonly Differing[] {
  const moved = before.node.name !== now.node.name || before.node.zone !== now.node.zone;
  if (!moved) {
    return now.model.local.changesSince(before.model.local)
      .map(({ key, before, after }) => [key, before, after]);
  }
  const keys = new Set([...before.model.local.keys(), ...now.model.local.keys()]);
  return [...keys].map((key) => [key, before.model.local.get(key), now.model.local.get(key)]);
}
