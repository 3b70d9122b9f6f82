/**
 * The page on the node names every rule that the program has.
 *
 * @module
 */
import assert from "node:assert/strict";
import { NODE_RULES } from "../agent/node_facts/mod.ts";
import { WINDOWS_ADDRESS_WAYS } from "../backends/mod.ts";
import { FLAGS } from "../agent/cli/flags.ts";

const PAGE = await Deno.readTextFile(new URL("../docs/reference/node.md", import.meta.url));

Deno.test("each rule of windlass node has its line in the page, in their order", () => {
  const rows = [...PAGE.matchAll(/^\| `([a-z0-9-]+)` +\|/gm)].map(([, name = ""]) => name);
  const names = NODE_RULES.map(({ name }) => name);
  assert.deepEqual(rows.filter((row) => names.includes(row)), names);
});

Deno.test("each way to manage addresses has its line in the page", () => {
  for (const name of [...WINDOWS_ADDRESS_WAYS, ...FLAGS.addressManager.choices]) {
    assert.match(PAGE, new RegExp(`^\\| \`${name}\` +\\|`, "m"));
  }
});
