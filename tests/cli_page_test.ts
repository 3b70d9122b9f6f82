import assert from "node:assert/strict";
import { FLAGS } from "../agent/cli/flags.ts";
import { filled, PAGES } from "./cli_page.ts";
import { PARTS } from "./cli_page_parts.ts";

for (const page of PAGES) {
  const name = page.pathname.split("/").at(-1) ?? "";
  Deno.test(`docs/${name} says what the program says (if not: deno task docs:cli)`, async () => {
    const text = await Deno.readTextFile(page);
    assert.equal(text, await filled(text));
  });
}

Deno.test("the pages hold every generated part once, and each has its end", async () => {
  const pages = await Promise.all(PAGES.map((page) => Deno.readTextFile(page)));
  const text = pages.join("\n");
  const names = [...text.matchAll(/^<!-- generated: (.+) -->$/gm)].map(([, name]) => name);
  assert.deepEqual(names.toSorted(), [...PARTS.keys()].sort());
  const starts = [...text.matchAll(/^<!-- (generated|output of): .+ -->$/gm)].length;
  assert.equal([...text.matchAll(/^<!-- end -->$/gm)].length, starts);
});

Deno.test("the flag tables have every flag of the program", () => {
  const tables = PARTS.get("flags")?.().join("\n") ?? "";
  const missing = Object.values(FLAGS).filter(({ help }) => !tables.includes(help));
  assert.deepEqual(missing, []);
});

Deno.test("filled() refuses a part that it does not know, and a command line that fails", async () => {
  const part = (name: string) => `<!-- ${name} -->\n\n<!-- end -->`;
  await assert.rejects(filled(part("generated: nothing")), /the parts are sources/);
  await assert.rejects(filled(part("output of: windlass view nowhere")), /exit code 2/);
});

Deno.test("filled() keeps what stands around a part, and drops what stood in it", async () => {
  const page = "Before\n\n<!-- generated: sources -->\n\nold\n\n<!-- end -->\n\nAfter\n";
  const text = await filled(page);
  assert.match(text, /^Before\n\n<!-- generated: sources -->\n\n\| source/);
  assert.match(text, /\|\n\n<!-- end -->\n\nAfter\n$/);
  assert.ok(!text.includes("old\n"));
  assert.equal(await filled(text), text);
});
