/**
 * The keyed diff of two views. Services that did not change are skipped by reference, so the cost of
 * a diff is the size of the change.
 *
 * @module
 */
import type { NodeView, ServicePortView, ServiceView } from "./view.ts";

/** One service port that came, changed or went. */
export type Change =
  | {
    /** The service port is new. */
    readonly type: "add";
    /** Its key. */
    readonly key: string;
    /** What it is now. */
    readonly now: ServicePortView;
  }
  | {
    /** The service port changed. */
    readonly type: "update";
    /** Its key. */
    readonly key: string;
    /** What it was. */
    readonly before: ServicePortView;
    /** What it is now. */
    readonly now: ServicePortView;
  }
  | {
    /** The service port is gone. */
    readonly type: "remove";
    /** Its key. */
    readonly key: string;
    /** What it was. */
    readonly before: ServicePortView;
  };

/**
 * What turns one view into another, one entry for each service port, sorted by key so that the same
 * two views always give the same changes.
 */
export function diff(before: NodeView, after: NodeView): readonly Change[] {
  const changes: Change[] = [];
  for (const service of after.services.changesSince(before.services)) {
    diffService(service.before, service.after, changes);
  }
  return changes.sort((a, b) => a.key < b.key ? -1 : 1);
}

function diffService(
  before: ServiceView | undefined,
  after: ServiceView | undefined,
  changes: Change[],
): void {
  const old = new Map(before?.servicePorts.map((entry) => [entry.key, entry]));
  for (const now of after?.servicePorts ?? []) {
    const was = old.get(now.key);
    old.delete(now.key);
    if (was === undefined) changes.push({ type: "add", key: now.key, now });
    else if (was !== now) changes.push({ type: "update", key: now.key, before: was, now });
  }
  for (const [key, was] of old) changes.push({ type: "remove", key, before: was });
}
