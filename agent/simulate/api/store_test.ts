import assert from "node:assert/strict";
import fc from "fast-check";
import { NODES, type ObjectKey, type Resource, SERVICES, type StoredObject } from "./resources.ts";
import { asStored, VersionedStore } from "./store.ts";
import { stored } from "./_testing.ts";

function key(name: string): ObjectKey {
  return { namespace: "default", name };
}

function put(store: VersionedStore, name: string, value = 0): StoredObject {
  return store.put(SERVICES, key(name), stored("Service", { metadata: { name }, spec: { value } }));
}

function versionsOf(store: VersionedStore, resource: Resource, from: number): readonly number[] {
  return (store.history(resource).changesAfter(from, 100) ?? []).map(({ version }) => version);
}

Deno.test("every write makes the next version, and the object carries it", () => {
  const store = new VersionedStore(10);
  const start = store.version;
  const first = put(store, "a");
  const second = put(store, "a", 1);
  assert.equal(first.metadata.resourceVersion, String(start + 1));
  assert.equal(second.metadata.resourceVersion, String(start + 2));
  assert.equal(store.version, start + 2);
  assert.equal(store.get(SERVICES, key("a")), second);
});

Deno.test("a removed object is gone, and its last state has the version of its end", () => {
  const store = new VersionedStore(10);
  put(store, "a", 7);
  const last = store.remove(SERVICES, key("a"));
  assert.equal(last?.metadata.resourceVersion, String(store.version));
  assert.deepEqual(last?.["spec"], { value: 7 });
  assert.equal(store.get(SERVICES, key("a")), null);
  assert.equal(store.remove(SERVICES, key("a")), null, "removing it twice makes no version");
});

Deno.test("objects are frozen to their depth, so that nobody can change what others see", () => {
  const { metadata } = put(new VersionedStore(10), "a");
  assert.throws(() => Object.assign(metadata, { name: "b" }), TypeError);
});

Deno.test("a listener hears of each change with what was before and what is after", () => {
  const store = new VersionedStore(10);
  const heard: unknown[] = [];
  store.listen((resource, { before, after, deleted }) =>
    heard.push([resource.plural, before?.["spec"], after["spec"], deleted])
  );
  put(store, "a", 1);
  put(store, "a", 2);
  store.remove(SERVICES, key("a"));
  assert.deepEqual(heard, [
    ["services", undefined, { value: 1 }, false],
    ["services", { value: 1 }, { value: 2 }, false],
    ["services", { value: 2 }, { value: 2 }, true],
  ]);
});

Deno.test("history remembers as many changes as it must, and knows from where on", () => {
  const store = new VersionedStore(3);
  const start = store.version;
  const history = store.history(SERVICES);
  for (let i = 0; i < 3; i++) put(store, "a", i);
  assert.equal(history.oldest, start, "three changes are remembered");
  put(store, "a", 3);
  assert.equal(history.oldest, start + 1);
  assert.equal(history.snapshotAt(start), null);
  assert.deepEqual(history.snapshotAt(start + 1)?.get("default/a")?.["spec"], { value: 0 });
});

Deno.test("who already reads may lag by more than who comes may ask for, but not without bound", () => {
  const store = new VersionedStore(3);
  const start = store.version;
  for (let i = 0; i < 5; i++) put(store, "a", i);
  assert.deepEqual(versionsOf(store, SERVICES, start), [2, 3, 4, 5, 6].map((n) => n + start - 1));
  put(store, "a", 5);
  assert.equal(
    store.history(SERVICES).changesAfter(start, 100),
    null,
    "the first is forgotten now",
  );
});

Deno.test("writes to one resource do not push the history of another out", () => {
  const store = new VersionedStore(2);
  const start = store.version;
  store.put(NODES, { namespace: "", name: "n1" }, stored("Node", { metadata: { name: "n1" } }));
  for (let i = 0; i < 10; i++) put(store, "a", i);
  assert.equal(store.history(NODES).oldest, start);
  assert.deepEqual(versionsOf(store, NODES, start), [start + 1]);
});

Deno.test("after compact() only the present can be asked for, and open readers go on", () => {
  const store = new VersionedStore(10);
  const start = store.version;
  put(store, "a");
  store.compact();
  const history = store.history(SERVICES);
  assert.equal(history.oldest, store.version);
  assert.equal(history.snapshotAt(store.version - 1), null);
  assert.equal(history.snapshotAt(store.version)?.size, 1);
  assert.equal(history.changesAfter(start, 10)?.length, 1);
});

type Write = { readonly name: string; readonly value: number | null };

const writes: fc.Arbitrary<readonly Write[]> = fc.array(fc.record({
  name: fc.constantFrom("a", "b", "c", "d"),
  value: fc.option(fc.nat(3)),
}));

Deno.test("the changes after any remembered version lead from its snapshot to the present", () => {
  fc.assert(fc.property(writes, fc.integer({ min: 1, max: 8 }), (steps, limit) => {
    const store = new VersionedStore(limit);
    for (const { name, value } of steps) {
      if (value === null) store.remove(SERVICES, key(name));
      else put(store, name, value);
    }
    const history = store.history(SERVICES);
    for (let version = history.oldest; version <= store.version; version++) {
      let snapshot = history.snapshotAt(version);
      assert.ok(snapshot !== null);
      for (const { after, deleted } of history.changesAfter(version, 1000) ?? []) {
        const text = `default/${after.metadata.name}`;
        snapshot = deleted ? snapshot.delete(text) : snapshot.set(text, after);
      }
      assert.deepEqual(snapshot.changesSince(history.current), []);
    }
  }));
});

Deno.test("an object without complete metadata is not stored", () => {
  const { metadata, ...rest } = stored("Service");
  for (const field of Object.keys(metadata).filter((name) => name !== "namespace")) {
    const incomplete = { ...rest, metadata: { ...metadata, [field]: null } };
    assert.throws(() => asStored(incomplete), { name: "TypeError", message: /complete metadata/ });
  }
});
