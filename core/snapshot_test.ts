/**
 * Events into a snapshot: each kind of event for each kind of object, and what stays the same by
 * reference.
 *
 * @module
 */
import assert from "node:assert/strict";
import { list, lists, node, read, remove, service, slice, upsert } from "./_fixtures.ts";
import type { ClusterEvent } from "./events.ts";
import { type Kind, KINDS, type ObjectRef } from "./objects.ts";
import { type ApiSnapshot, applyEvents, EMPTY_SNAPSHOT } from "./snapshot.ts";

/** The keys of everything in a snapshot, sorted. */
function keysOf(snapshot: ApiSnapshot) {
  const slices = [...snapshot.slicesByService].map(([key, all]) => [key, all.map((s) => s.name)]);
  return {
    services: [...snapshot.services.keys()].sort(),
    slices: [...snapshot.slices.keys()].sort(),
    slicesByService: Object.fromEntries(slices),
    nodes: [...snapshot.nodes.keys()].sort(),
  };
}

const OBJECTS = {
  Service: (fields: { readonly uid: string }) => service("a", {}, fields),
  EndpointSlice: ({ uid }: { readonly uid: string }) =>
    slice("a", "web", [], { ports: [{ name: uid }] }),
  Node: ({ uid }: { readonly uid: string }) => node("a", uid),
} as const;

const MAPS = { Service: "services", EndpointSlice: "slices", Node: "nodes" } as const;

function get(snapshot: ApiSnapshot, kind: Kind) {
  return snapshot[MAPS[kind]].get(kind === "Node" ? "a" : "default/a");
}

Deno.test.each(KINDS)("upsert adds and replaces a %s, delete removes it", (kind) => {
  const first = read(OBJECTS[kind]({ uid: "1" }));
  const second = read(OBJECTS[kind]({ uid: "2" }));
  const added = applyEvents(EMPTY_SNAPSHOT, [{ type: "upsert", object: first }]);
  assert.equal(get(added, kind), first);
  const changed = applyEvents(added, [{ type: "upsert", object: second }]);
  assert.equal(get(changed, kind), second);
  assert.equal(get(added, kind), first, "the older snapshot stays as it was");
  const gone = applyEvents(changed, [remove(kind, "a")]);
  assert.equal(get(gone, kind), undefined);
  assert.deepEqual(keysOf(gone), keysOf(EMPTY_SNAPSHOT));
});

Deno.test.each(KINDS)("an equal %s gives back the very same snapshot", (kind) => {
  const object = () => OBJECTS[kind]({ uid: "1" });
  const snapshot = applyEvents(EMPTY_SNAPSHOT, lists([object()]));
  assert.equal(applyEvents(snapshot, [upsert(object())]), snapshot);
  assert.equal(applyEvents(snapshot, [list(kind, [object()])]), snapshot);
  assert.equal(applyEvents(snapshot, []), snapshot);
});

Deno.test.each(KINDS)("the deletion of a %s that is not there changes nothing", (kind) => {
  const snapshot = applyEvents(EMPTY_SNAPSHOT, lists([OBJECTS[kind]({ uid: "1" })]));
  assert.equal(applyEvents(snapshot, [remove(kind, "b")]), snapshot);
});

Deno.test.each(KINDS)("a list of %s is the difference to what was there", (kind) => {
  const named = (name: string) => {
    const value = kind === "Service"
      ? service(name)
      : kind === "Node"
      ? node(name)
      : slice(name, "web");
    return read(value);
  };
  const others = KINDS.filter((each) => each !== kind);
  const before = applyEvents(EMPTY_SNAPSHOT, lists([service("x"), slice("x", "x"), node("x")]));
  const [kept, gone, came] = ["kept", "gone", "came"].map(named);
  assert.ok(kept && gone && came);
  const event = (...objects: typeof kept[]): ClusterEvent => ({
    type: "list",
    kind,
    objects,
    unreadable: [],
  });
  const first = applyEvents(before, [event(kept, gone)]);
  const second = applyEvents(first, [event(came, named("kept"))]);
  const prefix = kind === "Node" ? "" : "default/";
  assert.deepEqual([...second[MAPS[kind]].keys()].sort(), [`${prefix}came`, `${prefix}kept`]);
  assert.equal(second[MAPS[kind]].get(`${prefix}kept`), kept, "what says the same is the same");
  for (const other of others) assert.equal(second[MAPS[other]], before[MAPS[other]]);
});

Deno.test("what could not be read stays in its last good version", () => {
  const ref = (name: string): ObjectRef => ({ kind: "Service", namespace: "default", name });
  const before = applyEvents(EMPTY_SNAPSHOT, lists([service("a"), service("b"), service("c")]));
  const after = applyEvents(before, [
    {
      type: "list",
      kind: "Service",
      objects: [read(service("c"))],
      unreadable: [ref("b"), ref("new")],
    },
  ]);
  assert.deepEqual(keysOf(after).services, ["default/b", "default/c"]);
  assert.equal(after.services.get("default/b"), before.services.get("default/b"));
});

