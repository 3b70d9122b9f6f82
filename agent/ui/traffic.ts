/**
 * What the listeners of a userspace backend have counted, for each service, and which of that changed.
 * Pure.
 *
 * @module
 */
import type { ListenerStats, UserspaceStats } from "../../backends/mod.ts";
import type { Overview, TrafficCounts } from "./wire.ts";

/** What is counted, by service. */
export type TrafficTable = ReadonlyMap<string, TrafficCounts>;

/** The service of a listener: names of Kubernetes have no colon. */
export function serviceOf({ servicePort }: Pick<ListenerStats, "servicePort">): string {
  const colon = servicePort.indexOf(":");
  return colon < 0 ? servicePort : servicePort.slice(0, colon);
}

/** The counts of each service. */
export function trafficTable({ listeners }: Pick<UserspaceStats, "listeners">): TrafficTable {
  const table = new Map<string, [string, number, number, number, number]>();
  for (const listener of listeners) {
    const service = serviceOf(listener);
    const counts = table.get(service) ?? [service, 0, 0, 0, 0];
    counts[1] += listener.active;
    counts[2] += listener.accepted;
    counts[3] += listener.bytesIn;
    counts[4] += listener.bytesOut;
    table.set(service, counts);
  }
  return table;
}

/** The counts that differ; a service whose last listener is gone has none any more. */
export function trafficChanges(
  before: TrafficTable,
  after: TrafficTable,
): readonly TrafficCounts[] {
  const changes: TrafficCounts[] = [];
  for (const counts of after.values()) {
    const was = before.get(counts[0]) ?? [counts[0], 0, 0, 0, 0];
    if (counts.some((count, i) => count !== was[i])) changes.push(counts);
  }
  for (const service of before.keys()) {
    if (!after.has(service)) changes.push([service, 0, 0, 0, 0]);
  }
  return changes;
}

/** The sums over all listeners; `null` where there are none, as beside a kernel that has it all. */
export function trafficOverview(
  { listeners, draining, dataPath, workers }: UserspaceStats,
): Overview["traffic"] {
  if (listeners.length + draining.listeners === 0) return null;
  const paths = new Map<string, number>();
  for (const worker of workers) {
    paths.set(worker.dataPath, (paths.get(worker.dataPath) ?? 0) + 1);
  }
  const carriers = Array.from(paths, ([path, count]) => `${count} × ${path}`).join(", ");
  return {
    listeners: listeners.length,
    active: listeners.reduce((sum, { active }) => sum + active, 0),
    draining: draining.connections,
    dataPath: carriers === "" ? dataPath : carriers,
  };
}
