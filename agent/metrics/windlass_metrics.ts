/**
 * Windlass' own metrics.
 *
 * @module
 */
import { exponential, type MetricSpec } from "./metric.ts";

const LISTENER = ["service_port", "frontend", "listener"] as const;
const ENDPOINT = [...LISTENER, "endpoint"] as const;

/** What bounds the series of single listeners. */
const PER_LISTENER =
  "For each listener, with `--metrics-detail=listener` (the default) or `endpoint`.";
const PER_ENDPOINT = "For each endpoint of a listener, with `--metrics-detail=endpoint`.";
const TOTAL = "Over all listeners, those that are gone included.";

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
  windlass_connections_total: {
    origin: "windlass",
    type: "counter",
    help: "Connections accepted, and UDP flows opened, by protocol.",
    labels: ["protocol"],
    note: TOTAL,
  },
  windlass_bytes_total: {
    origin: "windlass",
    type: "counter",
    help: "Bytes carried, by protocol and direction: in comes from clients, out goes to them.",
    labels: ["protocol", "direction"],
    note: TOTAL,
  },
  windlass_dial_failures_total: {
    origin: "windlass",
    type: "counter",
    help: "Tries to reach an endpoint that failed, by cause.",
    labels: ["cause"],
    note: TOTAL,
  },
  windlass_rejected_connections_total: {
    origin: "windlass",
    type: "counter",
    help: "Connections closed without having been proxied, by cause.",
    labels: ["cause"],
    note: TOTAL,
  },
  windlass_dropped_datagrams_total: {
    origin: "windlass",
    type: "counter",
    help: "UDP datagrams dropped, by cause.",
    labels: ["cause"],
    note: TOTAL,
  },
  windlass_ended_flows_total: {
    origin: "windlass",
    type: "counter",
    help: "UDP flows that ended, by cause.",
    labels: ["cause"],
    note: TOTAL,
  },
  windlass_active_connections: {
    origin: "windlass",
    type: "gauge",
    help: "Connections and UDP flows that live now, by protocol.",
    labels: ["protocol"],
  },
  windlass_listeners: {
    origin: "windlass",
    type: "gauge",
    help: "Sockets that are open for services, by protocol.",
    labels: ["protocol"],
  },
  windlass_draining_connections: {
    origin: "windlass",
    type: "gauge",
    help: "Connections that go on although their listener is closed.",
    labels: [],
  },
  windlass_copy_buffer_bytes: {
    origin: "windlass",
    type: "gauge",
    help: "Memory in copy buffers above the smallest size.",
    labels: [],
  },
  windlass_listener_connections_total: {
    origin: "windlass",
    type: "counter",
    help: "Connections that a listener accepted, and UDP flows that it opened.",
    labels: LISTENER,
    note: PER_LISTENER,
  },
  windlass_listener_active_connections: {
    origin: "windlass",
    type: "gauge",
    help: "Connections and UDP flows of a listener that live now.",
    labels: LISTENER,
    note: PER_LISTENER,
  },
  windlass_listener_bytes_total: {
    origin: "windlass",
    type: "counter",
    help: "Bytes that a listener carried, by direction.",
    labels: [...LISTENER, "direction"],
    note: PER_LISTENER,
  },
  windlass_listener_dial_failures_total: {
    origin: "windlass",
    type: "counter",
    help: "Tries to reach an endpoint of a listener that failed, by cause.",
    labels: [...LISTENER, "cause"],
    note: PER_LISTENER,
  },
  windlass_listener_rejected_connections_total: {
    origin: "windlass",
    type: "counter",
    help: "Connections that a listener closed without having proxied them, by cause.",
    labels: [...LISTENER, "cause"],
    note: PER_LISTENER,
  },
  windlass_listener_endpoints: {
    origin: "windlass",
    type: "gauge",
    help: "Endpoints that a listener may use.",
    labels: LISTENER,
    note: PER_LISTENER,
  },
  windlass_endpoint_connections_total: {
    origin: "windlass",
    type: "counter",
    help: "Connections and UDP flows that an endpoint took.",
    labels: ENDPOINT,
    note: PER_ENDPOINT,
  },
  windlass_endpoint_active_connections: {
    origin: "windlass",
    type: "gauge",
    help: "Connections and UDP flows to an endpoint that live now.",
    labels: ENDPOINT,
    note: PER_ENDPOINT,
  },
  windlass_endpoint_bytes_total: {
    origin: "windlass",
    type: "counter",
    help: "Bytes carried for an endpoint, by direction.",
    labels: [...ENDPOINT, "direction"],
    note: PER_ENDPOINT,
  },
  windlass_endpoint_dial_failures_total: {
    origin: "windlass",
    type: "counter",
    help: "Tries to reach an endpoint that failed, by cause.",
    labels: [...ENDPOINT, "cause"],
    note: PER_ENDPOINT,
  },
  windlass_series_left_out: {
    origin: "windlass",
    type: "gauge",
    help: "Listeners and endpoints without series of their own, because there are too many.",
    labels: ["of"],
    note: "At most 2,000 listeners and 10,000 endpoints have series; the totals count all.",
  },
  windlass_worker_restarts_total: {
    origin: "windlass",
    type: "counter",
    help: "Workers of the data path that broke down and were started again.",
    labels: [],
    note: "Only where the data path has workers.",
  },
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
