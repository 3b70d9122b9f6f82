import assert from "node:assert/strict";
import { ServiceHealthServers } from "../agent/health/service_health.ts";
import type { MetricSpec } from "../agent/metrics/metric.ts";
import { metricsPage } from "../agent/metrics/metrics_page.ts";
import { collectAgent } from "../agent/metrics/sync_metrics.ts";
import { METRICS } from "../agent/metrics/table.ts";
import { startAgent } from "../agent/sync_loop.ts";
import { REAL_TIMERS } from "../agent/timers.ts";
import { printBackend } from "../backends/mod.ts";
import { SILENT } from "../core/mod.ts";
import { METRICS_PAGE } from "./metrics_page.ts";

const DASHBOARD = new URL("../deploy/grafana/windlass-overview.json", import.meta.url);
const ALERTS = new URL("../deploy/grafana/windlass-alerts.yaml", import.meta.url);

/** The metrics that a query names. */
function metricsIn(query: string): readonly string[] {
  const bare = query.replaceAll(/"[^"]*"/g, '""');
  return [...bare.matchAll(/\b(?:kubeproxy|windlass|process|rest_client|kubernetes)_\w+/g)].map((
    [name],
  ) => name);
}

/** The labels of a metric, or of a line of a histogram; `null` if the table does not have it. */
function labelsOf(name: string): readonly string[] | null {
  const specs: ReadonlyMap<string, MetricSpec> = new Map(Object.entries(METRICS));
  const plain = specs.get(name);
  if (plain !== undefined) return plain.labels;
  const [, base = "", line] = /^(.*)_(bucket|sum|count)$/.exec(name) ?? [];
  const spec = specs.get(base);
  if (spec?.type !== "histogram") return null;
  return line === "bucket" ? [...spec.labels, "le"] : spec.labels;
}

function isKnown(name: string): boolean {
  return labelsOf(name) !== null;
}

/** What Prometheus adds to every sample. */
const OF_EVERY_SAMPLE = ["instance", "job"];

/** The labels that a query names without having them: `metric{label}`, `by (label)`, `{{label}}`. */
function strangeLabels(query: string, legend: string): readonly string[] {
  const texts = query.replaceAll(/"[^"]*"/g, '""');
  const all = [...OF_EVERY_SAMPLE, ...metricsIn(query).flatMap((name) => labelsOf(name) ?? [])];
  const selected = [...texts.matchAll(/(\w+)\{([^}]*)\}/g)].flatMap(([, name = "", inner = ""]) =>
    [...inner.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].flatMap(([, label = ""]) =>
      [...OF_EVERY_SAMPLE, ...labelsOf(name) ?? []].includes(label) ? [] : [`${name}{${label}}`]
    )
  );
  const grouped = [...texts.matchAll(/\bby\s*\(([^)]*)\)/g)].flatMap(([, list = ""]) =>
    list.split(",").map((label) => label.trim())
  );
  const shown = [...legend.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g)].map(([, label = ""]) =>
    label
  );
  // an aggregation leaves only what it groups by
  const left = /\b(?:sum|max|min|avg|count)\b/.test(texts) ? grouped : all;
  return [
    ...selected,
    ...grouped.filter((label) => !all.includes(label)),
    ...shown.filter((label) => !left.includes(label)),
  ];
}

/** The values of label `state` that a metric's samples have. */
async function states(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const found = new Map<string, Set<string>>();
  const keep = (name: string, labels: Readonly<Record<string, string>>): void => {
    const { state } = labels;
    if (state !== undefined) found.set(name, (found.get(name) ?? new Set()).add(state));
  };
  const agent = startAgent({
    source: { name: "none", run: () => Promise.resolve() },
    backend: printBackend({ format: "text", write() {} }),
    nodeName: "n1",
    minSyncPeriodMs: 0,
    drainTimeoutMs: 0,
    log: SILENT,
    now: () => 0,
  });
  collectAgent(agent.status(), keep);
  await agent.stop();
  const ports = new ServiceHealthServers({ healthy: () => true, log: SILENT, timers: REAL_TIMERS });
  for (const state of Object.keys(ports.counts())) keep("windlass_health_check_ports", { state });
  return found;
}

/** The values of label `state` that a query asks for and no sample has. */
async function strangeStates(query: string): Promise<readonly string[]> {
  const known = await states();
  return [...query.matchAll(/(\w+)\{[^}]*\bstate=~?"([^"]*)"/g)].flatMap((
    [, name = "", values = ""],
  ) =>
    values.split("|").filter((value) => known.get(name)?.has(value) !== true)
      .map((value) => `${name}{state="${value}"}`)
  );
}

