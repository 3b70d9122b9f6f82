import assert from "node:assert/strict";
import fc from "fast-check";
import { Recent } from "./recent.ts";

Deno.test("the last few are remembered, and told by how many there had been", () => {
  const recent = new Recent<number>(3);
  for (const value of [1, 2, 3, 4, 5]) recent.push(value);
  assert.deepEqual(recent.between(0, 5), [3, 4, 5]);
  assert.deepEqual(recent.between(4, 5), [5]);
  assert.deepEqual(recent.between(3, 4), [4]);
  assert.deepEqual(recent.between(5, 5), []);
});

Deno.test("what is told in parts is what is told at once, but for what is forgotten", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 8 }),
    fc.array(fc.nat(3), { maxLength: 12 }),
    (most, bursts) => {
      const recent = new Recent<number>(most);
      const heard: number[] = [];
      let told = 0;
      let next = 0;
      for (const burst of bursts) {
        for (let i = 0; i < burst; i++) recent.push(next++);
        const fresh = recent.between(told, recent.count);
        assert.equal(fresh.length, Math.min(burst, most));
        heard.push(...fresh);
        told = recent.count;
      }
      assert.deepEqual(recent.between(0, told), heard.slice(-most));
    },
  ));
});
