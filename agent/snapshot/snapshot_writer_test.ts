import assert from "node:assert/strict";
import { join } from "node:path";
import { FakeLog, FakeSource, listOf, service, slice, upsert } from "../test_fakes.ts";
import { FakeTimers } from "../test_timers.ts";
import { startSnapshotWriter } from "./snapshot_writer.ts";

/** A writer, with a clock that the test moves, and a folder of its own. */
async function start(name = "state.json") {
  const folder = await Deno.makeTempDir();
  const path = join(folder, name);
  const [source, log, timers] = [new FakeSource(), new FakeLog(), new FakeTimers()];
  const writer = startSnapshotWriter({ source, path, minSyncPeriodMs: 1000, log, timers });
  return {
    ...{ folder, path, source, log, timers, writer },
    names: async () =>
      Object(JSON.parse(await Deno.readTextFile(path)))
        .items.map((item: { metadata: { name: string } }) => item.metadata.name),
    async [Symbol.asyncDispose]() {
      await writer.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

Deno.test("nothing is written before services and slices were both listed", async () => {
  await using it = await start();
  it.source.say(listOf("Service", service("web", "10.96.0.10")));
  await it.timers.advance(5000);
  assert.equal(it.writer.status().ready, false);
  await assert.rejects(Deno.stat(it.path), Deno.errors.NotFound);
  it.source.say(listOf("EndpointSlice", slice("web", "10.244.1.5")));
  await it.log.until(/Wrote/);
  assert.deepEqual(await it.names(), ["web", "web-1"]);
});

Deno.test("changes within the period are one write, and no draft is left behind", async () => {
  await using it = await start();
  it.source.say(listOf("Service"), listOf("EndpointSlice"));
  await it.log.until(/Wrote/);
  it.source.say(upsert(service("a", "10.96.0.11")));
  it.source.say(upsert(service("b", "10.96.0.12")));
  await it.timers.advance(1000);
  await it.log.until(/Wrote/, 2);
  assert.deepEqual(await it.names(), ["a", "b"]);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(it.folder), (each) => each.name), [
    "state.json",
  ]);
});

Deno.test("news that change nothing write nothing", async () => {
  await using it = await start();
  it.source.say(listOf("Service", service("a", "10.96.0.11")), listOf("EndpointSlice"));
  await it.log.until(/Wrote/);
  await Deno.remove(it.path);
  it.source.say(upsert(service("a", "10.96.0.11")));
  it.source.end();
  await it.writer.done;
  await assert.rejects(Deno.stat(it.path), Deno.errors.NotFound);
});

Deno.test("a write that fails is told and tried again with all that has come since", async () => {
  await using it = await start("later/state.json");
  it.source.say(listOf("Service", service("a", "10.96.0.11")), listOf("EndpointSlice"));
  await it.log.until(/Cannot write the snapshot/);
  it.source.say(upsert(service("b", "10.96.0.12")));
  await Deno.mkdir(join(it.folder, "later"));
  await it.timers.advance(1000);
  await it.log.until(/Wrote/);
  assert.deepEqual(await it.names(), ["a", "b"]);
});

Deno.test("a write that fails leaves no draft behind", async () => {
  await using it = await start();
  await Deno.mkdir(it.path);
  it.source.say(listOf("Service"), listOf("EndpointSlice"));
  await it.log.until(/Cannot write the snapshot/);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(it.folder), (each) => each.name), [
    "state.json",
  ]);
});
