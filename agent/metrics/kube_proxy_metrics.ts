/**
 * The metrics that kube-proxy has and that apply here, under the same names, with the same labels,
 * buckets and help, so that existing dashboards and alerts go on working.
 *
 * @module
 */
import { exponential, linear, type MetricSpec } from "./metric.ts";

const ALPHA = "[ALPHA] ";
const SYNC = "kubeproxy_sync_proxy_rules";
const REST_SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60] as const;

/** One sync serves both families, and counts for each of them. */
const BOTH = "One sync serves both families: each has a sample of it.";

/** kube-proxy's own metrics, and those of the libraries that it is made of. */
export const KUBE_PROXY_METRICS = {
  [`${SYNC}_duration_seconds` as const]: {
    origin: "kube-proxy",
    type: "histogram",
    help: `${ALPHA}SyncProxyRules latency in seconds`,
    labels: ["ip_family"],
    buckets: exponential(0.001, 2, 15),
    note: BOTH,
  },
  [`${SYNC}_last_timestamp_seconds` as const]: {
    origin: "kube-proxy",
    type: "gauge",
    help: `${ALPHA}The last time proxy rules were successfully synced`,
    labels: ["ip_family"],
    note: "Moves with each batch of changes taken in, and where nothing changes once in each " +
      "`--iptables-sync-period`.",
  },
  [`${SYNC}_last_queued_timestamp_seconds` as const]: {
    origin: "kube-proxy",
    type: "gauge",
    help: `${ALPHA}The last time a sync of proxy rules was queued`,
    labels: ["ip_family"],
    note: "Much later than the last sync: stuck.",
  },
  [`${SYNC}_endpoint_changes_pending` as const]: {
    origin: "kube-proxy",
    type: "gauge",
    help: `${ALPHA}Pending proxy rules Endpoint changes`,
    labels: [],
  },
  [`${SYNC}_endpoint_changes_total` as const]: {
    origin: "kube-proxy",
    type: "counter",
    help: `${ALPHA}Cumulative proxy rules Endpoint changes`,
    labels: [],
    note: "Each EndpointSlice that was heard of, also in a list.",
  },
  [`${SYNC}_service_changes_pending` as const]: {
    origin: "kube-proxy",
    type: "gauge",
    help: `${ALPHA}Pending proxy rules Service changes`,
    labels: [],
  },
  [`${SYNC}_service_changes_total` as const]: {
    origin: "kube-proxy",
    type: "counter",
    help: `${ALPHA}Cumulative proxy rules Service changes`,
    labels: [],
    note: "Each Service that was heard of, once (a dual-stack kube-proxy counts it twice).",
  },
  [`${SYNC}_no_local_endpoints_total` as const]: {
    origin: "kube-proxy",
    type: "gauge",
    help: `${ALPHA}Number of services with a Local traffic policy and no endpoints`,
    labels: ["traffic_policy", "ip_family"],
    note: "Filled on every platform; kube-proxy leaves it empty on Windows.",
  },
  kubeproxy_network_programming_duration_seconds: {
    origin: "kube-proxy",
    type: "histogram",
    help: `${ALPHA}In Cluster Network Programming Latency in seconds`,
    labels: ["ip_family"],
    buckets: [0.25, 0.5, ...linear(1, 1, 59), ...linear(60, 5, 12), ...linear(120, 30, 7)],
    note: "Filled on every platform; kube-proxy leaves it empty on Windows.",
  },
  kubeproxy_proxy_healthz_total: {
    origin: "kube-proxy",
    type: "counter",
    help: `${ALPHA}Cumulative proxy healthz HTTP status`,
    labels: ["code"],
  },
  kubeproxy_proxy_livez_total: {
    origin: "kube-proxy",
    type: "counter",
    help: `${ALPHA}Cumulative proxy livez HTTP status`,
    labels: ["code"],
  },
  kubernetes_build_info: {
    origin: "component-base",
    type: "gauge",
    help:
      `${ALPHA}A metric with a constant '1' value labeled by major, minor, git version, git commit, ` +
      "git tree state, build date, Go version, and compiler from which Kubernetes was built, and " +
      "platform on which it is running.",
    labels: [
      "major",
      "minor",
      "git_version",
      "git_commit",
      "git_tree_state",
      "build_date",
      "go_version",
      "compiler",
      "platform",
    ],
    note: "The Kubernetes release whose kube-proxy this follows; go_version names Deno's.",
  },
  kubernetes_feature_enabled: {
    origin: "component-base",
    type: "gauge",
    help: "[BETA] This metric records the data about the stage and enablement of a k8s feature.",
    labels: ["name", "stage"],
    note: "Only with kube-proxy's command line, which has feature gates.",
  },
  rest_client_requests_total: {
    origin: "client-go",
    type: "counter",
    help: `${ALPHA}Number of HTTP requests, partitioned by status code, method, and host.`,
    labels: ["code", "method", "host"],
    note: "Code `<error>` where no answer came.",
  },
  rest_client_request_duration_seconds: {
    origin: "client-go",
    type: "histogram",
    help: `${ALPHA}Request latency in seconds. Broken down by verb, and host.`,
    labels: ["verb", "host"],
    buckets: REST_SECONDS,
    note: "Until the head of the answer.",
  },
  process_start_time_seconds: {
    origin: "process",
    type: "gauge",
    help: "Start time of the process since unix epoch in seconds.",
    labels: [],
  },
  process_cpu_seconds_total: {
    origin: "process",
    type: "counter",
    help: "Total user and system CPU time spent in seconds.",
    labels: [],
  },
  process_resident_memory_bytes: {
    origin: "process",
    type: "gauge",
    help: "Resident memory size in bytes.",
    labels: [],
  },
} as const satisfies Readonly<Record<string, MetricSpec>>;

/** Metrics of kube-proxy that are not here, and why. */
export const LEFT_OUT: readonly { readonly names: string; readonly why: string }[] = [
  {
    names: "`kubeproxy_sync_proxy_rules_iptables_*`, `…_nftables_*`, `kubeproxy_iptables_*`",
    why: "Of the modes on Linux only",
  },
  {
    names: "`kubeproxy_sync_full_proxy_rules_*`, `kubeproxy_sync_partial_proxy_rules_*`",
    why: "Of the modes on Linux only; here each sync is as large as its change",
  },
  { names: "`kubeproxy_conntrack_reconciler_*`", why: "No connection tracking of the kernel's" },
  {
    names: "`process_virtual_memory_bytes`, `process_open_fds`, `process_max_fds`",
    why: "Deno gives `/proc` only to programs that may do everything",
  },
  { names: "`go_*`", why: "No Go; see `windlass_heap_*` and `windlass_event_loop_lag_seconds`" },
  {
    names: "`rest_client_rate_limiter_*`, `rest_client_*_size_bytes`, `rest_client_exec_plugin_*`",
    why: "No client-side rate limit; sizes and plugins are not counted",
  },
  {
    names: "`rest_client_request_retries_total`, `rest_client_transport_*`",
    why: "client-go's own: see `windlass_watches_total`",
  },
  {
    names: "`registered_metrics_total`, `hidden_metrics_total`, `disabled_metrics_total`",
    why: "No metric is hidden or can be switched off here",
  },
  { names: "`workqueue_*`, `leader_election_*`", why: "Registered in kube-proxy and never filled" },
];
