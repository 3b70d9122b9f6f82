import assert from "node:assert/strict";
import { SLI_METRICS } from "./healthcheck_slis.ts";
import type { MetricSpec } from "./metric.ts";
import { METRICS } from "./table.ts";

const from = (first: number, to: number, step: number): readonly number[] =>
  Array.from({ length: (to - first) / step + 1 }, (_, n) => first + n * step);

/** Network programming, as kube-proxy's source has it. */
const PROGRAMMING = [0.25, 0.5, ...from(1, 59, 1), ...from(60, 115, 5), ...from(120, 300, 30)];
const REST = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];

/** A metric's type, its labels and its buckets. */
type Shape = readonly [
  type: MetricSpec["type"],
  labels: readonly string[],
  buckets?: readonly number[],
];

/**
 * What kube-proxy 1.34 serves on Windows, written down by hand: dashboards and alerts ask for these,
 * with these labels and these buckets.
 */
const OF_KUBE_PROXY: Readonly<Record<string, Shape>> = {
  kubeproxy_sync_proxy_rules_duration_seconds: [
    "histogram",
    ["ip_family"],
    Array.from({ length: 15 }, (_, n) => 0.001 * 2 ** n),
  ],
  kubeproxy_sync_proxy_rules_last_timestamp_seconds: ["gauge", ["ip_family"]],
  kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds: ["gauge", ["ip_family"]],
  kubeproxy_sync_proxy_rules_endpoint_changes_pending: ["gauge", []],
  kubeproxy_sync_proxy_rules_endpoint_changes_total: ["counter", []],
  kubeproxy_sync_proxy_rules_service_changes_pending: ["gauge", []],
  kubeproxy_sync_proxy_rules_service_changes_total: ["counter", []],
  kubeproxy_proxy_healthz_total: ["counter", ["code"]],
  kubeproxy_proxy_livez_total: ["counter", ["code"]],
  kubeproxy_network_programming_duration_seconds: ["histogram", ["ip_family"], PROGRAMMING],
  kubeproxy_sync_proxy_rules_no_local_endpoints_total: ["gauge", ["traffic_policy", "ip_family"]],
  kubernetes_build_info: ["gauge", [
    "major",
    "minor",
    "git_version",
    "git_commit",
    "git_tree_state",
    "build_date",
    "go_version",
    "compiler",
    "platform",
  ]],
  kubernetes_feature_enabled: ["gauge", ["name", "stage"]],
  rest_client_requests_total: ["counter", ["code", "method", "host"]],
  rest_client_request_duration_seconds: ["histogram", ["verb", "host"], REST],
  process_start_time_seconds: ["gauge", []],
  process_cpu_seconds_total: ["counter", []],
  process_resident_memory_bytes: ["gauge", []],
  kubernetes_healthcheck: ["gauge", ["name", "type"]],
  kubernetes_healthchecks_total: ["counter", ["name", "type", "status"]],
};

Deno.test("kube-proxy's metrics have its names, types, labels, buckets and stability", () => {
  const specs: Readonly<Record<string, MetricSpec>> = { ...METRICS, ...SLI_METRICS };
  for (const [name, [type, labels, buckets = null]] of Object.entries(OF_KUBE_PROXY)) {
    const spec = specs[name];
    assert.ok(spec !== undefined, name);
    assert.deepEqual([spec.type, spec.labels.toSorted()], [type, labels.toSorted()], name);
    assert.deepEqual(spec.type === "histogram" ? spec.buckets : null, buckets, name);
    if (name.startsWith("kubeproxy_")) assert.match(spec.help, /^\[ALPHA\] /, name);
  }
});

Deno.test("nothing else is served under the names of others", () => {
  const others = Object.entries(METRICS).filter(([, { origin }]) => origin !== "windlass");
  assert.deepEqual(others.filter(([name]) => !Object.hasOwn(OF_KUBE_PROXY, name)), []);
  for (const [name, { origin }] of Object.entries(METRICS)) {
    assert.equal(origin === "windlass", name.startsWith("windlass_"), name);
  }
});