Deno.test("a list speaks of its own kind only, whatever stands in it", () => {
  const before = applyEvents(EMPTY_SNAPSHOT, lists([service("a"), slice("b", "b")]));
  const after = applyEvents(before, [{
    type: "list",
    kind: "Service",
    objects: [read(slice("a", "web")), read(service("c"))],
    unreadable: [{ kind: "EndpointSlice", namespace: "default", name: "a" }],
  }]);
  assert.deepEqual(keysOf(after).services, ["default/c"]);
  assert.deepEqual(keysOf(after).slices, ["default/b"]);
});

Deno.test("a kind is synced by its first list, an empty one too, and stays synced", () => {
  let snapshot = EMPTY_SNAPSHOT;
  for (const [i, kind] of KINDS.entries()) {
    snapshot = applyEvents(snapshot, [upsert(OBJECTS[kind]({ uid: "1" }))]);
    assert.equal(snapshot.synced[kind], false, "an object is no list");
    snapshot = applyEvents(snapshot, [list(kind)]);
    assert.deepEqual(KINDS.map((each) => snapshot.synced[each]), KINDS.map((_, k) => k <= i));
  }
  assert.equal(applyEvents(snapshot, [list("Service")]), snapshot);
  assert.deepEqual(EMPTY_SNAPSHOT.synced, { Service: false, EndpointSlice: false, Node: false });
});

Deno.test("slices are filed under their Service, in order of their names", () => {
  const snapshot = applyEvents(EMPTY_SNAPSHOT, [
    ...["web-c", "web-a", "web-b"].map((name) => upsert(slice(name, "web"))),
    upsert(slice("api-a", "api")),
    upsert(slice("web-a", "web", ["10.0.0.1"])),
  ]);
  assert.deepEqual(keysOf(snapshot).slicesByService, {
    "default/web": ["web-a", "web-b", "web-c"],
    "default/api": ["api-a"],
  });
  const [first] = snapshot.slicesByService.get("default/web") ?? [];
  assert.equal(first, snapshot.slices.get("default/web-a"), "the newest version");
});

Deno.test("a slice of another namespace belongs to the Service there", () => {
  const other = {
    ...slice("web-a", "web"),
    metadata: { namespace: "shop", name: "web-a", labels: { "kubernetes.io/service-name": "web" } },
  };
  const snapshot = applyEvents(EMPTY_SNAPSHOT, [upsert(other), upsert(slice("web-a", "web"))]);
  assert.deepEqual(keysOf(snapshot).slicesByService, {
    "default/web": ["web-a"],
    "shop/web": ["web-a"],
  });
});

Deno.test("a slice whose service label changes moves", () => {
  const before = applyEvents(EMPTY_SNAPSHOT, [
    upsert(slice("s", "old")),
    upsert(slice("t", "old")),
  ]);
  const after = applyEvents(before, [upsert(slice("s", "new"))]);
  assert.deepEqual(keysOf(after).slicesByService, { "default/old": ["t"], "default/new": ["s"] });
  const gone = applyEvents(after, [upsert(slice("s", ""))]);
  assert.deepEqual(keysOf(gone).slicesByService, { "default/old": ["t"] });
  assert.deepEqual(keysOf(gone).slices, ["default/s", "default/t"]);
  assert.deepEqual(keysOf(applyEvents(gone, [upsert(slice("s", "old"))])).slicesByService, {
    "default/old": ["s", "t"],
  });
  assert.deepEqual(keysOf(applyEvents(gone, [remove("EndpointSlice", "s")])).slices, ["default/t"]);
});

Deno.test("events count in their order", () => {
  const snapshot = applyEvents(EMPTY_SNAPSHOT, [
    upsert(service("a", {}, { uid: "1" })),
    remove("Service", "a"),
    upsert(service("a", {}, { uid: "2" })),
    list("Node", [node("n1", "a")]),
    upsert(node("n1", "b")),
  ]);
  assert.equal(snapshot.services.get("default/a")?.uid, "2");
  assert.equal(snapshot.nodes.get("n1")?.labels["topology.kubernetes.io/zone"], "b");
});

Deno.test("an event or an object of a kind that nobody knows is a fault", () => {
  const bad: readonly unknown[] = [
    { type: "bookmark" },
    { type: "upsert", object: { kind: "Pod", namespace: "a", name: "b" } },
    { type: "delete", ref: { kind: "Pod", namespace: "a", name: "b" } },
    { type: "list", kind: "Pod", objects: [], unreadable: [] },
  ];
  for (const event of bad) {
    assert.throws(() => applyEvents(EMPTY_SNAPSHOT, [event as ClusterEvent]), /no known kind/);
  }
});
