import assert from "node:assert/strict";
import { FakeLog, FakeSource, listOf, service } from "../test_fakes.ts";
import { FakeTimers } from "../test_timers.ts";
import { followSnapshots } from "./snapshots.ts";

Deno.test("news that change nothing are taken in without another snapshot", async () => {
  const source = new FakeSource();
  const timers = new FakeTimers();
  const diary: string[] = [];
  const feed = followSnapshots({
    source,
    take: ({ services }) => void diary.push(`${services.size} services`),
    onTaken: () => void diary.push("taken"),
    minSyncPeriodMs: 1000,
    log: new FakeLog(),
    timers,
  });
  const web = service("web", "10.96.0.10");
  source.say(listOf("Service", web));
  await timers.advance(1000);
  source.say(listOf("Service", web)); // as after a watch that was cut
  await timers.advance(1000);
  assert.deepEqual(diary, ["1 services", "taken", "taken"]);
  await feed.stop();
});
