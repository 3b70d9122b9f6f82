/**
 * Faults of a watch, and of the time between two: what changed meanwhile is known afterwards, what did
 * not change is left alone.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  addService,
  type AtWork,
  atWork,
  fill,
  type Lists,
  moveEndpoint,
  removeService,
} from "./at_work.ts";
import {
  cutAfter,
  endAfter,
  type Fault,
  neverAnswer,
  refuse,
  rewrite,
  say,
  sayFirst,
  stallAfter,
} from "./faults.ts";
import { FaultyServer } from "./faulty_server.ts";

interface WatchFault {
  readonly what: string;
  readonly fault: Fault;
  /** The deadline by which the fault is noticed, if only time tells. */
  readonly afterMs?: number;
}

const event = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;
const status = (code: number) => event("ERROR", { kind: "Status", code, message: "by the test" });
const service = (name: string, resourceVersion: string) => ({
  kind: "Service",
  metadata: { name, namespace: "default", resourceVersion },
  spec: { clusterIP: "10.96.9.9", ports: [{ port: 1 }] },
});

const FAULTS: readonly WatchFault[] = [
  { what: "is cut in the middle of an object", fault: cutAfter(300) },
  { what: "ends in the middle of an object", fault: endAfter(300) },
  { what: "ends at once", fault: say("") },
  { what: "is refused with 500", fault: refuse(500) },
  { what: "is refused with 429", fault: refuse(429) },
  { what: "is refused with 401", fault: refuse(401) },
  { what: "is refused with 403", fault: refuse(403) },
  { what: "is refused with 410", fault: refuse(410) },
  { what: "says ERROR 500", fault: say(status(500)) },
  { what: "says ERROR 410", fault: say(status(410)) },
  { what: "says ERROR 400", fault: say(status(400)) },
  { what: "says ERROR without a word", fault: say(event("ERROR", null)) },
  { what: "says what is no JSON", fault: say("<html>\n") },
  { what: "says events of another kind", fault: rewrite(asPods) },
  { what: "says events without objects", fault: rewrite((line) => line.replace("object", "o")) },
  { what: "says truncated JSON", fault: rewrite((line) => line.slice(0, 100)) },
  { what: "brings late news", fault: sayFirst(event("MODIFIED", service("s0", "1"))) },
  { what: "brings a late deletion", fault: sayFirst(event("DELETED", service("s0", "1"))) },
  { what: "says everything twice", fault: rewrite((line) => `${line}\n${line}`) },
  { what: "is never answered", fault: neverAnswer(), afterMs: 30_000 },
  { what: "stays silent", fault: stallAfter(0), afterMs: 150_000 },
  { what: "falls silent in the middle of an object", fault: stallAfter(300), afterMs: 150_000 },
];

function asPods(line: string): string {
  return line.replaceAll('"Service"', '"Pod"');
}

for (const lists of ["stream", "pages"] as const) {
  Deno.test.each(FAULTS)(
    `lists as ${lists}: a watch that $what loses nothing`,
    async ({ fault, afterMs }) => {
      await using it = await listed(lists);
      const met = it.server.next("watch services", fault);
      await cutWatches(it);
      addService(it.server, "added");
      removeService(it.server, "s1");
      moveEndpoint(it.server, "s2", "10.1.0.2");
      await it.server.revive();
      await met;
      if (afterMs !== undefined) {
        const known = it.mirror.until(({ snapshot }) => snapshot.services.has("default/added"));
        await it.passUntil(afterMs, known);
      }
      await it.agrees();
      assert.deepEqual(it.mirror.flaps, []);
    },
  );

  Deno.test(`lists as ${lists}: what was deleted while nobody listened, and forgotten, is gone`, async () => {
    await using it = await listed(lists);
    const kept = it.mirror.snapshot.services.get("default/s0");
    await cutWatches(it);
    removeService(it.server, "s1");
    moveEndpoint(it.server, "s2", "10.1.0.2");
    it.server.api.compact();
    await it.server.revive();
    await it.agrees();
    assert.equal(it.mirror.snapshot.services.has("default/s1"), false);
    assert.equal(it.mirror.snapshot.services.get("default/s0"), kept, "not even told anew");
    assert.deepEqual(it.mirror.flaps, []);
  });

  Deno.test(`lists as ${lists}: a server restored from a backup is believed, though its versions are lower`, async () => {
    await using it = await listed(lists);
    for (let i = 0; i < 50; i++) moveEndpoint(it.server, "s3", `10.1.1.${i}`);
    addService(it.server, "after-the-backup");
    await it.agrees();
    await cutWatches(it);
    await it.server.replace((api) => {
      fill({ api });
      addService({ api }, "of-the-backup");
    });
    await it.server.revive();
    const believed = it.mirror.until(({ snapshot: { services, slices } }) =>
      !services.has("default/after-the-backup") && !slices.has("default/after-the-backup-1")
    );
    await it.passUntil(150_000, believed); // such a server says nothing on a watch
    await it.agrees();
    assert.equal(it.mirror.snapshot.services.has("default/of-the-backup"), true);
    assert.deepEqual(it.mirror.flaps, []);
  });
}

Deno.test("a server whose clock goes back is believed all the same", async () => {
  const times = [Date.UTC(2026, 5, 1), Date.UTC(2025, 5, 1), Date.UTC(1970, 0, 1)];
  let now = times[0] ?? 0;
  const server = await FaultyServer.start(() => now);
  fill(server);
  await using it = await atWork(server, { lists: "stream" });
  await it.listed();
  for (const time of times) {
    now = time;
    addService(server, `at-${time}`);
    await it.agrees();
  }
  assert.deepEqual(it.mirror.flaps, []);
  assert.deepEqual(it.mirror.reports, []);
});

Deno.test("a server that is killed again and again loses nothing", async () => {
  await using it = await listed("stream");
  for (let round = 0; round < 5; round++) {
    await cutWatches(it);
    addService(it.server, `round-${round}`);
    if (round > 0) removeService(it.server, `round-${round - 1}`);
    await it.server.revive();
    await it.agrees();
  }
  assert.deepEqual(it.mirror.flaps, []);
});

async function listed(lists: Lists): Promise<AtWork> {
  const server = await FaultyServer.start();
  fill(server);
  const it = await atWork(server, { lists });
  await it.listed();
  return it;
}

async function cutWatches({ server }: AtWork): Promise<void> {
  await server.kill();
}
