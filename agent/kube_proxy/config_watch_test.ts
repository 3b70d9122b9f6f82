import assert from "node:assert/strict";
import { join } from "node:path";
import { watchConfig } from "./config_watch.ts";

async function file(text: string) {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "config.conf");
  await Deno.writeTextFile(path, text);
  return { path, folder, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

const CHANGED = /^RunError: Configuration file ".*config.conf" has changed; ending, to be started/;

Deno.test("a file that is written anew is a change", async () => {
  await using config = await file("mode: a\n");
  using watch = watchConfig(config.path, "mode: a\n");
  await Deno.writeTextFile(config.path, "mode: b\n");
  await assert.rejects(watch.changed, CHANGED);
});

Deno.test("a file that another one is renamed over is a change, as with a ConfigMap", async () => {
  await using config = await file("mode: a\n");
  using watch = watchConfig(config.path, "mode: a\n");
  await Deno.writeTextFile(join(config.folder, "new"), "mode: b\n");
  await Deno.rename(join(config.folder, "new"), config.path);
  await assert.rejects(watch.changed, CHANGED);
});

Deno.test("neither another file, nor the same content, nor an absence is a change", async () => {
  await using config = await file("mode: a\n");
  using watch = watchConfig(config.path, "mode: a\n");
  let changed = false;
  watch.changed.catch(() => changed = true);
  await Deno.writeTextFile(join(config.folder, "other"), "x");
  await Deno.writeTextFile(config.path, "mode: a\n");
  await Deno.remove(config.path);
  await Deno.writeTextFile(config.path, "mode: a\n");
  assert.equal(changed, false);
  await Deno.writeTextFile(config.path, "mode: b\n"); // what came before was seen before this
  await assert.rejects(watch.changed, CHANGED);
});
