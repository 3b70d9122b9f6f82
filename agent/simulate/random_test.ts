import assert from "node:assert/strict";
import { seededRandom } from "./random.ts";

Deno.test("seededRandom() makes the same choices from the same seed, and others from another", () => {
  const drawn = (seed: number) => {
    const random = seededRandom(seed);
    return Array.from({ length: 20 }, () => random.int(1000));
  };
  assert.deepEqual(drawn(7), drawn(7));
  assert.notDeepEqual(drawn(7), drawn(8));
});

Deno.test("seededRandom() picks each item about equally often", () => {
  const random = seededRandom(1);
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const picked = random.pick(["a", "b", "c"]);
    counts.set(picked, (counts.get(picked) ?? 0) + 1);
  }
  for (const count of counts.values()) assert.ok(Math.abs(count - 2000) < 150, `${count}`);
});

Deno.test("seededRandom() has every order of a shuffle, and loses nothing", () => {
  const random = seededRandom(3);
  const orders = new Set<string>();
  for (let i = 0; i < 200; i++) orders.add(random.shuffled(["a", "b", "c"]).join(""));
  assert.deepEqual([...orders].sort(), ["abc", "acb", "bac", "bca", "cab", "cba"]);
});

Deno.test("a fork of seededRandom() is not moved by what is drawn from its parent", () => {
  const parent = seededRandom(5);
  const before = parent.fork("client 1").int(1_000_000);
  parent.next();
  assert.equal(parent.fork("client 1").int(1_000_000), before);
  assert.notEqual(parent.fork("client 2").int(1_000_000), before);
});

Deno.test("seededRandom() refuses to pick one of nothing", () => {
  assert.throws(() => seededRandom(1).pick([]), RangeError);
});
