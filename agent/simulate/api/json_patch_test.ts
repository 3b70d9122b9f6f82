import assert from "node:assert/strict";
import type { Json } from "./json.ts";
import { applyJsonPatch, PatchError, pointer } from "./json_patch.ts";

interface Example {
  readonly name: string;
  readonly document: Json;
  readonly patch: Json;
  readonly result: Json;
}

// RFC 6902, appendix A
Deno.test.each<Example>([
  {
    name: "A.1 adding an object member",
    document: { foo: "bar" },
    patch: [{ op: "add", path: "/baz", value: "qux" }],
    result: { baz: "qux", foo: "bar" },
  },
  {
    name: "A.2 adding an array element",
    document: { foo: ["bar", "baz"] },
    patch: [{ op: "add", path: "/foo/1", value: "qux" }],
    result: { foo: ["bar", "qux", "baz"] },
  },
  {
    name: "A.3 removing an object member",
    document: { baz: "qux", foo: "bar" },
    patch: [{ op: "remove", path: "/baz" }],
    result: { foo: "bar" },
  },
  {
    name: "A.4 removing an array element",
    document: { foo: ["bar", "qux", "baz"] },
    patch: [{ op: "remove", path: "/foo/1" }],
    result: { foo: ["bar", "baz"] },
  },
  {
    name: "A.5 replacing a value",
    document: { baz: "qux", foo: "bar" },
    patch: [{ op: "replace", path: "/baz", value: "boo" }],
    result: { baz: "boo", foo: "bar" },
  },
  {
    name: "A.6 moving a value",
    document: { foo: { bar: "baz", waldo: "fred" }, qux: { corge: "grault" } },
    patch: [{ op: "move", from: "/foo/waldo", path: "/qux/thud" }],
    result: { foo: { bar: "baz" }, qux: { corge: "grault", thud: "fred" } },
  },
  {
    name: "A.7 moving an array element",
    document: { foo: ["all", "grass", "cows", "eat"] },
    patch: [{ op: "move", from: "/foo/1", path: "/foo/3" }],
    result: { foo: ["all", "cows", "eat", "grass"] },
  },
  {
    name: "A.8 testing a value: success",
    document: { baz: "qux", foo: ["a", 2, "c"] },
    patch: [
      { op: "test", path: "/baz", value: "qux" },
      { op: "test", path: "/foo/1", value: 2 },
    ],
    result: { baz: "qux", foo: ["a", 2, "c"] },
  },
  {
    name: "A.10 adding a nested member object",
    document: { foo: "bar" },
    patch: [{ op: "add", path: "/child", value: { grandchild: {} } }],
    result: { foo: "bar", child: { grandchild: {} } },
  },
  {
    name: "A.11 ignoring unrecognized elements",
    document: { foo: "bar" },
    patch: [{ op: "add", path: "/baz", value: "qux", xyz: 123 }],
    result: { foo: "bar", baz: "qux" },
  },
  {
    name: "A.14 ~ escape ordering",
    document: { "/": 9, "~1": 10 },
    patch: [{ op: "test", path: "/~01", value: 10 }],
    result: { "/": 9, "~1": 10 },
  },
  {
    name: "A.16 adding an array value",
    document: { foo: ["bar"] },
    patch: [{ op: "add", path: "/foo/-", value: ["abc", "def"] }],
    result: { foo: ["bar", ["abc", "def"]] },
  },
  {
    name: "copying",
    document: { foo: { bar: [1] } },
    patch: [{ op: "copy", from: "/foo/bar", path: "/baz" }],
    result: { foo: { bar: [1] }, baz: [1] },
  },
  {
    name: "replacing the whole document",
    document: { foo: 1 },
    patch: [{ op: "replace", path: "", value: [1] }],
    result: [1],
  },
  {
    name: "adding over a member",
    document: { foo: null },
    patch: [{ op: "add", path: "/foo", value: 1 }],
    result: { foo: 1 },
  },
])("JSON patch, RFC 6902: $name", ({ document, patch, result }) => {
  const before = structuredClone(document);
  assert.deepEqual(applyJsonPatch(document, patch), result);
  assert.deepEqual(document, before, "the document must stay as it was");
});

