import assert from "node:assert/strict";
import fc from "fast-check";
import { BUFFER_SIZES, BufferPool } from "./buffers.ts";

const [SMALL, MEDIUM, LARGE, HUGE] = BUFFER_SIZES;

Deno.test("a buffer climbs through all sizes and comes down again", () => {
  const pool = new BufferPool();
  let buffer = pool.take();
  const sizes = [buffer.length];
  for (let i = 0; i < 4; i++) sizes.push((buffer = pool.grow(buffer)).length);
  for (let i = 0; i < 4; i++) sizes.push((buffer = pool.shrink(buffer)).length);
  assert.deepEqual(sizes, [SMALL, MEDIUM, LARGE, HUGE, HUGE, LARGE, MEDIUM, SMALL, SMALL]);
  assert.equal(pool.lentAboveSmallest, 0);
});

Deno.test("a buffer that was given back is lent again", () => {
  const pool = new BufferPool();
  const first = pool.take();
  assert.notEqual(pool.take(), first);
  pool.give(first);
  assert.equal(pool.take(), first);
});

Deno.test("a pool keeps no more than it may", () => {
  const pool = new BufferPool({ keep: SMALL });
  const [first, second] = [pool.take(), pool.take()];
  pool.give(first);
  pool.give(second);
  assert.equal(pool.take(), first);
  assert.notEqual(pool.take(), second);
});

Deno.test("a buffer does not grow beyond the budget, and does when another comes down", () => {
  const pool = new BufferPool({ budget: LARGE + MEDIUM });
  let first = pool.grow(pool.grow(pool.take()));
  let second = pool.grow(pool.take());
  assert.deepEqual([first.length, second.length], [LARGE, MEDIUM]);
  assert.equal(pool.grow(first), first);
  assert.equal(pool.grow(second), second);
  first = pool.shrink(first);
  second = pool.grow(second);
  assert.deepEqual([first.length, second.length], [MEDIUM, LARGE]);
});

Deno.test("whatever is borrowed, the pool counts it, keeps the budget and lends nothing twice", () => {
  const step = fc.record({
    what: fc.constantFrom("take" as const, "grow" as const, "shrink" as const, "give" as const),
    which: fc.nat(20),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
    const budget = 2 * HUGE;
    const pool = new BufferPool({ budget, keep: HUGE });
    const held: Uint8Array<ArrayBuffer>[] = [];
    for (const { what, which } of steps) {
      const index = which % Math.max(1, held.length);
      const buffer = held[index];
      if (what === "take" || buffer === undefined) held.push(pool.take());
      else if (what === "give") held.splice(index, 1).forEach((each) => pool.give(each));
      else held[index] = pool[what](buffer);
      const above = held.filter((each) => each.length > SMALL);
      assert.equal(pool.lentAboveSmallest, above.reduce((sum, each) => sum + each.length, 0));
      assert.ok(pool.lentAboveSmallest <= budget);
      assert.equal(new Set(held.map((each) => each.buffer)).size, held.length);
    }
  }));
});
