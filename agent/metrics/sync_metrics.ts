/**
 * What is measured of syncs: how many, how long, how far behind.
 *
 * @module
 */
import type { ApplyResult, Op } from "../../backends/mod.ts";
import {
  type ClusterEvent,
  type IpFamily,
  isViewEvent,
  type Kind,
  type PipelineEvent,
} from "../../core/mod.ts";
import type { SourceReport } from "../../proto/mod.ts";
import type { AgentStatus, SyncRecord, TakeRecord } from "../sync_loop.ts";
import type { Emit, Registry } from "./registry.ts";
import { triggersBetween } from "./trigger_times.ts";
import { ViewTally } from "./view_tally.ts";

/** What the measuring of syncs needs. */
export interface SyncMetricsOptions {
  /** Where the figures go. */
  readonly registry: Registry;
  /** The families that each sync serves. */
  readonly families: readonly IpFamily[];
  /** The time of day, in milliseconds since 1970. */
  readonly now: () => number;
}

const TOTALS = {
  Service: "kubeproxy_sync_proxy_rules_service_changes_total",
  EndpointSlice: "kubeproxy_sync_proxy_rules_endpoint_changes_total",
} as const;

/** Measures syncs. */
export class SyncMetrics {
  readonly #registry: Registry;
  readonly #families: readonly IpFamily[];
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #view = new ViewTally();
  readonly #pending: Record<Kind, number> = { Service: 0, EndpointSlice: 0, Node: 0 };

  /** Begins to measure. What is counted from nought is there at once. */
  constructor({ registry, families, now }: SyncMetricsOptions) {
    this.#registry = registry;
    this.#families = families;
    this.#now = now;
    this.#startedAt = now();
    for (const name of Object.values(TOTALS)) registry.add(name, {}, 0);
    for (const ip_family of families) {
      registry.set(
        "kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds",
        { ip_family },
        now() / 1000,
      );
    }
    registry.collect((emit) => {
      emit("kubeproxy_sync_proxy_rules_service_changes_pending", {}, this.#pending.Service);
      emit("kubeproxy_sync_proxy_rules_endpoint_changes_pending", {}, this.#pending.EndpointSlice);
      this.#view.collect(emit);
    });
  }

  /** The source has something to say: a sync is asked for. */
  heard(events: readonly PipelineEvent[]): void {
    for (const event of events) {
      if (isViewEvent(event)) continue; // no objects are heard of, but what they come to
      const kind = kindOf(event);
      const count = event.type === "list" ? event.objects.length : 1;
      this.#pending[kind] += count;
      if (kind !== "Node") this.#registry.add(TOTALS[kind], {}, count);
    }
    const name = "kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds";
    for (const ip_family of this.#families) {
      this.#registry.set(name, { ip_family }, this.#now() / 1000);
    }
  }

  /** The source reports. */
  reported({ severity }: SourceReport): void {
    this.#registry.add("windlass_source_reports_total", { severity });
  }

  /** Something changed for the node, and was carried out. */
  synced({ changes, stepMs, planMs, applyMs }: SyncRecord): void {
    this.#view.take(changes);
    const stages = { derive: stepMs, plan: planMs, apply: applyMs };
    for (const [stage, ms] of Object.entries(stages)) {
      this.#registry.observe("windlass_sync_stage_duration_seconds", { stage }, ms / 1000);
    }
    const seconds = (stepMs + planMs + applyMs) / 1000;
    for (const ip_family of this.#families) {
      this.#registry.observe("kubeproxy_sync_proxy_rules_duration_seconds", { ip_family }, seconds);
    }
  }

  /** A batch was taken in. */
  taken({ before, state, outcome }: TakeRecord): void {
    this.#pending.Service = 0;
    this.#pending.EndpointSlice = 0;
    if (outcome === "waiting") return;
    this.#registry.add("windlass_syncs_total", { result: outcome });
    const now = this.#now();
    for (const ip_family of this.#families) {
      const name = "kubeproxy_sync_proxy_rules_last_timestamp_seconds";
      this.#registry.set(name, { ip_family }, now / 1000);
    }
    for (
      const { family, at } of triggersBetween(before.snapshot, state.snapshot, this.#startedAt)
    ) {
      const name = "kubeproxy_network_programming_duration_seconds";
      this.#registry.observe(name, { ip_family: family }, Math.max(0, now - at) / 1000);
    }
  }

  /** An operation was tried. */
  tried({ op }: Op, _: ApplyResult, tookMs: number): void {
    this.#registry.observe("windlass_operation_duration_seconds", { operation: op }, tookMs / 1000);
  }
}

const SOURCE_STATES: readonly AgentStatus["source"]["state"][] = [
  "starting",
  "ok",
  "trouble",
  "ended",
];

/** Writes down how the agent is: its source, its operations. */
export function collectAgent({ ready, source, ops, looks }: AgentStatus, emit: Emit): void {
  emit("windlass_ready", {}, Number(ready));
  if (looks !== null) {
    emit("windlass_platform_reachable", {}, Number(looks.seen && looks.error === ""));
    emit("windlass_platform_waits", {}, looks.waits.length);
  }
  emit("windlass_sync_failures_total", {}, source.failures);
  for (const state of SOURCE_STATES) {
    const value = Number(source.state === state);
    emit("windlass_source_state", { source: source.source, state }, value);
  }
  for (const [operation, { succeeded, failed, superseded }] of Object.entries(ops.done)) {
    for (const [result, count] of Object.entries({ succeeded, failed, superseded })) {
      emit("windlass_operations_total", { operation, result }, count);
    }
  }
  const waiting = {
    pending: ops.pending,
    running: ops.inFlight,
    retrying: ops.retrying.length,
    failed: ops.failed.length,
    blocked: ops.blocked.length,
  };
  for (const [state, count] of Object.entries(waiting)) {
    emit("windlass_operations_waiting", { state }, count);
  }
}

function kindOf(event: ClusterEvent): Kind {
  if (event.type === "list") return event.kind;
  return event.type === "upsert" ? event.object.kind : event.ref.kind;
}
