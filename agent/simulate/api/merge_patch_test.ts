import assert from "node:assert/strict";
import type { Json } from "./json.ts";
import { applyMergePatch } from "./merge_patch.ts";

// RFC 7386, appendix A
Deno.test.each<{ document: Json; patch: Json; result: Json }>([
  { document: { a: "b" }, patch: { a: "c" }, result: { a: "c" } },
  { document: { a: "b" }, patch: { b: "c" }, result: { a: "b", b: "c" } },
  { document: { a: "b" }, patch: { a: null }, result: {} },
  { document: { a: "b", b: "c" }, patch: { a: null }, result: { b: "c" } },
  { document: { a: ["b"] }, patch: { a: "c" }, result: { a: "c" } },
  { document: { a: "c" }, patch: { a: ["b"] }, result: { a: ["b"] } },
  { document: { a: { b: "c" } }, patch: { a: { b: "d", c: null } }, result: { a: { b: "d" } } },
  { document: { a: [{ b: "c" }] }, patch: { a: [1] }, result: { a: [1] } },
  { document: ["a", "b"], patch: ["c", "d"], result: ["c", "d"] },
  { document: { a: "b" }, patch: ["c"], result: ["c"] },
  { document: { a: "foo" }, patch: null, result: null },
  { document: { a: "foo" }, patch: "bar", result: "bar" },
  { document: { e: null }, patch: { a: 1 }, result: { e: null, a: 1 } },
  { document: [1, 2], patch: { a: "b", c: null }, result: { a: "b" } },
  { document: {}, patch: { a: { bb: { ccc: null } } }, result: { a: { bb: {} } } },
])("merge patch, RFC 7386: %j", ({ document, patch, result }) => {
  assert.deepEqual(applyMergePatch(document, patch), result);
});
