/**
 * The walls hold: no file of the project breaks a rule of `walls_lint.ts`, and each rule bites.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import plugin, { MAY_IMPORT } from "./walls_lint.ts";

const ROOT = new URL("../", import.meta.url);

function complaints(file: string, source: string): readonly string[] {
  const path = fileURLToPath(new URL(file, ROOT));
  return Deno.lint.runPlugin(plugin, path, source).map(({ message }) => message);
}

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(new URL(folder, ROOT))) {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory) yield* sources(`${path}/`);
    else if (path.endsWith(".ts")) yield path;
  }
}

for (const room of Object.keys(MAY_IMPORT)) {
  Deno.test(`no file of ${room}/ breaks a wall`, async () => {
    let files = 0;
    for await (const file of sources(`${room}/`)) {
      files++;
      assert.deepEqual(complaints(file, await Deno.readTextFile(new URL(file, ROOT))), [], file);
    }
    assert.ok(files > 0, `${room}/ holds no source`);
  });
}

Deno.test.each([
  {
    file: "core/a.ts",
    source: `import "../backends/mod.ts";`,
    says: /core\/ must not import backends/,
  },
  {
    file: "core/a.ts",
    source: `import type { A } from "../proto/mod.ts";`,
    says: /must not import/,
  },
  { file: "core/a.ts", source: `export * from "../agent/io.ts";`, says: /must not import agent/ },
  { file: "core/a.ts", source: `export { a } from "../mod.ts";`, says: /must not import mod.ts/ },
  { file: "core/a.ts", source: `await import("../proto/mod.ts");`, says: /must not import proto/ },
  { file: "core/a.ts", source: `import "node:fs";`, says: /pure code must not import "node:fs"/ },
  { file: "core/a.ts", source: `Deno.readTextFile("x");`, says: /must not use Deno/ },
  { file: "core/a.ts", source: `const t = Date.now();`, says: /must not use Date/ },
  { file: "core/a.ts", source: `const t = new Date();`, says: /must not use Date/ },
  { file: "core/a.ts", source: `const r = Math.random();`, says: /must not use Math.random/ },
  { file: "core/a.ts", source: `console.log(1);`, says: /must not use console/ },
  { file: "core/a.ts", source: `setTimeout(() => {}, 1);`, says: /must not use setTimeout/ },
  { file: "backends/x/plan.ts", source: `performance.now();`, says: /must not use performance/ },
  { file: "backends/x/plan.ts", source: `import "p-queue";`, says: /must not import "p-queue"/ },
  {
    file: "backends/a.ts",
    source: `import "../proto/mod.ts";`,
    says: /backends\/ must not import proto/,
  },
  { file: "backends/a.ts", source: `import "../agent/mod.ts";`, says: /must not import agent/ },
  {
    file: "proto/a.ts",
    source: `import "../backends/mod.ts";`,
    says: /proto\/ must not import backends/,
  },
  { file: "agent/a.ts", source: `import "../core/view.ts";`, says: /through core\/mod.ts/ },
  { file: "agent/b/a.ts", source: `import "../c/_d.ts";`, says: /private to its folder/ },
])("the walls report in $file: $source", ({ file, source, says }) => {
  const found = complaints(file, source);
  assert.equal(found.length, 1, found.join("; "));
  assert.match(found[0] ?? "", says);
});

Deno.test.each([
  { file: "core/a.ts", source: `import { IPv4 } from "ip-num"; import "./b.ts"; Math.max(1, 2);` },
  { file: "core/a_test.ts", source: `import "node:assert/strict"; Deno.test("x", () => {});` },
  { file: "backends/x/tcp.ts", source: `import "../../core/mod.ts"; Deno.connect({ port: 1 });` },
  { file: "agent/x.ts", source: `import "../core/mod.ts"; import "../proto/mod.ts"; Date.now();` },
  { file: "tests/x.ts", source: `import "../core/view.ts"; import "../agent/io.ts";` },
])("the walls let pass in $file: $source", ({ file, source }) => {
  assert.deepEqual(complaints(file, source), []);
});
