import assert from "node:assert/strict";
import { overviewAt } from "../test_overview.ts";
import type { ServiceRow, TrafficCounts } from "../wire.ts";
import { Store } from "./store.js";

function row(service: string, parts: Partial<ServiceRow> = {}): ServiceRow {
  return {
    service,
    type: "ClusterIP",
    verdict: { level: "good", rule: "proxied", why: "" },
    frontends: [],
    more: 0,
    endpoints: 2,
    used: 1,
    ...parts,
  };
}

function filled(...counts: readonly TrafficCounts[]): Store {
  const store = new Store();
  store.apply({ reset: true, overview: overviewAt(1000) });
  store.apply({ rows: [row("b/b"), row("a/a", { used: 2 })] });
  store.apply({ rows: [row("c/c")], counts, complete: true });
  return store;
}

const names = (store: Store, order: Parameters<Store["sorted"]>[0]["order"], down = false) =>
  store.sorted({ order, down, only: null }).map(({ service }) => service);

Deno.test("rates come from what was counted since the last update, and go when it stops", () => {
  const store = filled(["a/a", 1, 100, 1000, 0]);
  assert.equal(store.traffic("a/a").connectionRate, 0, "the first counts are no rate");
  store.apply({ overview: overviewAt(3000), counts: [["a/a", 2, 110, 3000, 2000]] });
  assert.equal(store.traffic("a/a").connectionRate, 5);
  assert.equal(store.traffic("a/a").byteRate, 2000);
  store.apply({ overview: overviewAt(4000), counts: [] });
  assert.equal(store.traffic("a/a").connectionRate, 0);
  assert.equal(store.traffic("a/a").connections, 110);
  assert.deepEqual(store.rates, [5, 0]);
});

Deno.test("listeners that are gone make no rate below nought", () => {
  const store = filled(["a/a", 1, 100, 1000, 0]);
  store.apply({ overview: overviewAt(2000), counts: [["a/a", 0, 0, 0, 0]] });
  assert.deepEqual([store.traffic("a/a").connectionRate, store.traffic("a/a").byteRate], [0, 0]);
});

Deno.test("services come in order of name, or of a number and then of name", () => {
  const store = filled(["c/c", 5, 1, 0, 0], ["b/b", 5, 1, 0, 0]);
  assert.deepEqual(names(store, "service"), ["a/a", "b/b", "c/c"]);
  assert.deepEqual(names(store, "service", true), ["c/c", "b/b", "a/a"]);
  assert.deepEqual(names(store, "active", true), ["b/b", "c/c", "a/a"]);
  assert.deepEqual(names(store, "endpoints", true), ["a/a", "b/b", "c/c"]);
});

Deno.test("what is wrong comes first in the order of verdicts", () => {
  const store = filled();
  store.apply({ rows: [row("c/c", { verdict: { level: "bad", rule: "x", why: "" } })] });
  assert.deepEqual(names(store, "verdict"), ["c/c", "a/a", "b/b"]);
});

Deno.test("only those that are asked for are shown, and those that are gone are not", () => {
  const store = filled();
  store.apply({ gone: ["b/b"] });
  assert.deepEqual(names(store, "service"), ["a/a", "c/c"]);
  const only = new Set(["c/c", "b/b"]);
  const shown = store.sorted({ order: "service", down: false, only });
  assert.deepEqual(shown.map(({ service }) => service), ["c/c"]);
});

Deno.test("totals add up, and what happened is kept within bounds", () => {
  const store = filled(["a/a", 3, 1, 0, 0], ["b/b", 4, 1, 0, 0]);
  const { services, endpoints, used, active } = store.totals();
  assert.deepEqual([services, endpoints, used, active], [3, 6, 4, 7]);
  const op = { at: 0, op: "open", key: "k", because: "", error: "", tookMs: 0 };
  for (let i = 0; i < 3; i++) store.apply({ ops: Array.from({ length: 100 }, () => op) });
  assert.equal(store.ops.length, 200);
});

Deno.test("a reset forgets everything", () => {
  const store = filled(["a/a", 3, 1, 0, 0]);
  store.apply({ reset: true, overview: overviewAt(9000) });
  assert.deepEqual([store.rows.size, store.complete, store.traffic("a/a").active], [0, false, 0]);
});
