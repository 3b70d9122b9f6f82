import assert from "node:assert/strict";
import { flatnessOf, floorsOf } from "./flatness.ts";

const BOUND = { perMinute: 1, noise: 5 };

/** A sample every ten seconds for ten minutes. */
function samplesOf(valueAt: (minutes: number, index: number) => number) {
  return Array.from({ length: 61 }, (_, i) => ({ atMinutes: i / 6, value: valueAt(i / 6, i) }));
}

Deno.test("what grows during the warm-up only is flat", () => {
  const { flat, growth } = flatnessOf(samplesOf((at) => 50 * Math.min(at, 3)), BOUND);
  assert.deepEqual({ flat, growth }, { flat: true, growth: 0 });
});

Deno.test("peaks in every third sample do not hide that the rest is flat", () => {
  const { flat, perMinute } = flatnessOf(samplesOf((at, i) => i % 3 === 0 ? 40 * at : 7), BOUND);
  assert.ok(flat);
  assert.ok(Math.abs(perMinute) < 1);
});

Deno.test("a slow leak under noise ten times as large is found", () => {
  const { flat, perMinute } = flatnessOf(
    samplesOf((at, i) => 100 + 2 * at + 20 * Math.sin(i * i)),
    BOUND,
  );
  assert.equal(flat, false);
  assert.ok(perMinute > 1 && perMinute < 3);
});

Deno.test("a fast pace over too short a time is noise", () => {
  const samples = samplesOf((at) => 2 * at).slice(0, 12);
  assert.equal(flatnessOf(samples, BOUND).flat, true);
});

Deno.test("nothing, or one sample, is flat", () => {
  assert.equal(flatnessOf([], BOUND).flat, true);
  assert.equal(flatnessOf([{ atMinutes: 1, value: 1 }], BOUND).flat, true);
});

Deno.test("the floors of a swing are flat, and those of a swing over a leak are not", () => {
  const swing = (at: number) => 300 * (at * 3 % 1);
  const swinging = floorsOf(samplesOf(swing), 1 / 3);
  assert.deepEqual(flatnessOf(swinging, BOUND).flat, true);
  assert.ok(swinging.every(({ value }) => value < 10));
  const leaking = floorsOf(samplesOf((at) => swing(at) + 2 * at), 1 / 3);
  assert.equal(flatnessOf(leaking, BOUND).flat, false);
});
