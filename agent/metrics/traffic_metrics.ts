/**
 * What the userspace backend counts, as metrics: totals that only grow, whatever listeners come and
 * go, and, as far as it is wanted and there are not too many, each listener and each endpoint.
 *
 * @module
 */
import type { EndpointCounts, ListenerStats, UserspaceStats } from "../../backends/mod.ts";
import type { MetricDetail } from "./metric_detail.ts";
import type { Emit } from "./registry.ts";
import { type Protocol, TrafficTotals } from "./traffic_totals.ts";

/** How many listeners and endpoints have series of their own. A limit keeps Prometheus alive. */
export const SERIES_LIMITS = { listeners: 2000, endpoints: 10_000 } as const;

/** Makes the collector of a userspace backend's counts. */
export function trafficCollector(
  detail: MetricDetail,
  limits: { readonly listeners: number; readonly endpoints: number } = SERIES_LIMITS,
): (stats: UserspaceStats, emit: Emit) => void {
  const totals = new TrafficTotals();
  return (stats, emit) => {
    totals.take(stats.listeners);
    totals.collect(emit);
    collectGauges(stats, emit);
    if (stats.workers.length > 0) {
      const restarts = stats.workers.reduce((sum, worker) => sum + worker.restarts, 0);
      emit("windlass_worker_restarts_total", {}, restarts);
    }
    const left = { listeners: 0, endpoints: 0 };
    if (detail !== "total") {
      stats.listeners.forEach((listener, index) => {
        if (index < limits.listeners) collectListener(listener, emit);
        else left.listeners++;
      });
    }
    if (detail === "endpoint") {
      let written = 0;
      for (const listener of stats.listeners) {
        for (const [endpoint, counts] of Object.entries(listener.endpoints)) {
          if (written++ < limits.endpoints) collectEndpoint(listener, endpoint, counts, emit);
          else left.endpoints++;
        }
      }
    }
    emit("windlass_series_left_out", { of: "listeners" }, left.listeners);
    emit("windlass_series_left_out", { of: "endpoints" }, left.endpoints);
  };
}

function collectGauges({ listeners, draining, bufferBytes }: UserspaceStats, emit: Emit): void {
  const open: Record<Protocol, number> = { TCP: 0, UDP: 0 };
  const active: Record<Protocol, number> = { TCP: 0, UDP: 0 };
  for (const listener of listeners) {
    const protocol = listener.udp === undefined ? "TCP" : "UDP";
    open[protocol]++;
    active[protocol] += listener.active;
  }
  for (const protocol of ["TCP", "UDP"] as const) {
    emit("windlass_listeners", { protocol }, open[protocol]);
    emit("windlass_active_connections", { protocol }, active[protocol]);
  }
  emit("windlass_draining_connections", {}, draining.connections);
  emit("windlass_copy_buffer_bytes", {}, bufferBytes);
}

function collectListener(listener: ListenerStats, emit: Emit): void {
  const labels = labelsOf(listener);
  emit("windlass_listener_connections_total", labels, listener.accepted);
  emit("windlass_listener_active_connections", labels, listener.active);
  emit("windlass_listener_endpoints", labels, listener.backends);
  emit("windlass_listener_bytes_total", { ...labels, direction: "in" }, listener.bytesIn);
  emit("windlass_listener_bytes_total", { ...labels, direction: "out" }, listener.bytesOut);
  for (const [cause, count] of happened(listener.dialFailures)) {
    emit("windlass_listener_dial_failures_total", { ...labels, cause }, count);
  }
  for (const [cause, count] of happened(listener.rejected)) {
    emit("windlass_listener_rejected_connections_total", { ...labels, cause }, count);
  }
}

function collectEndpoint(
  listener: ListenerStats,
  endpoint: string,
  counts: EndpointCounts,
  emit: Emit,
): void {
  const labels = { ...labelsOf(listener), endpoint };
  emit("windlass_endpoint_connections_total", labels, counts.connections);
  emit("windlass_endpoint_active_connections", labels, counts.active);
  emit("windlass_endpoint_bytes_total", { ...labels, direction: "in" }, counts.bytesIn);
  emit("windlass_endpoint_bytes_total", { ...labels, direction: "out" }, counts.bytesOut);
  for (const [cause, count] of happened(counts.dialFailures)) {
    emit("windlass_endpoint_dial_failures_total", { ...labels, cause }, count);
  }
}

function labelsOf({ servicePort, kind, key }: ListenerStats): {
  readonly service_port: string;
  readonly frontend: string;
  readonly listener: string;
} {
  return { service_port: servicePort, frontend: kind, listener: key };
}

/** The causes that did happen: nobody needs thousands of series that say nought. */
function happened(
  counts: Readonly<Record<string, number>>,
): readonly (readonly [string, number])[] {
  return Object.entries(counts).filter(([, count]) => count > 0);
}
