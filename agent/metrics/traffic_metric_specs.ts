/**
 * Windlass' own metrics of the traffic that it carries.
 *
 * @module
 */
import type { MetricSpec } from "./metric.ts";

const LISTENER = ["service_port", "frontend", "listener"] as const;
const ENDPOINT = [...LISTENER, "endpoint"] as const;

/** What bounds the series of single listeners. */
const PER_LISTENER =
  "For each listener, with `--metrics-detail=listener` (the default) or `endpoint`.";
const PER_ENDPOINT = "For each endpoint of a listener, with `--metrics-detail=endpoint`.";
const TOTAL =
  "Over all listeners; one that is gone counts as it did when the metrics were last read.";

/** The metrics of traffic. */
export const TRAFFIC_METRICS = {
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
} as const satisfies Readonly<Record<string, MetricSpec>>;
