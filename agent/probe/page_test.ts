import assert from "node:assert/strict";
import { JUDGE_RULES } from "./judge.ts";

Deno.test("the page of the probe has the rules as they are, in their order", async () => {
  const page = new URL("../../docs/reference/probe.md", import.meta.url);
  const rows = (await Deno.readTextFile(page)).split("\n")
    .map((line) => line.split("|").map((part) => part.trim()))
    .filter(([, , mark]) => ["ok", "wrong", "unknown"].includes(mark ?? ""))
    .map(([, name, mark, why]) => [name, mark, why]);
  assert.deepEqual(rows, JUDGE_RULES.map(({ name, then, why }) => [`\`${name}\``, then, why]));
});
