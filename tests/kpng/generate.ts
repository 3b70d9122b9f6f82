/**
 * Generates the TypeScript of KPNG's messages from the .proto files: protoc, with protobuf-es as its
 * plugin. Run it after a change of a .proto file; a test holds what is committed against it.
 *
 *     deno run -A tests/kpng/generate.ts
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** Where the .proto files and what is made of them lie. */
export const API_FOLDER: URL = new URL("../../proto/kpng/api/", import.meta.url);

const SOURCES = ["localv1.proto", "globalv1.proto"];
const PLUGIN = "npm:@bufbuild/protoc-gen-es@2.17.0";

/** What is generated: text by the name of the file. */
export async function generate(): Promise<ReadonlyMap<string, string>> {
  const folder = await Deno.makeTempDir();
  try {
    const plugin = `${folder}/protoc-gen-es`;
    const start = `exec "${Deno.execPath()}" run --quiet --no-lock --no-config -A ${PLUGIN}`;
    await Deno.writeTextFile(plugin, `#!/bin/sh\n${start}\n`, { mode: 0o755 });
    await run(
      "protoc",
      `--plugin=protoc-gen-es=${plugin}`,
      `--es_out=${folder}`,
      "--es_opt=target=ts,import_extension=ts",
      ...SOURCES,
    );
    const names = SOURCES.map((name) => name.replace(".proto", "_pb.ts"));
    const paths = names.map((name) => `${folder}/${name}`);
    for (const path of paths) {
      await Deno.writeTextFile(path, withoutEnums(await Deno.readTextFile(path)));
    }
    await run(Deno.execPath(), "fmt", "--quiet", "--no-config", "--line-width=100", ...paths);
    const texts = await Promise.all(paths.map((path) => Deno.readTextFile(path)));
    return new Map(names.map((name, index) => [name, texts[index] ?? ""]));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** An enum is code that has to be compiled, which the project does without: it becomes an object. */
function withoutEnums(text: string): string {
  const constants = text.replaceAll(
    /export enum (\w+) \{([\s\S]*?)\n\}/g,
    (_, name: string, body: string) =>
      `export const ${name} = {${body.replaceAll(/^(\s*\w+) =/gm, "$1:")}\n} as const;\n` +
      `/** A value of the enum. */\nexport type ${name} = typeof ${name}[keyof typeof ${name}];`,
  );
  return constants.replace("/* eslint-disable */", "// deno-lint-ignore-file");
}

async function run(command: string, ...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd: fileURLToPath(API_FOLDER),
  }).output();
  if (!success) throw new Error(`${command} has failed: ${new TextDecoder().decode(stderr)}`);
}

if (import.meta.main) {
  for (const [name, text] of await generate()) {
    await Deno.writeTextFile(new URL(name, API_FOLDER), text);
  }
}
