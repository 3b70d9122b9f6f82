// What starts with every command: a package that is loaded and not used is time that users wait.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

interface Graph {
  readonly roots: readonly string[];
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly isDynamic?: boolean;
      readonly code?: { readonly specifier?: string };
    }[];
  }[];
}

/** Everything that a file imports, and what that imports, but not what is loaded on demand. */
async function loadedWith(file: string): Promise<ReadonlySet<string>> {
  const info = new Deno.Command(Deno.execPath(), { args: ["info", "--json", file], cwd: ROOT });
  const { stdout } = await info.output();
  const graph = JSON.parse(new TextDecoder().decode(stdout)) as Graph; // of deno's own making
  const modules = new Map(graph.modules.map((each) => [each.specifier, each.dependencies ?? []]));
  const loaded = new Set<string>();
  const names = new Set<string>();
  const waiting = [...graph.roots];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (loaded.has(next)) continue;
    loaded.add(next);
    for (const { specifier, isDynamic, code } of modules.get(next) ?? []) {
      if (isDynamic === true || code?.specifier === undefined) continue;
      names.add(specifier);
      waiting.push(code.specifier);
    }
  }
  assert(loaded.size > 1, file);
  return names;
}

Deno.test.each([
  { file: "mod.ts", without: ["@bufbuild/protobuf", "node:http2", "node:https", "node:crypto"] },
  { file: "agent/commands/version.ts", without: ["@bufbuild/protobuf", "node:http2", "p-queue"] },
  {
    file: "agent/commands/view.ts",
    without: ["@bufbuild/protobuf", "node:http2", "node:https", "node:crypto", "p-queue"],
  },
])("$file starts without $without", async ({ file, without }) => {
  const loaded = await loadedWith(file);
  assert.deepEqual(without.filter((each) => loaded.has(each)), []);
});

Deno.test("a server of KPNG loads what it takes, so that the names above are the right ones", async () => {
  const loaded = await loadedWith("proto/kpng/server.ts");
  assert(loaded.has("@bufbuild/protobuf") && loaded.has("node:http2"), [...loaded].join(" "));
});
