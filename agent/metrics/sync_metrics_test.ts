import assert from "node:assert/strict";
import { readObject, SILENT } from "../../core/mod.ts";
import { startAgent } from "../sync_loop.ts";
import { FakeBackend, FakeSource, listOf, service, slice, upsert } from "../test_fakes.ts";
import { FakeTimers } from "../test_timers.ts";
import { parseText } from "./test_parse_text.ts";
import { Registry } from "./registry.ts";
import { collectAgent, SyncMetrics } from "./sync_metrics.ts";

const T0 = Date.UTC(2026, 0, 5, 10);

function start() {
  const source = new FakeSource();
  const backend = new FakeBackend();
  const timers = new FakeTimers();
  const registry = new Registry(SILENT);
  const now = () => T0 + timers.now();
  const metrics = new SyncMetrics({ registry, families: ["IPv4", "IPv6"], now });
  const agent = startAgent({
    source: {
      name: source.name,
      run: (sink, signal) =>
        source.run({
          report: sink.report,
          events(batch) {
            metrics.heard(batch);
            sink.events(batch);
          },
        }, signal),
    },
    backend,
    nodeName: "n1",
    minSyncPeriodMs: 1000,
    log: SILENT,
    timers,
    now,
    onSync: (sync) => metrics.synced(sync),
    onTake: (take) => metrics.taken(take),
    onResult: (...result) => metrics.tried(...result),
  });
  registry.collect((emit) => collectAgent(agent.status(), emit));
  const value = async (name: string, labels: Readonly<Record<string, string>> = {}) => {
    const family = parseText(await registry.text()).get(name.replace(/_(count|sum)$/, ""));
    const wanted = JSON.stringify(labels);
    return family?.samples.find((each) =>
      each.name === name && JSON.stringify(each.labels) === wanted
    )?.value;
  };
  return { source, backend, timers, agent, value };
}

function triggeredSlice(triggeredAt: string) {
  const result = readObject({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: "web-1",
      labels: { "kubernetes.io/service-name": "web" },
      annotations: { "endpoints.kubernetes.io/last-change-trigger-time": triggeredAt },
    },
    addressType: "IPv4",
    ports: [{ port: 8080 }],
    endpoints: [{ addresses: ["10.244.1.5"] }],
  });
  if (result.outcome !== "object") throw new TypeError("no slice");
  return result.object;
}

Deno.test("changes wait until they are taken in, and are counted for ever", async () => {
  const { source, timers, agent, value } = start();
  const pending = "kubeproxy_sync_proxy_rules_endpoint_changes_pending";
  assert.equal(await value("kubeproxy_sync_proxy_rules_service_changes_total"), 0);
  source.say(
    listOf("Service", service("web", "10.96.0.10")),
    listOf("EndpointSlice", slice("web", "10.244.1.5")),
  );
  assert.equal(await value(pending), 1);
  await timers.advance(0);
  assert.equal(await value(pending), 0);
  await timers.advance(500);
  source.say(upsert(slice("web", "10.244.1.6")), upsert(slice("web", "10.244.1.7")));
  assert.equal(await value(pending), 2);
  await timers.advance(500);
  assert.equal(await value(pending), 0);
  assert.equal(await value("kubeproxy_sync_proxy_rules_endpoint_changes_total"), 3);
  assert.equal(await value("kubeproxy_sync_proxy_rules_service_changes_total"), 1);
  await agent.stop();
});

Deno.test("a sync counts for both families, and its times tell how far behind it is", async () => {
  const { source, timers, agent, value } = start();
  await timers.advance(2000);
  source.say(listOf("Service", service("web", "10.96.0.10")), listOf("EndpointSlice"));
  await timers.advance(0);
  for (const ip_family of ["IPv4", "IPv6"]) {
    assert.equal(
      await value("kubeproxy_sync_proxy_rules_duration_seconds_count", { ip_family }),
      1,
    );
    for (const what of ["last_timestamp", "last_queued_timestamp"]) {
      assert.equal(
        await value(`kubeproxy_sync_proxy_rules_${what}_seconds`, { ip_family }),
        T0 / 1000 + 2,
      );
    }
  }
  assert.equal(await value("windlass_syncs_total", { result: "synced" }), 1);
  assert.equal(await value("windlass_sync_stage_duration_seconds_count", { stage: "plan" }), 1);
  assert.equal(await value("windlass_ready"), 1);
  assert.equal(
    await value("windlass_operations_total", { operation: "add", result: "succeeded" }),
    1,
  );
  assert.equal(await value("windlass_operation_duration_seconds_count", { operation: "add" }), 1);
  await agent.stop();
});

