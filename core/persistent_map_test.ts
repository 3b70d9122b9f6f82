/**
 * The map against `Map`, with keys whose hashes collide or nearly do.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type KeyChange, PersistentMap } from "./persistent_map.ts";

/** FNV-1a, the heart of the map's hash: keys that agree in it agree in the whole hash. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** The map's hash. Should the map take another, these tests lose bite and coverage tells. */
function hashOf(text: string): number {
  let hash = fnv1a(text);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

/** Two keys for which the function answers the same, by birthday search. */
function alike(prefix: string, of: (key: string) => number): readonly [string, string] {
  const seen = new Map<number, string>();
  for (let i = 0;; i++) {
    const key = `${prefix}${(i * 7919).toString(36)}`;
    const other = seen.get(of(key));
    if (other !== undefined) return [other, key];
    seen.set(of(key), key);
  }
}

// FNV goes on from its state, so two colliding beginnings × two colliding ends collide all four.
const [begin, otherBegin] = alike("default/", fnv1a);
const [end, otherEnd] = alike(begin, fnv1a).map((key) => key.slice(begin.length));
const COLLIDING = [begin, otherBegin].flatMap((a) => [end, otherEnd].map((b) => `${a}${b}`));

/** Two keys that share the first six levels of the trie and part on the last. */
const DEEP = alike("deep/", (key) => hashOf(key) << 2);

const POOL = [...COLLIDING, ...DEEP, "", "__proto__", "constructor", "a", "b", "default/web"];

interface Step {
  readonly key: string;
  /** `undefined` deletes. */
  readonly value: number | undefined;
}

const arbitrarySteps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    key: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...POOL) }, fc.string({ maxLength: 3 })),
    value: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
  }),
  { maxLength: 60, size: "max" },
);

function play(steps: readonly Step[], from = PersistentMap.empty<number>()): PersistentMap<number> {
  return steps.reduce((map, { key, value }) => map.put(key, value), from);
}

function model(steps: readonly Step[], from: ReadonlyMap<string, number> = new Map()) {
  const map = new Map(from);
  for (const { key, value } of steps) {
    if (value === undefined) map.delete(key);
    else map.set(key, value);
  }
  return map;
}

function sorted<T extends readonly [string, unknown]>(entries: Iterable<T>): readonly T[] {
  return [...entries].sort(([a], [b]) => a < b ? -1 : 1);
}

Deno.test("the keys of these tests do collide", () => {
  assert.equal(new Set(COLLIDING).size, 4);
  assert.equal(new Set(COLLIDING.map(hashOf)).size, 1);
  assert.notEqual(hashOf(DEEP[0]), hashOf(DEEP[1]));
  assert.equal(hashOf(DEEP[0]) << 2, hashOf(DEEP[1]) << 2);
});

Deno.test("after any steps, a PersistentMap says what a Map says", () => {
  fc.assert(
    fc.property(arbitrarySteps, (steps) => {
      const map = play(steps);
      const want = model(steps);
      assert.equal(map.size, want.size);
      assert.deepEqual(sorted(map), sorted(want));
      assert.deepEqual([...map.entries()], [...map]);
      assert.deepEqual([...map.keys()], [...map].map(([key]) => key));
      assert.deepEqual([...map.values()], [...map].map(([, value]) => value));
      for (const key of [...POOL, ...steps.map((step) => step.key)]) {
        assert.equal(map.get(key), want.get(key));
        assert.equal(map.has(key), want.has(key));
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("a step leaves the older map as it was", () => {
  fc.assert(
    fc.property(arbitrarySteps, arbitrarySteps, (past, future) => {
      const map = play(past);
      play(future, map);
      assert.equal(map.size, model(past).size);
      assert.deepEqual(sorted(map), sorted(model(past)));
    }),
    { numRuns: 100 },
  );
});

Deno.test("the order of iteration depends on the keys, not on how they came", () => {
  fc.assert(
    fc.property(arbitrarySteps, fc.func(fc.nat()), (steps, rank) => {
      const want = model(steps);
      const shuffled = [...want].sort(([a], [b]) => rank(a) - rank(b));
      assert.deepEqual([...PersistentMap.from(shuffled)], [...play(steps)]);
    }),
    { numRuns: 100 },
  );
});

Deno.test("changesSince() tells exactly what differs, both ways", () => {
  fc.assert(
    fc.property(arbitrarySteps, arbitrarySteps, fc.boolean(), (past, future, related) => {
      const before = play(past);
      const after = related ? play(future, before) : play(future);
      const old = model(past);
      const now = related ? model(future, old) : model(future);
      assert.deepEqual(byKey(after.changesSince(before)), naiveChanges(old, now));
      assert.deepEqual(byKey(before.changesSince(after)), naiveChanges(now, old));
      assert.deepEqual(after.changesSince(after), []);
    }),
    { numRuns: 200 },
  );
});

function byKey<V>(changes: readonly KeyChange<V>[]): readonly KeyChange<V>[] {
  return changes.toSorted((a, b) => a.key < b.key ? -1 : 1);
}

function naiveChanges<V>(old: ReadonlyMap<string, V>, now: ReadonlyMap<string, V>) {
  const keys = [...new Set([...old.keys(), ...now.keys()])].sort();
  return keys
    .map((key) => ({ key, before: old.get(key), after: now.get(key) }))
    .filter(({ before, after }) => before !== after);
}

Deno.test("what changes nothing gives back the very same map", () => {
  const value = { any: "object" };
  const map = PersistentMap.from([...POOL.map((key) => [key, value] as const)]);
  for (const key of POOL) assert.equal(map.set(key, value), map);
  assert.equal(map.put("a", value), map);
  assert.equal(map.delete("absent"), map);
  assert.equal(map.put("absent", undefined), map);
  assert.notEqual(map.set("a", { any: "object" }), map, "an equal value is another value");
});

Deno.test("the map without its last entry is the empty map", () => {
  for (const key of POOL) {
    assert.equal(PersistentMap.empty<number>().set(key, 1).delete(key), PersistentMap.empty());
  }
});

Deno.test("PersistentMap.from() keeps the later of two entries with one key", () => {
  const map = PersistentMap.from([["a", 1], ["b", 2], ["a", 3]]);
  assert.deepEqual(sorted(map), [["a", 3], ["b", 2]]);
});

Deno.test("colliding keys live together and go one by one", () => {
  let map = PersistentMap.from(COLLIDING.map((key, i) => [key, i] as const));
  const first = COLLIDING[0] ?? "";
  assert.equal(map.size, 4);
  assert.equal(map.set(first, 9).get(first), 9);
  assert.equal(map.set(first, 9).size, 4);
  for (const [i, key] of COLLIDING.entries()) {
    assert.equal(map.get(key), i);
    map = map.delete(key);
    assert.equal(map.get(key), undefined);
    assert.equal(map.size, 3 - i);
  }
});

Deno.test("a map of 20,000 keys finds each, and a change among them", () => {
  const keys = Array.from({ length: 20_000 }, (_, i) => `namespace-${i % 97}/service-${i}`);
  const map = PersistentMap.from(keys.map((key, i) => [key, i] as const));
  assert.equal(map.size, keys.length);
  assert.ok(keys.every((key, i) => map.get(key) === i));
  const later = map.set("namespace-0/service-0", -1).delete("namespace-1/service-1").set("new", 1);
  assert.deepEqual(byKey(later.changesSince(map)), [
    { key: "namespace-0/service-0", before: 0, after: -1 },
    { key: "namespace-1/service-1", before: 1, after: undefined },
    { key: "new", before: undefined, after: 1 },
  ]);
});
