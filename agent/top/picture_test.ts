import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { paintLine } from "../simulate/paint.ts";
import { Store } from "../ui/page/store.js";
import type { Overview, ServiceRow, Update } from "../ui/wire.ts";
import { topLines, type TopPicture } from "./picture.ts";

const OVERVIEW: Overview = {
  version: "0.1.0",
  node: "n1",
  backend: "winkernel",
  startedAt: 0,
  now: 90_000,
  verdict: { level: "bad", rule: "operations-failed", why: "operations failed" },
  services: 3,
  syncs: 2,
  lastSyncAt: 1,
  source: { name: "kube", state: "trouble", problems: 0 },
  ops: {
    pending: 1,
    inFlight: 1,
    succeeded: 1234,
    troubled: 1,
    troubles: [{ op: "open", key: "TCP/1.2.3.4:80", state: "failed", error: "in use" }],
  },
  traffic: { listeners: 3, active: 5, draining: 0, dataPath: "native" },
  platform: {
    name: "overlay network vxlan0",
    objects: [{ kind: "load balancers", all: 7, ours: 5 }],
    lookedAt: 1,
    lookMs: 2,
    error: "",
    drift: { last: [], count: 2, looks: 1 },
    waits: ["the endpoint 10.244.1.9"],
  },
  clients: null,
};

function row(i: number): ServiceRow {
  return {
    service: `default/s${i}`,
    type: "ClusterIP",
    verdict: { level: "good", rule: "proxied", why: "" },
    frontends: [{ kind: "ClusterIP", address: `10.96.0.${i}:80`, protocol: "TCP" }],
    more: 0,
    endpoints: 3,
    used: 2,
  };
}

function pictured(parts: Partial<TopPicture> = {}, rows = 100, ...updates: readonly Update[]) {
  const store = new Store();
  store.apply({ reset: true, overview: OVERVIEW });
  store.apply({ rows: [row(1), row(2), row(3)], counts: [["default/s2", 1, 10, 0, 0]] });
  for (const update of updates) store.apply(update);
  const picture = { store, order: "connectionRate", only: null, trouble: "", ...parts } as const;
  return topLines(picture, { rows, columns: 200 })
    .map((line) => stripVTControlCharacters(paintLine(line, { columns: 200, color: true })));
}

const MORE: Update = {
  overview: { ...OVERVIEW, now: 92_000 },
  counts: [["default/s2", 5, 30, 2048, 2048]],
  ops: [{ at: 0, op: "open", key: "k", because: "why", error: "", tookMs: 2 }],
  syncs: [{ at: 0, changes: 1, ops: 1, stepMs: 1, planMs: 1, applyMs: 2 }],
};

Deno.test("the picture tells of verdict, source, traffic, operations, platform and services", () => {
  const text = pictured({}, 100, MORE).join("\n");
  for (
    const each of [
      "n1  winkernel  0.1.0  up 1 min  source kube trouble",
      "operations-failed  operations failed",
      "connections/s       10",
      "1,234  2 under way  1 wait after a failure",
      "open TCP/1.2.3.4:80: in use",
      "overlay network vxlan0  5 of 7 load balancers ours  drift 2",
      "waiting for the endpoint 10.244.1.9",
      "median 4.0 ms",
      "done in 2.0 ms    open k  why",
    ]
  ) assert.ok(text.includes(each), `${each} is not in\n${text}`);
});

Deno.test("the service with the most connections comes first", () => {
  const services = pictured({}, 100, MORE).filter((line) => line.startsWith("proxied"));
  assert.match(services[0] ?? "", /default\/s2 +10\.96\.0\.2:80 +2\/3 +5 +10 +2\.0 KiB$/);
  assert.match(services[1] ?? "", /default\/s1/);
});

Deno.test.each([
  { columns: 200, heads: "STATE SERVICE FRONTEND ENDPOINTS OPEN CONN/S BYTES/S" },
  { columns: 100, heads: "STATE SERVICE FRONTEND ENDPOINTS OPEN CONN/S BYTES/S" },
  { columns: 80, heads: "STATE SERVICE ENDPOINTS OPEN CONN/S BYTES/S" },
  { columns: 50, heads: "STATE SERVICE ENDPOINTS" },
  { columns: 30, heads: "STATE SERVICE" },
  { columns: 10, heads: "SERVICE" },
])("in $columns columns the table has $heads, and nothing of it is cut", ({ columns, heads }) => {
  const store = new Store();
  store.apply({ reset: true, overview: OVERVIEW, rows: [row(1)], counts: [] });
  const picture = { store, order: "service", only: null, trouble: "" } as const;
  const lines = topLines(picture, { rows: 100, columns })
    .map((line) => paintLine(line, { columns: Infinity, color: false }));
  const at = lines.findIndex((line) => line.trim().split(/ +/).join(" ") === heads);
  assert.ok(at >= 0, lines.join("\n"));
  for (const line of lines.slice(at, at + 2)) assert.ok(line.length <= columns, line);
});

Deno.test("in 80 columns the figures of the head are not cut", () => {
  const store = new Store();
  store.apply({ reset: true, overview: { ...OVERVIEW, platform: null }, rows: [row(1)] });
  store.apply({ syncs: MORE.syncs ?? [], counts: [] });
  const picture = { store, order: "service", only: null, trouble: "" } as const;
  const lines = topLines(picture, { rows: 24, columns: 80 })
    .map((line) => paintLine(line, { columns: Infinity, color: false }));
  for (
    const line of lines.filter((line) => /^(services|connections|syncs|operations)/.test(line))
  ) {
    assert.ok(line.length <= 80, line);
  }
});

Deno.test("only those that are searched for are shown", () => {
  const services = pictured({ only: new Set(["default/s3"]) })
    .filter((line) => line.startsWith("proxied"));
  assert.equal(services.length, 1);
});

Deno.test.each([1, 5, 14, 17, 30])("the picture keeps to %d lines", (rows) => {
  assert.ok(pictured({}, rows, MORE).length <= rows);
});

Deno.test("what does not fit is counted", () => {
  assert.ok(pictured({}, 14, MORE).some((line) => /^and \d more$/.test(line)));
});

Deno.test("before the first update there is a line that says so", () => {
  const picture = { store: new Store(), order: "service", only: null, trouble: "" } as const;
  assert.equal(topLines(picture, { rows: 10, columns: 80 }).length, 1);
});
