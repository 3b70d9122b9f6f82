/**
 * Windlass' own metrics.
 *
 * @module
 */
import { exponential, type MetricSpec } from "./metric.ts";
import { TRAFFIC_METRICS } from "./traffic_metric_specs.ts";

/** Windlass' own metrics. */
export const WINDLASS_METRICS = {
  windlass_build_info: {
    origin: "windlass",
    type: "gauge",
    help: "Always 1; the labels say what runs.",
    labels: ["version", "deno", "v8", "os", "arch"],
  },
  windlass_ready: {
    origin: "windlass",
    type: "gauge",
    help:
      "Whether Services and EndpointSlices have both been listed, so that the node is programmed.",
    labels: [],
  },
  windlass_platform_reachable: {
    origin: "windlass",
    type: "gauge",
    help: "Whether the last look at the platform (HNS) succeeded; only where it can be asked.",
    labels: [],
  },
  windlass_platform_waits: {
    origin: "windlass",
    type: "gauge",
    help: "Things that the plan waits for on the platform: the network, an endpoint of the CNI.",
    labels: [],
  },
  windlass_kpng_clients: {
    origin: "windlass",
    type: "gauge",
    help: "Clients that are connected to the KPNG server (to-api).",
    labels: [],
  },
  windlass_kpng_streams: {
    origin: "windlass",
    type: "gauge",
    help: "Watches that clients of the KPNG server have open.",
    labels: [],
  },
  windlass_syncs_total: {
    origin: "windlass",
    type: "counter",
    help:
      "Batches of changes, by what came of them: synced, or idle where nothing changed for the node.",
    labels: ["result"],
  },
  windlass_sync_stage_duration_seconds: {
    origin: "windlass",
    type: "histogram",
    help: "How long each stage of a sync took: derive, plan, apply.",
    labels: ["stage"],
    buckets: exponential(0.0001, 4, 9),
  },
  windlass_sync_failures_total: {
    origin: "windlass",
    type: "counter",
    help: "Batches of changes that could not be taken in and were given again.",
    labels: [],
  },
  windlass_service_ports: {
    origin: "windlass",
    type: "gauge",
    help: "Service ports that the node proxies, by IP family.",
    labels: ["ip_family"],
  },
  windlass_endpoints_in_use: {
    origin: "windlass",
    type: "gauge",
    help: "Endpoints that the node uses for at least one kind of traffic, by IP family.",
    labels: ["ip_family"],
    note: "An endpoint of several service ports counts with each of them.",
  },
  windlass_operations_total: {
    origin: "windlass",
    type: "counter",
    help:
      "Operations of the backend, by kind and result: succeeded, failed (each try), superseded.",
    labels: ["operation", "result"],
  },
  windlass_operation_duration_seconds: {
    origin: "windlass",
    type: "histogram",
    help: "How long it took to carry an operation out, by kind.",
    labels: ["operation"],
    buckets: exponential(0.0001, 4, 9),
  },
  windlass_operations_waiting: {
    origin: "windlass",
    type: "gauge",
    help:
      "Operations that are not done, by state: pending, running, retrying, failed (not tried again), blocked.",
    labels: ["state"],
    note: "`retrying` is the retry queue.",
  },
  windlass_source_state: {
    origin: "windlass",
    type: "gauge",
    help: "1 for the state that the source of cluster state is in, 0 for the others.",
    labels: ["source", "state"],
  },
  windlass_source_reports_total: {
    origin: "windlass",
    type: "counter",
    help: "What the source had to say, by severity: problem, trouble, recovered, note.",
    labels: ["severity"],
  },
  windlass_watches_total: {
    origin: "windlass",
    type: "counter",
    help: "Watches that were opened, by resource; all but the first are restarts.",
    labels: ["resource"],
  },
  windlass_list_duration_seconds: {
    origin: "windlass",
    type: "histogram",
    help: "From the first request of a complete list until it was read, by resource.",
    labels: ["resource"],
    buckets: exponential(0.01, 2, 13),
  },
  ...TRAFFIC_METRICS,
  windlass_health_check_ports: {
    origin: "windlass",
    type: "gauge",
    help:
      "Health-check node ports of services, by state: listening, or retrying where the port is taken.",
    labels: ["state"],
  },
  windlass_events_total: {
    origin: "windlass",
    type: "counter",
    help:
      "Kubernetes Events, by what came of them: sent, failed, limited (too many for one object), folded into a series.",
    labels: ["result"],
  },
  windlass_log_lines_total: {
    origin: "windlass",
    type: "counter",
    help: "Lines written to the log, by severity.",
    labels: ["severity"],
  },
  windlass_event_loop_lag_seconds: {
    origin: "windlass",
    type: "histogram",
    help:
      "How late a timer went off that was set for every half second: how long the program was busy.",
    labels: [],
    buckets: exponential(0.001, 2, 13),
  },
  windlass_heap_used_bytes: {
    origin: "windlass",
    type: "gauge",
    help: "JavaScript heap in use.",
    labels: [],
  },
  windlass_heap_total_bytes: {
    origin: "windlass",
    type: "gauge",
    help: "JavaScript heap set aside.",
    labels: [],
  },
  windlass_external_memory_bytes: {
    origin: "windlass",
    type: "gauge",
    help: "Memory of buffers outside the JavaScript heap.",
    labels: [],
  },
  windlass_collector_failures_total: {
    origin: "windlass",
    type: "counter",
    help: "Times that a part of the metrics could not be read.",
    labels: [],
  },
} as const satisfies Readonly<Record<string, MetricSpec>>;