Deno.test("network programming counts from the slice's own time, unless that was before the start", async () => {
  const { source, timers, agent, value } = start();
  const name = "kubeproxy_network_programming_duration_seconds";
  await timers.advance(10_000);
  source.say(
    listOf("Service", service("web", "10.96.0.10")),
    listOf("EndpointSlice", triggeredSlice("2026-01-05T09:59:59Z")),
  );
  await timers.advance(0);
  assert.equal(await value(`${name}_count`, { ip_family: "IPv4" }), undefined);
  await timers.advance(2000);
  source.say(upsert(triggeredSlice("2026-01-05T10:00:07Z")));
  await timers.advance(0);
  assert.equal(await value(`${name}_count`, { ip_family: "IPv4" }), 1);
  assert.equal(await value(`${name}_sum`, { ip_family: "IPv4" }), 5);
  source.say({ type: "delete", ref: triggeredSlice("") });
  await timers.advance(2000);
  assert.equal(await value(`${name}_count`, { ip_family: "IPv4" }), 1);
  await agent.stop();
});

Deno.test("what the node proxies is counted as it comes and goes", async () => {
  const { source, timers, agent, value } = start();
  const local = readObject({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web" },
    spec: {
      type: "NodePort",
      clusterIP: "10.96.0.10",
      internalTrafficPolicy: "Local",
      externalTrafficPolicy: "Local",
      ports: [{ port: 80, nodePort: 30080 }],
    },
  });
  assert.equal(local.outcome, "object");
  if (local.outcome !== "object") return;
  source.say(
    listOf("Service", local.object, service("plain", "10.96.0.11")),
    listOf("EndpointSlice", slice("web", "10.244.1.5"), slice("plain", "10.244.1.6", "10.244.1.7")),
  );
  await timers.advance(0);
  const noLocal = "kubeproxy_sync_proxy_rules_no_local_endpoints_total";
  assert.equal(await value("windlass_service_ports", { ip_family: "IPv4" }), 2);
  assert.equal(await value("windlass_endpoints_in_use", { ip_family: "IPv4" }), 2);
  assert.equal(await value(noLocal, { traffic_policy: "internal", ip_family: "IPv4" }), 1);
  assert.equal(await value(noLocal, { traffic_policy: "external", ip_family: "IPv4" }), 1);
  source.say({ type: "delete", ref: local.object });
  await timers.advance(1000);
  assert.equal(await value(noLocal, { traffic_policy: "internal", ip_family: "IPv4" }), 0);
  assert.equal(await value("windlass_service_ports", { ip_family: "IPv4" }), 1);
  await agent.stop();
});

Deno.test("an operation that fails shows in the retry queue", async () => {
  const { source, backend, timers, agent, value } = start();
  backend.answers.set("default/web/TCP/IPv4", { ok: false, error: "Cannot", retry: true });
  source.say(listOf("Service", service("web", "10.96.0.10")), listOf("EndpointSlice"));
  await timers.advance(0);
  assert.equal(await value("windlass_operations_waiting", { state: "retrying" }), 1);
  assert.equal(await value("windlass_operations_total", { operation: "add", result: "failed" }), 1);
  await agent.stop();
});

Deno.test("what a plan waits for on the platform is told, and whether the platform answers", async () => {
  const registry = new Registry(SILENT);
  const { agent } = start();
  const wait = { key: "network/Calico", what: "the network Calico" };
  registry.collect((emit) =>
    collectAgent({ ...agent.status(), looks: { seen: true, error: "", waits: [wait] } }, emit)
  );
  const families = parseText(await registry.text());
  assert.equal(families.get("windlass_platform_reachable")?.samples[0]?.value, 1);
  assert.equal(families.get("windlass_platform_waits")?.samples[0]?.value, 1);
  await agent.stop();
});
