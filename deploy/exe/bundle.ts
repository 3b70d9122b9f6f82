/**
 * Makes `dist/bundle`: Windlass for a plain `deno` (or `deno.exe`), where no exe can be compiled or
 * none may be run. One file to start, the parts that it loads only when they are needed, and a
 * `deno.json` with the permissions.
 *
 * Needs to run `deno`, and to write the folder. `deno task bundle [FOLDER]` runs it.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const ENTRY = "mod.ts";
const WORKER = "backends/userspace/workers/worker.ts";
/** How the sources name the worker's file, and where it is in the bundle. */
const WORKER_IN_SOURCES = '"./worker.ts"';
const WORKER_IN_BUNDLE = `"./${WORKER.replace(/ts$/, "js")}"`;

/** Makes the bundle in that folder. What was there before is removed. */
export async function makeBundle(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await bundle(folder);
  await Deno.rename(join(folder, "mod.js"), join(folder, "windlass.js"));
  await pointToWorker(folder);
  await Deno.writeTextFile(join(folder, "deno.json"), await permissionsText());
}

/** In parts (`--code-splitting`): it starts in a fifth of the time and needs two thirds of the memory. */
async function bundle(folder: string): Promise<void> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--platform=deno", "--minify", "--code-splitting", `--outdir=${folder}`]
      .concat(
        [ENTRY, WORKER],
      ),
    cwd: ROOT,
    stdin: "null",
  }).output();
  if (code === 0) return;
  const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  throw new Error(`Cannot bundle Windlass: deno bundle ended with code ${code}\n${text}`);
}

/** The one place that starts a worker must find it where it is now, seen from the bundle's top. */
async function pointToWorker(folder: string): Promise<void> {
  let found = 0;
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile || !name.endsWith(".js")) continue;
    const path = join(folder, name);
    const text = await Deno.readTextFile(path);
    const parts = text.split(WORKER_IN_SOURCES);
    found += parts.length - 1;
    if (parts.length > 1) await Deno.writeTextFile(path, parts.join(WORKER_IN_BUNDLE));
    if (text.includes('"./mod.js"')) {
      throw new Error(`${name} imports mod.js, which has a new name`);
    }
  }
  if (found === 0) {
    throw new Error(
      `No part of the bundle has ${WORKER_IN_SOURCES}: say here how a worker's file is named now`,
    );
  }
  await Deno.stat(join(folder, dirname(WORKER), "worker.js"));
}

async function permissionsText(): Promise<string> {
  const { permissions: sets, unstable } = JSON.parse(
    await Deno.readTextFile(join(ROOT, "deno.json")),
  );
  const permissions = Object.fromEntries(
    ["windlass", "windlass-windows"].map((name) => [name, sets[name]]),
  );
  return `${JSON.stringify({ permissions, unstable }, null, 2)}\n`;
}

if (import.meta.main) await makeBundle(Deno.args[0] ?? join(ROOT, "dist", "bundle"));
