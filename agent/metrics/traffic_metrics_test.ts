import assert from "node:assert/strict";
import type { ListenerStats, UserspaceStats } from "../../backends/mod.ts";
import { DIAL_FAILURES, DROP_CAUSES, FLOW_ENDS } from "../../backends/mod.ts";
import { SILENT } from "../../core/mod.ts";
import { parseText } from "./test_parse_text.ts";
import { Registry } from "./registry.ts";
import { trafficCollector } from "./traffic_metrics.ts";

function noughts<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>; // every name
}

function listener(key: string, counts: Partial<ListenerStats> = {}): ListenerStats {
  return {
    key,
    servicePort: "default/web:http",
    kind: "ClusterIP",
    ip: "10.96.0.10",
    port: 80,
    backends: 1,
    endpoints: {},
    accepted: 0,
    active: 0,
    broken: 0,
    cut: 0,
    bytesIn: 0,
    bytesOut: 0,
    rejected: { "no-endpoints": 0, "dial-failed": 0, "source-not-allowed": 0, stopped: 0 },
    dialFailures: noughts(DIAL_FAILURES),
    acceptFailures: 0,
    ...counts,
  };
}

function stats(...listeners: readonly ListenerStats[]): UserspaceStats {
  return {
    dataPath: "test",
    listeners,
    draining: { listeners: 0, connections: 3 },
    bufferBytes: 7,
    workers: [{ worker: 0, dataPath: "deno", why: "test", restarts: 2, listeners: 1 }],
  };
}

function start(...options: Parameters<typeof trafficCollector>) {
  const state = { stats: stats() };
  const registry = new Registry(SILENT);
  const collect = trafficCollector(...options);
  registry.collect((emit) => collect(state.stats, emit));
  const samples = async () => {
    const all = [...parseText(await registry.text()).values()].flatMap((family) => family.samples);
    return new Map(
      all.map((
        { name, labels, value },
      ) => [`${name} ${Object.values(labels).join(" ")}`.trim(), value]),
    );
  };
  return { state, samples };
}

const WEB = "TCP/10.96.0.10:80";

Deno.test("totals never go back, whether a listener goes, comes back or another takes its place", async () => {
  const { state, samples } = start("total");
  const total = async () => (await samples()).get("windlass_connections_total TCP");
  state.stats = stats(
    listener(WEB, { accepted: 10 }),
    listener("TCP/10.96.0.11:80", { accepted: 1 }),
  );
  assert.equal(await total(), 11);
  state.stats = stats(listener("TCP/10.96.0.11:80", { accepted: 2 }));
  assert.equal(await total(), 12);
  state.stats = stats(
    listener(WEB, { accepted: 3 }),
    listener("TCP/10.96.0.11:80", { accepted: 2 }),
  );
  assert.equal(await total(), 15);
  state.stats = stats(
    listener(WEB, { accepted: 1 }),
    listener("TCP/10.96.0.11:80", { accepted: 2 }),
  );
  assert.equal(await total(), 16); // closed and opened again between two scrapes
});

Deno.test("UDP counts for itself, with its drops and the ends of its flows", async () => {
  const { state, samples } = start("total");
  const udp = {
    datagramsIn: 5,
    datagramsOut: 5,
    dropped: { ...noughts(DROP_CAUSES), "no-endpoints": 4 },
    flowsEnded: { ...noughts(FLOW_ENDS), idle: 2 },
  };
  state.stats = stats(
    listener("UDP/10.96.0.10:53", { accepted: 2, active: 1, bytesIn: 9, udp }),
    listener(WEB),
  );
  const all = await samples();
  assert.equal(all.get("windlass_connections_total UDP"), 2);
  assert.equal(all.get("windlass_active_connections UDP"), 1);
  assert.equal(all.get("windlass_bytes_total UDP in"), 9);
  assert.equal(all.get("windlass_dropped_datagrams_total no-endpoints"), 4);
  assert.equal(all.get("windlass_ended_flows_total idle"), 2);
  assert.equal(all.get("windlass_listeners TCP"), 1);
  assert.equal(all.get("windlass_draining_connections"), 3);
  assert.equal(all.get("windlass_worker_restarts_total"), 2);
});

Deno.test("each listener and endpoint has its series as far as they are wanted", async () => {
  const failures = { ...noughts(DIAL_FAILURES), refused: 6 };
  const endpoints = {
    "10.244.1.5:8080": {
      connections: 4,
      active: 1,
      bytesIn: 2,
      bytesOut: 3,
      dialFailures: failures,
    },
  };
  const one = listener(WEB, { accepted: 4, dialFailures: failures, endpoints });
  for (
    const [detail, listeners, each] of [["total", 0, 0], ["listener", 4, 0], [
      "endpoint",
      4,
      4,
    ]] as const
  ) {
    const { state, samples } = start(detail);
    state.stats = stats(one);
    const all = await samples();
    const labels = `default/web:http ClusterIP ${WEB}`;
    const connections = all.get(`windlass_listener_connections_total ${labels}`);
    assert.equal(connections, listeners === 0 ? undefined : 4, detail);
    assert.equal(
      all.get(`windlass_listener_dial_failures_total ${labels} refused`),
      listeners === 0 ? undefined : 6,
    );
    assert.equal(all.get(`windlass_listener_dial_failures_total ${labels} timeout`), undefined);
    assert.equal(
      all.get(`windlass_endpoint_connections_total ${labels} 10.244.1.5:8080`),
      each === 0 ? undefined : 4,
      detail,
    );
  }
});

Deno.test("beyond the limits there are totals only, and it is told how many are left out", async () => {
  const counts = {
    connections: 1,
    active: 0,
    bytesIn: 0,
    bytesOut: 0,
    dialFailures: noughts(DIAL_FAILURES),
  };
  const endpoints = { "10.244.1.5:1": counts, "10.244.1.6:1": counts };
  const { state, samples } = start("endpoint", { listeners: 1, endpoints: 3 });
  state.stats = stats(
    listener(WEB, { accepted: 1, endpoints }),
    listener("TCP/10.96.0.11:80", { accepted: 1, endpoints }),
  );
  const all = await samples();
  assert.equal(all.get("windlass_series_left_out listeners"), 1);
  assert.equal(all.get("windlass_series_left_out endpoints"), 1);
  assert.equal(all.get("windlass_connections_total TCP"), 2);
  const series = [...all.keys()].filter((key) =>
    key.startsWith("windlass_listener_connections_total")
  );
  assert.equal(series.length, 1);
});
