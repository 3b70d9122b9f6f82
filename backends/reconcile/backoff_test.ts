import assert from "node:assert/strict";
import fc from "fast-check";
import { backoff } from "./backoff.ts";

Deno.test.each([
  { failures: 1, random: 0, ms: 50 },
  { failures: 1, random: 1, ms: 100 },
  { failures: 2, random: 1, ms: 200 },
  { failures: 5, random: 0.5, ms: 1200 },
  { failures: 10, random: 1, ms: 30_000 },
  { failures: 5000, random: 0, ms: 15_000 },
])("backoff() after $failures failures, random $random, waits $ms ms", (row) => {
  assert.equal(backoff(row.failures, row.random), row.ms);
});

Deno.test("backoff() takes other bounds", () => {
  assert.equal(backoff(1, 1, { baseMs: 5 }), 5);
  assert.equal(backoff(9, 1, { baseMs: 5, maxMs: 40 }), 40);
});

Deno.test("backoff() never shrinks with more failures and never exceeds its bound", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 2000 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    (failures, random) => {
      const ms = backoff(failures, random);
      assert.ok(ms > 0 && ms <= 30_000);
      assert.ok(backoff(failures + 1, random) >= ms);
    },
  ));
});
