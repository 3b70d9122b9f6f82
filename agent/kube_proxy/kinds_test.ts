import assert from "node:assert/strict";
import fc from "fast-check";
import { addUp, type Kind, readText, type Value, valueText } from "./kinds.ts";

const NAME = fc.stringMatching(/^[A-Za-z*]\w{0,8}$/);

const CASES: readonly { readonly kind: Kind; readonly values: fc.Arbitrary<Value> }[] = [
  { kind: "text", values: fc.string() },
  { kind: "bool", values: fc.boolean() },
  { kind: "whole", values: fc.integer() },
  { kind: "number", values: fc.integer().map((n) => n / 8) },
  { kind: "duration", values: fc.integer({ min: -(10 ** 9), max: 10 ** 9 }) },
  { kind: "texts", values: fc.array(NAME) },
  { kind: "switches", values: fc.dictionary(NAME, fc.boolean(), { noNullPrototype: true }) },
  {
    kind: "levels",
    values: fc.array(
      fc.record({ filePattern: NAME, verbosity: fc.nat(20) }, { noNullPrototype: true }),
    ),
  },
];

Deno.test.each(CASES)("readText() reads what valueText() writes: $kind", ({ kind, values }) => {
  fc.assert(fc.property(values, (value) => {
    assert.deepEqual(readText(kind, valueText(value, kind)), { ok: true, value });
  }));
});

Deno.test("addUp() adds lists and maps up, and else takes the later value", () => {
  assert.deepEqual(addUp(["a"], ["b"], "texts"), ["a", "b"]);
  assert.deepEqual(addUp({ A: true, B: true }, { B: false }, "switches"), { A: true, B: false });
  assert.equal(addUp(1, 2, "whole"), 2);
  assert.deepEqual(addUp(undefined, ["b"], "texts"), ["b"]);
});
