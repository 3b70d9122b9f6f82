import assert from "node:assert/strict";
import fc from "fast-check";
import { Histogram } from "./histogram.ts";

const SHARES = [0.01, 0.5, 0.9, 0.99, 1] as const;

Deno.test("Histogram.quantile() is within 1 % of the value that sorting finds", () => {
  fc.assert(fc.property(
    fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 }),
    (values) => {
      const histogram = new Histogram();
      for (const value of values) histogram.add(value);
      const sorted = values.toSorted((a, b) => a - b);
      for (const share of SHARES) {
        const exact = sorted[Math.max(1, Math.ceil(share * values.length)) - 1] ?? NaN;
        const found = histogram.quantile(share);
        assert.ok(Math.abs(found - exact) <= 0.0101 * exact, `${share}: ${found}, not ${exact}`);
      }
    },
  ));
});

Deno.test("Histogram.addAll() is the same as adding every value", () => {
  const [all, left, right] = [new Histogram(), new Histogram(), new Histogram()];
  for (let i = 1; i <= 100; i++) {
    all.add(i);
    (i % 3 === 0 ? left : right).add(i);
  }
  left.addAll(right);
  assert.equal(left.count, 100);
  for (const share of SHARES) assert.equal(left.quantile(share), all.quantile(share));
});

Deno.test("Histogram.quantile() of nothing is 0", () => {
  assert.equal(new Histogram().quantile(0.99), 0);
});
