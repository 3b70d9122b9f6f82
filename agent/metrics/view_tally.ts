/**
 * Counts what a node's view asks for, as it changes: the cost is that of the change, not of the view.
 *
 * @module
 */
import type { Change, IpFamily, ServicePortView } from "../../core/mod.ts";
import { IP_FAMILIES } from "../../core/mod.ts";
import type { Emit } from "./registry.ts";

/** What is counted of each family. */
interface Counts {
  servicePorts: number;
  endpoints: number;
  noLocalInternal: number;
  noLocalExternal: number;
}

/** Counts what a node's view asks for. */
export class ViewTally {
  readonly #counts: Readonly<Record<IpFamily, Counts>> = { IPv4: nothing(), IPv6: nothing() };

  /** Takes the changes of a sync in. */
  take(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.type !== "add") this.#count(change.before, -1);
      if (change.type !== "remove") this.#count(change.now, 1);
    }
  }

  /** Writes the counts down. */
  collect(emit: Emit): void {
    for (const ip_family of IP_FAMILIES) {
      const counts = this.#counts[ip_family];
      emit("windlass_service_ports", { ip_family }, counts.servicePorts);
      emit("windlass_endpoints_in_use", { ip_family }, counts.endpoints);
      const name = "kubeproxy_sync_proxy_rules_no_local_endpoints_total";
      emit(name, { traffic_policy: "internal", ip_family }, counts.noLocalInternal);
      emit(name, { traffic_policy: "external", ip_family }, counts.noLocalExternal);
    }
  }

  #count(entry: ServicePortView, by: 1 | -1): void {
    const counts = this.#counts[entry.family];
    counts.servicePorts += by;
    for (const { internal, external } of entry.endpoints) {
      if (internal || external) counts.endpoints += by;
    }
    if (lacksLocal(entry, "internal")) counts.noLocalInternal += by;
    if (lacksLocal(entry, "external")) counts.noLocalExternal += by;
  }
}

/** Whether a Local policy leaves traffic of that kind without an endpoint although there are some. */
function lacksLocal(entry: ServicePortView, kind: "internal" | "external"): boolean {
  if (!entry.hasAnyEndpoints) return false;
  const [policy, comes] = kind === "internal"
    ? [entry.internalTrafficPolicy, true]
    : [entry.externalTrafficPolicy, entry.frontends.some((each) => each.kind !== "ClusterIP")];
  return policy === "Local" && comes && !entry.endpoints.some((endpoint) => endpoint[kind]);
}

function nothing(): Counts {
  return { servicePorts: 0, endpoints: 0, noLocalInternal: 0, noLocalExternal: 0 };
}
