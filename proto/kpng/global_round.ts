/**
 * What the global API tells in one round: the difference between what was told and what is so now, in
 * KPNG's order.
 *
 * @module
 */
import { Changes } from "./changes.ts";
import { type Model, type ModelSource, nodePath, servicePath } from "./model.ts";
import { byPath, type OpBlock } from "./operations.ts";

/** Blocks of endpoints in the order of their paths. */
interface Placed {
  /** What all paths of the block begin with. */
  readonly path: string;
  readonly block: () => OpBlock;
}

const orders = new WeakMap<Model, readonly Placed[]>();

function placedBlocks(model: Model): readonly Placed[] {
  const known = orders.get(model);
  if (known !== undefined) return known;
  const sorted = [...model.sources.values()].flatMap(placesOf).sort(byPath);
  orders.set(model, sorted);
  return sorted;
}

function placesOf({ namespace, service, name, blocks }: ModelSource): readonly Placed[] {
  return [
    { path: `${namespace}|${service}|${name}|`, block: () => blocks()[0] },
    { path: `${namespace}||${name}|`, block: () => blocks()[1] },
  ];
}

/** All that one is told who knows nothing, `Sync` not among it. */
export function* globalFullSet(model: Model): Generator<Uint8Array> {
  const nodes = [...model.nodes.values()].map(({ name, op }) => ({ path: nodePath(name), op }));
  for (const { op } of nodes.sort(byPath)) yield op;
  const services = [...model.services.values()]
    .map((service) => ({ path: servicePath(service), op: service.op }));
  for (const { op } of services.sort(byPath)) yield op;
  for (const { block } of placedBlocks(model)) yield block().bytes;
}

/** What has changed for one who was told before, `Sync` not among it. */
export function globalDifference(before: Model, now: Model): readonly Uint8Array[] {
  const nodes = new Changes("GlobalNodeInfos");
  const services = new Changes("GlobalServiceInfos");
  const endpoints = new Changes("GlobalEndpointInfos");
  for (const { key, before: was, after: is } of now.nodes.changesSince(before.nodes)) {
    nodes.compare(nodePath(key), was?.op, is?.op);
  }
  for (const { before: was, after: is } of now.services.changesSince(before.services)) {
    const service = is ?? was;
    if (service !== undefined) services.compare(servicePath(service), was?.op, is?.op);
  }
  for (const { before: was, after: is } of now.sources.changesSince(before.sources)) {
    const [oldByService, oldBySource] = was?.blocks() ?? [];
    const [byService, bySource] = is?.blocks() ?? [];
    endpoints.compareBlocks(oldByService, byService);
    endpoints.compareBlocks(oldBySource, bySource);
  }
  return [
    ...nodes.sets(),
    ...services.sets(),
    ...endpoints.sets(),
    ...endpoints.deletes(),
    ...services.deletes(),
    ...nodes.deletes(),
  ];
}
