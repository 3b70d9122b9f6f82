import assert from "node:assert/strict";
import { SILENT } from "../../core/mod.ts";
import type { KubeConnection } from "../../proto/mod.ts";
import { FakeLog, listOf } from "../test_fakes.ts";
import { FakeTimers } from "../test_timers.ts";
import { parseText } from "./test_parse_text.ts";
import { ClientMetrics } from "./client_metrics.ts";
import { logCounter } from "./counted_log.ts";
import { LAG_PERIOD_MS, measureLag } from "./process_metrics.ts";
import { Registry } from "./registry.ts";

function connection(get: KubeConnection["get"]): KubeConnection {
  return { server: "https://api:6443", notes: [], get, renew() {}, close() {} };
}

Deno.test("requests are counted by code, lists and watches by resource", async () => {
  const registry = new Registry(SILENT);
  let now = 0;
  const log = new FakeLog();
  const metrics = new ClientMetrics({ registry, now: () => now, log });
  const measured = metrics.connection(connection((path) => {
    now += 100;
    if (path.includes("nodes")) return Promise.reject(new Error("no way"));
    return Promise.resolve({ status: 200, retryAfterMs: 0, body: new Blob().stream() });
  }));
  const { signal } = new AbortController();
  const get = async (path: string) => await (await measured.get(path, signal)).body.cancel();
  await get("/api/v1/services?limit=500");
  await get("/api/v1/services?limit=500&continue=x");
  metrics.heard([listOf("Service")]);
  await get("/apis/discovery.k8s.io/v1/endpointslices?watch=true&sendInitialEvents=true");
  now += 900;
  metrics.heard([listOf("EndpointSlice")]);
  await get("/api/v1/services?watch=true&resourceVersion=5");
  await assert.rejects(get("/api/v1/nodes?watch=true"), /no way/);
  assert.equal(log.lines.length, 5);
  assert.equal(
    log.lines[0],
    "info Response verb=GET url=https://api:6443/api/v1/services?limit=500 status=200 milliseconds=100",
  );
  const text = await registry.text();
  parseText(text);
  assert.match(text, /^rest_client_requests_total\{code="200",method="GET",host="api:6443"\} 4$/m);
  assert.match(
    text,
    /^rest_client_requests_total\{code="<error>",method="GET",host="api:6443"\} 1$/m,
  );
  assert.match(
    text,
    /^rest_client_request_duration_seconds_sum\{verb="GET",host="api:6443"\} 0\.5$/m,
  );
  assert.match(text, /^windlass_watches_total\{resource="services"\} 1$/m);
  assert.match(text, /^windlass_list_duration_seconds_sum\{resource="services"\} 0\.2$/m);
  assert.match(text, /^windlass_list_duration_seconds_sum\{resource="endpointslices"\} 1$/m);
  assert.doesNotMatch(text, /windlass_list_duration_seconds_count\{resource="nodes"/);
});

Deno.test("log lines are counted by severity, those that are switched off are not", async () => {
  const registry = new Registry(SILENT);
  const inner = new FakeLog();
  const log = logCounter(registry)({
    v: (level) => level > 2 ? null : inner,
    info: (...line) => inner.info(...line),
    warn: (...line) => inner.warn(...line),
    error: (...line) => inner.error(...line),
  });
  log.info("a");
  log.v(2)?.info("b", { x: 1 });
  log.v(3)?.info("c");
  log.warn("d");
  log.error("e");
  assert.deepEqual(inner.lines, ["info a", "info b x=1", "warn d", "error e"]);
  const text = await registry.text();
  assert.match(
    text,
    /\{severity="info"\} 2\n.*\{severity="warning"\} 1\n.*\{severity="error"\} 1\n/,
  );
});

Deno.test("the event loop's lag is how late a timer goes off", async () => {
  const registry = new Registry(SILENT);
  const timers = new FakeTimers();
  let late = 0;
  const stop = measureLag(registry, {
    now: () => timers.now() + late,
    after: (...timer) => timers.after(...timer),
  });
  await timers.advance(LAG_PERIOD_MS);
  late = 250;
  await timers.advance(LAG_PERIOD_MS);
  stop();
  assert.equal(timers.waiting, 0);
  const text = await registry.text();
  assert.match(text, /^windlass_event_loop_lag_seconds_sum 0\.25$/m);
  assert.match(text, /^windlass_event_loop_lag_seconds_count 2$/m);
});
