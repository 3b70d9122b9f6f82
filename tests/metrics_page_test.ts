import assert from "node:assert/strict";
import { metricsPage } from "../agent/metrics/metrics_page.ts";
import { METRICS } from "../agent/metrics/table.ts";
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

/** Whether the table has the metric, which may be a line of a histogram. */
function isKnown(name: string): boolean {
  if (Object.hasOwn(METRICS, name)) return true;
  const [, base = "", line] = /^(.*)_(bucket|sum|count)$/.exec(name) ?? [];
  const spec = Object.entries(METRICS).find(([each]) => each === base)?.[1];
  return line !== undefined && spec?.type === "histogram";
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
