/**
 * Structural equality of plain data.
 *
 * @module
 */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { equal, keep } from "./_equal.ts";

const PAIRS: readonly { readonly a: unknown; readonly b: unknown; readonly same: boolean }[] = [
  { a: {}, b: [], same: false },
  { a: [], b: {}, same: false },
  { a: {}, b: null, same: false },
  { a: null, b: {}, same: false },
  { a: null, b: undefined, same: false },
  { a: 1, b: "1", same: false },
  { a: NaN, b: NaN, same: true },
  { a: [1, 2], b: [1], same: false },
  { a: [1], b: [1, 2], same: false },
  { a: { x: undefined }, b: {}, same: false },
  { a: {}, b: { x: undefined }, same: false },
  { a: { x: 1 }, b: { y: 1 }, same: false },
  { a: { x: 1, y: [{}] }, b: { y: [{}], x: 1 }, same: true },
  { a: { x: 1 }, b: { toString: 1 }, same: false },
  { a: { toString: undefined }, b: {}, same: false },
];

Deno.test.each(PAIRS)("equal() of $a and $b is $same", ({ a, b, same }) => {
  assert.equal(equal(a, b), same);
});

Deno.test("equal() agrees with the platform about any two JSON values, also nearly equal ones", () => {
  const pair = fc.oneof(
    fc.tuple(fc.jsonValue(), fc.jsonValue()),
    fc.jsonValue().map((value) => [value, structuredClone(value)] as const),
    fc.tuple(
      fc.dictionary(fc.constantFrom("a", "b", "__proto__"), fc.nat(1)),
      fc.dictionary(fc.constantFrom("a", "b", "__proto__"), fc.nat(1)),
    ),
  );
  fc.assert(
    fc.property(pair, ([a, b]) => {
      // the platform tells objects with different prototypes apart, JSON does not
      const [x, y] = [JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b))];
      assert.equal(equal(x, y), isDeepStrictEqual(x, y));
    }),
    { numRuns: 300 },
  );
});

Deno.test("keep() gives the older value where the newer says the same", () => {
  const before = { x: [1] };
  const after = { x: [2] };
  assert.equal(keep(before, { x: [1] }), before);
  assert.equal(keep(before, after), after);
  assert.equal(keep(undefined, after), after);
});