/** The values of every field with that name, wherever it is. */
function fieldsNamed(value: unknown, name: string): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(key === name ? [inner] : []),
    ...fieldsNamed(inner, name),
  ]);
}

Deno.test("docs/reference/metrics.md is what the table says (deno task docs:metrics)", async () => {
  assert.equal(await Deno.readTextFile(METRICS_PAGE), metricsPage());
});

Deno.test("the dashboard is one that Grafana takes, and names only metrics that there are", async () => {
  const dashboard = JSON.parse(await Deno.readTextFile(DASHBOARD));
  assert.ok(dashboard.schemaVersion >= 38, "Grafana 10");
  assert.equal(dashboard.id, null);
  assert.match(dashboard.uid, /^[\w-]{1,40}$/);
  const variables = dashboard.templating.list.map((
    each: { readonly type: string; readonly name: string },
  ) => `${each.type} ${each.name}`);
  assert.deepEqual(variables, ["datasource datasource", "query instance"]);
  const ids = dashboard.panels.map((panel: { readonly id: number }) => panel.id);
  assert.equal(new Set(ids).size, ids.length, "each panel has an id of its own");
  for (const source of fieldsNamed(dashboard.panels, "datasource")) {
    assert.deepEqual(source, { type: "prometheus", uid: "${datasource}" });
  }
  const queries = fieldsNamed(dashboard, "expr").map(String);
  assert.ok(queries.length > 20);
  for (const query of queries) {
    const names = metricsIn(query);
    assert.ok(names.length > 0, query);
    for (const name of names) assert.ok(isKnown(name), `${name} in ${query}`);
    assert.equal(query.split("(").length, query.split(")").length, query);
  }
});

Deno.test("what queries select, group by and show are labels that the metrics have", async () => {
  const { panels } = JSON.parse(await Deno.readTextFile(DASHBOARD));
  for (const { title, targets = [] } of panels) {
    for (const { expr, legendFormat } of targets) {
      assert.deepEqual(strangeLabels(expr, legendFormat ?? ""), [], `${title}: ${expr}`);
      assert.deepEqual(await strangeStates(expr), [], title);
    }
  }
  const { load } = await import("js-yaml");
  for (const rule of fieldsNamed(load(await Deno.readTextFile(ALERTS)), "rules").flat()) {
    const { alert, expr, annotations } = Object(rule);
    const text = Object.values(Object(annotations)).join(" ");
    assert.deepEqual(strangeLabels(expr, text), [], alert);
    assert.deepEqual(await strangeStates(expr), [], alert);
  }
});

Deno.test("a query with a label or a value that nobody writes is found out", async () => {
  assert.deepEqual(strangeLabels('sum by (kind) (windlass_ready{node="a"})', "{{ip}}"), [
    "windlass_ready{node}",
    "kind",
    "ip",
  ]);
  assert.deepEqual(await strangeStates('windlass_operations_waiting{state=~"failed|lost"}'), [
    'windlass_operations_waiting{state="lost"}',
  ]);
});

Deno.test("panels do not cover each other", async () => {
  const { panels } = JSON.parse(await Deno.readTextFile(DASHBOARD));
  const cells = new Set<string>();
  for (const { title, gridPos: { x, y, w, h } } of panels) {
    assert.ok(x + w <= 24, title);
    for (let row = y; row < y + h; row++) {
      for (let column = x; column < x + w; column++) {
        assert.ok(!cells.has(`${row}/${column}`), `${title} covers another panel`);
        cells.add(`${row}/${column}`);
      }
    }
  }
});

Deno.test("alerts name only metrics that there are, and say what to do", async () => {
  const { load } = await import("js-yaml");
  const rules = fieldsNamed(load(await Deno.readTextFile(ALERTS)), "rules").flat();
  assert.ok(rules.length >= 8);
  for (const rule of rules) {
    const { alert, expr, for: duration, labels, annotations } = rule as Record<string, unknown>;
    assert.match(String(alert), /^Windlass[A-Za-z]+$/);
    assert.match(String(duration), /^\d+[mh]$/);
    assert.match(String(Reflect.get(Object(labels), "severity")), /^(warning|critical)$/);
    for (const field of ["summary", "description"]) {
      assert.ok(
        String(Reflect.get(Object(annotations), field) ?? "").length > 20,
        `${alert} has no ${field}`,
      );
    }
    const names = metricsIn(String(expr));
    assert.ok(names.length > 0, String(alert));
    for (const name of names) assert.ok(isKnown(name), `${name} in ${alert}`);
  }
});