interface Refusal {
  readonly name: string;
  readonly document: Json;
  readonly patch: Json;
  readonly code: PatchError["code"];
}

Deno.test.each<Refusal>([
  {
    name: "A.9 testing a value: error",
    document: { baz: "qux" },
    patch: [{ op: "test", path: "/baz", value: "bar" }],
    code: "refused",
  },
  {
    name: "A.12 adding to a nonexistent target",
    document: { foo: "bar" },
    patch: [{ op: "add", path: "/baz/bat", value: "qux" }],
    code: "refused",
  },
  {
    name: "A.15 comparing strings and numbers",
    document: { "/": 9, "~1": 10 },
    patch: [{ op: "test", path: "/~01", value: "10" }],
    code: "refused",
  },
  {
    name: "removing what is not there",
    document: { foo: 1 },
    patch: [{ op: "remove", path: "/bar" }],
    code: "refused",
  },
  {
    name: "replacing what is not there",
    document: { foo: 1 },
    patch: [{ op: "replace", path: "/bar", value: 1 }],
    code: "refused",
  },
  {
    name: "adding past the end of a list",
    document: { foo: [1] },
    patch: [{ op: "add", path: "/foo/2", value: 1 }],
    code: "refused",
  },
  {
    name: "an index with a leading zero",
    document: { foo: [1, 2] },
    patch: [{ op: "remove", path: "/foo/01" }],
    code: "refused",
  },
  {
    name: "replacing at the end of a list",
    document: { foo: [1] },
    patch: [{ op: "replace", path: "/foo/-", value: 1 }],
    code: "refused",
  },
  {
    name: "moving a value into itself",
    document: { foo: { bar: 1 } },
    patch: [{ op: "move", from: "/foo", path: "/foo/bar" }],
    code: "refused",
  },
  {
    name: "following what an object inherits",
    document: {},
    patch: [{ op: "copy", from: "/constructor", path: "/x" }],
    code: "refused",
  },
  { name: "no list", document: {}, patch: { op: "add" }, code: "malformed" },
  {
    name: "an unknown operation",
    document: {},
    patch: [{ op: "put", path: "/a" }],
    code: "malformed",
  },
  { name: "no value", document: {}, patch: [{ op: "add", path: "/a" }], code: "malformed" },
  { name: "no path", document: {}, patch: [{ op: "remove" }], code: "malformed" },
  {
    name: "no from",
    document: {},
    patch: [{ op: "copy", path: "/a" }],
    code: "malformed",
  },
  {
    name: "a bad escape",
    document: {},
    patch: [{ op: "remove", path: "/a~2" }],
    code: "malformed",
  },
])("JSON patch refuses: $name", ({ document, patch, code }) => {
  assert.throws(() => applyJsonPatch(document, patch), { name: "PatchError", code });
});

Deno.test("a JSON patch holds as a whole or not at all", () => {
  const document = { a: 1 };
  const patch = [{ op: "add", path: "/b", value: 2 }, { op: "test", path: "/a", value: 9 }];
  assert.throws(() => applyJsonPatch(document, patch), PatchError);
  assert.deepEqual(document, { a: 1 });
});

// RFC 6901, section 5
Deno.test.each<{ text: string; parts: readonly string[] }>([
  { text: "", parts: [] },
  { text: "/foo/0", parts: ["foo", "0"] },
  { text: "/", parts: [""] },
  { text: "/a~1b", parts: ["a/b"] },
  { text: "/m~0n", parts: ["m~n"] },
])("JSON pointer «$text»", ({ text, parts }) => {
  assert.deepEqual(pointer(text), parts);
});
