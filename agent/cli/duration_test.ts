import assert from "node:assert/strict";
import fc from "fast-check";
import { formatDuration, parseDuration } from "./duration.ts";

Deno.test.each([
  { text: "300ms", ms: 300 },
  { text: "5s", ms: 5000 },
  { text: "1m30s", ms: 90_000 },
  { text: "2h22m", ms: 8_520_000 },
  { text: "1.5s", ms: 1500 },
  { text: ".5s", ms: 500 },
  { text: "100us", ms: 0.1 },
  { text: "100µs", ms: 0.1 },
  { text: "1000000ns", ms: 1 },
  { text: "0", ms: 0 },
  { text: "0s", ms: 0 },
  { text: "5", ms: null },
  { text: "", ms: null },
  { text: "s", ms: null },
  { text: "5 s", ms: null },
  { text: "5x", ms: null },
  { text: "5s!", ms: null },
  { text: "-5s", ms: null },
  { text: "five seconds", ms: null },
])("parseDuration() reads $text as Go does", ({ text, ms }) => {
  assert.equal(parseDuration(text), ms);
});

Deno.test("formatDuration() writes what parseDuration() reads", () => {
  assert.equal(formatDuration(90_000), "1m30s");
  assert.equal(formatDuration(7_200_000), "2h0m0s");
  fc.assert(fc.property(fc.nat(10 ** 9), (ms) => {
    assert.equal(parseDuration(formatDuration(ms)), ms);
  }));
});
