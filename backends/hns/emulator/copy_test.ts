import assert from "node:assert/strict";
import fc from "fast-check";
import { copyOf } from "./copy.ts";

Deno.test("a copy is equal and shares nothing", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const copy = copyOf(value);
    assert.deepEqual(copy, value);
    if (typeof value === "object" && value !== null) assert.notEqual(copy, value);
  }));
});

Deno.test("a field of the name __proto__ stays a field", () => {
  const copy = copyOf(JSON.parse('{ "__proto__": { "a": 1 } }'));
  assert.equal(JSON.stringify(copy), '{"__proto__":{"a":1}}');
});
