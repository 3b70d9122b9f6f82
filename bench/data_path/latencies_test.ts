/**
 * Quantiles of times.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Latencies } from "./latencies.ts";

Deno.test("quantiles are those of the times counted, to half a microsecond", () => {
  const times = new Latencies();
  for (let i = 1; i <= 100; i++) times.add(i / 10); // 0.1 to 10 ms
  assert.equal(times.count, 100);
  assert.equal(times.quantile(0.5), 5000);
  assert.equal(times.quantile(0.99), 9900);
  assert.equal(times.quantile(1), 10_000);
});

Deno.test("no times have no quantiles, and those that are too long to count are infinite", () => {
  const times = new Latencies();
  assert.equal(times.quantile(0.5), 0);
  times.add(10_000);
  assert.equal(times.quantile(0.99), Infinity);
});
