/**
 * Views from snapshots: what is derived again, and what stays the same by reference.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  after,
  entriesOf,
  entryOf,
  type Json,
  list,
  lists,
  node,
  remove,
  service,
  slice,
  stateOf,
  upsert,
} from "./_fixtures.ts";
import { deriveView } from "./derive_view.ts";
import type { PipelineState } from "./pipeline.ts";
import { applyEvents, EMPTY_SNAPSHOT } from "./snapshot.ts";

const HERE = { addresses: ["10.0.0.1"], nodeName: "n1", hints: { forZones: [{ name: "a" }] } };
const THERE = { addresses: ["10.0.0.2"], nodeName: "n2", hints: { forZones: [{ name: "b" }] } };
const PORTS = { ports: [{ name: "http", port: 80 }, { name: "admin", port: 81 }] };
const SLICE_PORTS = { ports: [{ name: "http", port: 8080 }, { name: "admin", port: 8081 }] };

function webSlice(...endpoints: readonly Json[]): Json {
  return slice("web-1", "web", endpoints, SLICE_PORTS);
}

function cluster(): PipelineState {
  return stateOf([
    node("n1", "a"),
    node("n2", "b"),
    service("web", PORTS),
    service("api", { clusterIP: "10.96.0.11" }),
    service("headless", { clusterIP: "None" }),
    webSlice(HERE, THERE),
    slice("api-1", "api", [HERE, THERE]),
  ]);
}

function changedKeys(before: PipelineState, now: PipelineState): readonly string[] {
  return now.view.services.changesSince(before.view.services).map(({ key }) => key).sort();
}

Deno.test.each([
  { what: "the same objects", event: () => upsert(webSlice(HERE, THERE)) },
  {
    what: "a label that no rule looks at",
    event: () => upsert(service("web", PORTS, { labels: { app: "x" } })),
  },
  {
    what: "another UID and age",
    event: () =>
      upsert(service("web", PORTS, { uid: "2", creationTimestamp: "2026-01-01T00:00:00Z" })),
  },
  { what: "the other order of endpoints", event: () => upsert(webSlice(THERE, HERE)) },
  {
    what: "an endpoint's host name",
    event: () => upsert(webSlice({ ...HERE, hostname: "web-0" }, THERE)),
  },
  { what: "a slice of no Service", event: () => upsert(slice("lost", "nobody", [HERE])) },
  { what: "a slice without a service label", event: () => upsert(slice("lost", "", [HERE])) },
  { what: "a slice of a skipped Service", event: () => upsert(slice("h", "headless", [HERE])) },
  {
    what: "a slice of the other family",
    event: () =>
      upsert(slice("web-6", "web", ["2001:db8::1"], { addressType: "IPv6", ...SLICE_PORTS })),
  },
  {
    what: "a copy of a slice under another name",
    event: () => upsert(slice("web-2", "web", [HERE], SLICE_PORTS)),
  },
  { what: "another node's zone", event: () => upsert(node("n2", "c")) },
  {
    what: "another label of this node",
    event: () =>
      upsert({
        ...node("n1"),
        metadata: { name: "n1", labels: { "topology.kubernetes.io/zone": "a", x: "y" } },
      }),
  },
  { what: "a list of the same", event: () => list("Node", [node("n1", "a"), node("n2", "b")]) },
])("$what: the very same view", ({ event }) => {
  const before = cluster();
  assert.equal(after(before, event()).view, before.view);
});

Deno.test("one endpoint that changes leaves all others, and their Services, the same", () => {
  const before = cluster();
  const now = after(before, upsert(webSlice(HERE, { ...THERE, conditions: { ready: false } })));
  assert.deepEqual(changedKeys(before, now), ["default/web"]);
  const [was, is] = [before, now].map((state) => entryOf(state, "web:http/TCP/IPv4"));
  assert.ok(was && is);
  assert.deepEqual(is.endpoints.map(({ ready }) => ready), [true, false]);
  assert.equal(is.endpoints[0], was.endpoints[0]);
  assert.equal(is.frontends, was.frontends);
  assert.equal(is.annotations, was.annotations);
});

Deno.test.each([
  { what: "one at the start", endpoints: [{ addresses: ["10.0.0.0"] }, HERE, THERE] },
  { what: "one between", endpoints: [HERE, { addresses: ["10.0.0.11"] }, THERE] },
  { what: "one at the end", endpoints: [HERE, THERE, { addresses: ["10.0.0.3"] }] },
  { what: "the first gone", endpoints: [THERE] },
  { what: "the last gone", endpoints: [HERE] },
  { what: "all others", endpoints: [{ addresses: ["10.0.0.0"] }, { addresses: ["10.0.0.9"] }] },
])("endpoints that stay are the same objects: $what", ({ endpoints }) => {
  const before = after(cluster(), remove("Node", "n1")); // without a zone, hints do not count
  const now = after(before, upsert(webSlice(...endpoints)));
  const old = entryOf(before, "web:http/TCP/IPv4").endpoints;
  const found = entryOf(now, "web:http/TCP/IPv4").endpoints;
  assert.deepEqual(
    found.map(({ ip, port }) => `${ip}:${port}`),
    endpoints.map(({ addresses: [ip] }) => `${ip}:8080`).sort(),
  );
  for (const each of old) {
    const now = found.find(({ ip }) => ip === each.ip);
    if (now !== undefined) assert.equal(now, each);
  }
});

Deno.test("a port that changes leaves the other ports of its Service the same", () => {
  const before = cluster();
  const [http, admin] = PORTS.ports;
  const now = after(
    before,
    upsert(service("web", { ports: [http, { ...admin, nodePort: 30081 }] })),
  );
  assert.equal(entryOf(now, "web:http/TCP/IPv4"), entryOf(before, "web:http/TCP/IPv4"));
  assert.notEqual(entryOf(now, "web:admin/TCP/IPv4"), entryOf(before, "web:admin/TCP/IPv4"));
});

Deno.test("annotations that are read again and say the same are the same", () => {
  const annotated = (port: number) =>
    upsert(service("web", { ports: [{ name: "http", port }] }, { annotations: { team: "blue" } }));
  const before = after(cluster(), annotated(80));
  const now = after(before, annotated(8080));
  const [was, is] = [before, now].map((state) => entryOf(state, "web:http/TCP/IPv4"));
  assert.notEqual(is?.frontends, was?.frontends);
  assert.equal(is?.annotations, was?.annotations);
});

Deno.test("another annotation makes new entries, of the old parts", () => {
  const before = cluster();
  const now = after(before, upsert(service("web", PORTS, { annotations: { team: "blue" } })));
  const [was, is] = [before, now].map((state) => entryOf(state, "web:http/TCP/IPv4"));
  assert.deepEqual(is?.annotations, { team: "blue" });
  assert.equal(is.frontends, was?.frontends);
  assert.deepEqual(is.endpoints.map((each, i) => each === was?.endpoints[i]), [true, true]);
});

function hinted(state: PipelineState): readonly (string | false)[] {
  return entryOf(state, "web:http/TCP/IPv4").endpoints.map((each) => each.internal && each.ip);
}

Deno.test("a change of this node's zone derives every Service again", () => {
  const inA = cluster();
  assert.deepEqual(hinted(inA), ["10.0.0.1", false]);
  const inB = after(inA, upsert(node("n1", "b")));
  assert.deepEqual(hinted(inB), [false, "10.0.0.2"]);
  assert.deepEqual(changedKeys(inA, inB), ["default/api", "default/web"]);
  const unknown = after(inB, remove("Node", "n1"));
  assert.deepEqual(hinted(unknown), ["10.0.0.1", "10.0.0.2"]);
  assert.deepEqual(unknown.derivation?.node, { name: "n1", zone: "" });
  assert.deepEqual(entriesOf(after(unknown, upsert(node("n1", "a")))), entriesOf(inA));
});

Deno.test("a change of zone and of objects in one step counts both", () => {
  const before = cluster();
  const now = after(
    before,
    upsert(node("n1", "b")),
    remove("Service", "api"),
    upsert(service("new", { clusterIP: "10.96.0.12" })),
  );
  assert.deepEqual(changedKeys(before, now), ["default/api", "default/new", "default/web"]);
  assert.deepEqual(hinted(now), [false, "10.0.0.2"]);
});

Deno.test("slices that come before their Service wait for it, and outlive it", () => {
  const early = stateOf([slice("web-1", "web", ["10.0.0.1"])]);
  assert.deepEqual(entriesOf(early), []);
  const there = after(early, upsert(service("web")));
  assert.equal(entryOf(there, "web/TCP/IPv4").endpoints.length, 1);
  const gone = after(there, remove("Service", "web"));
  assert.deepEqual([...gone.view.services], []);
  const back = after(gone, upsert(service("web")));
  assert.equal(entryOf(back, "web/TCP/IPv4").endpoints.length, 1);
});

Deno.test("a Service that comes to be skipped has no entries, and the view says why", () => {
  const before = cluster();
  const now = after(before, upsert(service("web", { ...PORTS, type: "ExternalName" })));
  assert.deepEqual(now.view.services.get("default/web"), {
    service: "default/web",
    skipped: "external-name",
    servicePorts: [],
  });
  const back = after(now, upsert(service("web", PORTS)));
  assert.deepEqual(back.view.services.get("default/web"), before.view.services.get("default/web"));
});

Deno.test("a derivation of another node is no basis", () => {
  // in the same zone, so that all that differs is which endpoints are local
  const { snapshot, derivation } = after(cluster(), upsert(node("n2", "a")));
  const other = deriveView(snapshot, "n2", derivation);
  assert.equal(other.view.node, "n2");
  const views = (view: typeof other) => [...view.view.services.values()];
  assert.deepEqual(views(other), views(deriveView(snapshot, "n2")));
  const [entry] = other.view.services.get("default/web")?.servicePorts ?? [];
  assert.deepEqual(entry?.endpoints.map(({ local }) => local), [false, true]);
});

Deno.test("an older snapshot can be derived from a newer derivation, too", () => {
  const older = applyEvents(
    EMPTY_SNAPSHOT,
    lists([service("web"), slice("s", "web", ["10.0.0.1"])]),
  );
  const newer = cluster();
  const back = deriveView(older, "n1", newer.derivation);
  assert.deepEqual([...back.view.services], [...deriveView(older, "n1").view.services]);
});
