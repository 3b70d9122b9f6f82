import assert from "node:assert/strict";
import fc from "fast-check";
import { dump } from "js-yaml";
import { parseTree, type TreeNode } from "./config_tree.ts";

/** Every key with its line, as `path@line`. */
function keysOf(node: TreeNode | null, prefix = ""): readonly string[] {
  if (node === null || node.kind === "scalar") return [];
  if (node.kind === "list") return node.items.flatMap((item) => keysOf(item, `${prefix}[]`));
  return node.entries.flatMap(({ key, line, node: value }) => [
    `${prefix}${key}@${line}`,
    ...keysOf(value, `${prefix}${key}.`),
  ]);
}

Deno.test.each([
  { text: "a: 1\nb:\n  c: x\n\n  # words\n  c: y\n", keys: ["a@1", "b@2", "b.c@3", "b.c@6"] },
  { text: "---\r\na:\r\n- b: 1\r\n- b: 2\r\n", keys: ["a@2", "a.[]b@3", "a.[]b@4"] },
  { text: '{"a": 1,\n "b": {\n  "c": null}}', keys: ["a@1", "b@2", "b.c@3"] },
  { text: "a: |\n  b: 1\nc: 'x\n\n  y'\nd: 1\n", keys: ["a@1", "c@3", "d@6"] },
])("parseTree() knows the line of every key of $text", ({ text, keys }) => {
  const tree = parseTree(text);
  assert(tree.ok);
  assert.deepEqual(keysOf(tree.root), keys);
});

/** The tree without places. */
function plain(node: TreeNode | null): unknown {
  switch (node?.kind) {
    case undefined:
      return null;
    case "scalar":
      return node.value;
    case "list":
      return node.items.map(plain);
    case "map":
      return Object.fromEntries(node.entries.map(({ key, node: value }) => [key, plain(value)]));
  }
}

Deno.test("parseTree() reads what js-yaml writes", () => {
  const values = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, tie("leaf"), tie("map"), tie("list")),
    leaf: fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
    list: fc.array(tie("value"), { maxLength: 4 }),
    map: fc.dictionary(fc.stringMatching(/^[a-z]\w{0,5}$/), tie("value"), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  })).map;
  fc.assert(fc.property(values, (value) => {
    const tree = parseTree(dump(value));
    assert(tree.ok);
    assert.deepEqual(plain(tree.root), value);
  }));
});
