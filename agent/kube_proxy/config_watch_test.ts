import assert from "node:assert/strict";
import { join } from "node:path";
import type { Timers } from "../timers.ts";
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

/** Timers that go off when the test says so. */
function heldTimers() {
  const alarms: (() => unknown)[] = [];
  let set = Promise.withResolvers<void>();
  const timers: Timers = {
    now: () => 0,
    after(_ms, call) {
      alarms.push(call);
      set.resolve();
      return () => {};
    },
  };
  return {
    timers,
    /** Waits for an alarm and sets it off, to the end of what it does. */
    async ring(): Promise<void> {
      await set.promise;
      const call = alarms.shift();
      if (alarms.length === 0) set = Promise.withResolvers();
      await call?.();
    },
  };
}

Deno.test("a file that is being written is waited for", async () => {
  await using config = await file("mode: a\n");
  const { timers, ring } = heldTimers();
  using watch = watchConfig(config.path, "mode: a\n", timers);
  let changed = false;
  watch.changed.catch(() => changed = true);
  await Deno.writeTextFile(config.path, "mode");
  await ring(); // seen half written
  await Deno.writeTextFile(config.path, "mode: b\n");
  await ring(); // seen whole, and not as before
  assert.equal(changed, false);
  await ring(); // it has stayed so
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
  const { timers, ring } = heldTimers(); // Windows locks a file that is just being read
  using watch = watchConfig(config.path, "mode: a\n", timers);
  let changed = false;
  watch.changed.catch(() => changed = true);
  await Deno.writeTextFile(join(config.folder, "other"), "x");
  await ring();
  for (let n = 0; n < 3; n++) {
    await Deno.writeTextFile(join(config.folder, "same"), "mode: a\n");
    await Deno.remove(config.path);
    await ring(); // seen away
    await Deno.rename(join(config.folder, "same"), config.path);
    await ring(); // seen back
  }
  assert.equal(changed, false);
  await Deno.writeTextFile(config.path, "mode: b\n");
  while (!changed) await ring();
  await assert.rejects(watch.changed, CHANGED);
});

Deno.test({
  name: "a ConfigMap's mount, whose folder is swapped behind a link, is a change",
  ignore: Deno.build.os === "windows", // a link is a privilege there
  async fn() {
    await using config = await file("not the file of this test");
    const at = (name: string) => join(config.folder, name);
    for (const [version, text] of [["..1", "mode: a\n"], ["..2", "mode: b\n"]] as const) {
      await Deno.mkdir(at(version));
      await Deno.writeTextFile(join(at(version), "proxy.conf"), text);
    }
    await Deno.symlink("..1", at("..data"));
    await Deno.symlink("..data/proxy.conf", at("proxy.conf"));
    using watch = watchConfig(at("proxy.conf"), "mode: a\n");
    await Deno.symlink("..2", at("..data_tmp"));
    await Deno.rename(at("..data_tmp"), at("..data"));
    await assert.rejects(watch.changed, /proxy.conf" has changed/);
  },
});
