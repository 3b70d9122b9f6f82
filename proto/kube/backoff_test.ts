import assert from "node:assert/strict";
import fc from "fast-check";
import { backoffMs } from "./backoff.ts";

Deno.test.each([
  { failures: 0, ms: 0 },
  { failures: 1, ms: 800 },
  { failures: 2, ms: 1600 },
  { failures: 6, ms: 25_600 },
  { failures: 7, ms: 30_000 },
  { failures: 2000, ms: 30_000 },
])("backoffMs() waits $ms ms after $failures failures in a row", ({ failures, ms }) => {
  assert.equal(backoffMs(failures, 0), ms);
});

Deno.test("backoffMs() adds up to as much again, never less and never without end", () => {
  fc.assert(fc.property(
    fc.nat(5000),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    (failures, random) => {
      const least = backoffMs(failures, 0);
      const ms = backoffMs(failures, random);
      assert.ok(ms >= least && ms <= 2 * least && ms <= 60_000);
    },
  ));
});
