import assert from "node:assert/strict";
import fc from "fast-check";
import { didYouMean, editDistance, nearest } from "./suggest.ts";

const KNOWN = ["--input", "--node-name", "--once", "--output"];

Deno.test.each([
  { word: "--inptu", best: "--input" },
  { word: "--imput", best: "--input" },
  { word: "--nodename", best: "--node-name" },
  { word: "--ONCE", best: "--once" },
  { word: "--zzz", best: null },
  { word: "", best: null },
])("nearest() finds $best for $word", ({ word, best }) => {
  assert.equal(nearest(word, KNOWN), best);
});

Deno.test("didYouMean() says nothing where nothing is near", () => {
  assert.equal(didYouMean("--inptu", KNOWN), "; did you mean --input?");
  assert.equal(didYouMean("--zzz", KNOWN), "");
});

Deno.test("editDistance() counts a swap of neighbours as one, and is symmetric", () => {
  assert.equal(editDistance("veiw", "view"), 1);
  assert.equal(editDistance("", "abc"), 3);
  fc.assert(fc.property(fc.string(), fc.string(), (a, b) => {
    assert.equal(editDistance(a, b), editDistance(b, a));
    assert.equal(editDistance(a, b) === 0, a === b);
  }));
});
