import assert from "node:assert/strict";
import fc from "fast-check";
import { FakeLog } from "../test_fakes.ts";
import { SILENT } from "../../core/mod.ts";
import { parseText } from "./test_parse_text.ts";
import { Histogram } from "./histogram.ts";
import { Registry } from "./registry.ts";
import { METRICS } from "./table.ts";
import { headerLines, numberText, sampleLine } from "./text_format.ts";

Deno.test("a fresh registry writes nothing", async () => {
  assert.equal(await new Registry(SILENT).text(), "");
});

Deno.test("counters, gauges and histograms are written as Prometheus reads them", async () => {
  const registry = new Registry(SILENT);
  registry.add("windlass_syncs_total", { result: "synced" });
  registry.add("windlass_syncs_total", { result: "synced" }, 2);
  registry.set("windlass_ready", {}, 1);
  registry.observe("rest_client_request_duration_seconds", { verb: "GET", host: "h" }, 0.025);
  registry.observe("rest_client_request_duration_seconds", { verb: "GET", host: "h" }, 99);
  const text = await registry.text();
  assert.match(
    text,
    /^# TYPE windlass_syncs_total counter\nwindlass_syncs_total\{result="synced"\} 3$/m,
  );
  const families = parseText(text);
  assert.deepEqual([...families.keys()], [
    "rest_client_request_duration_seconds",
    "windlass_ready",
    "windlass_syncs_total",
  ]);
  const buckets = families.get("rest_client_request_duration_seconds")?.samples ?? [];
  const count = (le: string) => buckets.find(({ labels }) => labels["le"] === le)?.value;
  assert.deepEqual([count("0.005"), count("0.025"), count("60"), count("+Inf")], [0, 1, 1, 2]);
});

Deno.test("collectors are asked at each scrape, and one that fails spoils only itself", async () => {
  const log = new FakeLog();
  const registry = new Registry(log);
  let value = 1;
  registry.collect(() => {
    throw new Error("no stats");
  });
  registry.collect(async (emit) => {
    await Promise.resolve();
    emit("windlass_listeners", { protocol: "TCP" }, value++);
  });
  assert.match(await registry.text(), /windlass_listeners\{protocol="TCP"\} 1\n/);
  const text = await registry.text();
  assert.match(text, /windlass_listeners\{protocol="TCP"\} 2\n/);
  assert.match(text, /^windlass_collector_failures_total 2$/m);
  assert.match(log.lines.join("\n"), /^error Cannot read a part of the metrics.*err=no stats/);
});

Deno.test("any label value and any help survive the way through the format", () => {
  fc.assert(fc.property(fc.string(), fc.string(), fc.double(), (label, help, value) => {
    const text = headerLines("m", { origin: "windlass", type: "gauge", help, labels: [] }) +
      sampleLine("m", ["a", label, "b", ""], value);
    // A lone line break of another kind ends no line of the format, and JavaScript's "." must know it.
    fc.pre(!/[\r\u2028\u2029]/.test(label + help));
    const [sample] = parseText(text).get("m")?.samples ?? [];
    assert.deepEqual(sample?.labels, { a: label, b: "" });
    assert.equal(sample?.value, Object.is(value, -0) ? 0 : value);
  }));
});

Deno.test.each([
  { value: 0.001, text: "0.001" },
  { value: 1e21, text: "1e+21" },
  { value: Infinity, text: "+Inf" },
  { value: -Infinity, text: "-Inf" },
  { value: NaN, text: "NaN" },
])("$value is written as $text", ({ value, text }) => {
  assert.equal(numberText(value), text);
});

Deno.test("a value that equals a limit lies under it, and buckets add up", () => {
  const histogram = new Histogram([1, 2]);
  for (const value of [0.5, 1, 1.5, 2, 3]) histogram.observe(value);
  assert.equal(
    histogram.lines("h", []),
    'h_bucket{le="1"} 2\nh_bucket{le="2"} 4\nh_bucket{le="+Inf"} 5\nh_sum 8\nh_count 5\n',
  );
});

Deno.test("every metric has a good name, growing buckets, and a name that fits its type", () => {
  for (const [name, spec] of Object.entries(METRICS)) {
    assert.match(name, /^[a-z][a-z0-9_]*[a-z0-9]$/);
    if (spec.origin === "windlass") {
      assert.equal(name.endsWith("_total"), spec.type === "counter", name);
      assert.match(name, /^windlass_/);
    }
    for (const label of spec.labels) assert.match(label, /^[a-z][a-z0-9_]*$/);
    if (spec.type !== "histogram") continue;
    spec.buckets.reduce((before, limit) => (assert.ok(limit > before, name), limit), 0);
  }
});
