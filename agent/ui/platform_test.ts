import assert from "node:assert/strict";
import type { Backend, Observation, Op } from "../../backends/mod.ts";
import { FakeTimers } from "../test_timers.ts";
import { type PlatformReader, PlatformWatch } from "./platform.ts";

const op = (key: string): Op => ({ op: "create", key, after: [], because: "" });

/** A backend whose looks find what the test puts there. */
function backendOf(found: { ops: readonly Op[] }): Backend<Op, number> {
  return {
    name: "fake",
    initial: 0,
    plan: (_, state) => ({ ops: [], state: state + 1 }),
    apply: () => Promise.resolve({ ok: true }),
    close: () => Promise.resolve(),
    observer: {
      watch: () => () => {},
      observe: (): Promise<Observation<Op, number>> =>
        Promise.resolve({
          ok: true,
          plan: (state) => ({ ops: found.ops, state: state + 100 }),
          covers: (key) => key === "covered",
        }),
    },
  };
}

Deno.test("looks are listened to, and pass on what they saw as it is", async () => {
  const timers = new FakeTimers();
  let pictures = 0;
  const reader: PlatformReader<number> = {
    picture(state) {
      pictures++;
      return { name: `state ${state}`, objects: [] };
    },
    objects: (state, keys) =>
      keys.map((frontend) => ({ kind: "x", id: String(state), frontend, about: "" })),
  };
  const watch = new PlatformWatch<Op, number>(0, reader, { now: () => 42, timers });
  const found = { ops: [op("a"), op("b")] };
  const backend = watch.watched(backendOf(found));
  const looks = { error: "", waits: ["the network"] };
  assert.equal(watch.status(looks).lookedAt, null);

  const look = async (state: number) => {
    const seen = await backend.observer?.observe(new AbortController().signal);
    assert.ok(seen?.ok === true);
    assert.equal(seen.covers?.("covered"), true);
    return seen.plan(state);
  };
  assert.deepEqual(await look(0), { ops: found.ops, state: 100 });
  const first = watch.status(looks);
  assert.deepEqual([first.lookedAt, first.drift.count, first.drift.looks], [42, 0, 0]);
  assert.deepEqual(first.waits, ["the network"]);

  found.ops = [op("c")];
  await look(100);
  const second = watch.status(looks);
  assert.deepEqual(second.drift, { last: [{ op: "create", key: "c" }], count: 1, looks: 1 });
  assert.equal(second.name, "state 200");

  found.ops = [];
  await look(200);
  assert.deepEqual(watch.status(looks).drift, { last: [], count: 0, looks: 1 });
  const before = pictures;
  watch.status(looks);
  assert.equal(pictures, before, "the same state is counted once");
  assert.equal(backend.plan([], 300).state, 301);
  assert.deepEqual(watch.objects(["k"]), [{ kind: "x", id: "301", frontend: "k", about: "" }]);
});

Deno.test("a look that fails changes nothing", async () => {
  const { observer, ...rest } = backendOf({ ops: [] });
  assert.ok(observer !== undefined);
  const failing: Backend<Op, number> = {
    ...rest,
    observer: { ...observer, observe: () => Promise.resolve({ ok: false, error: "away" }) },
  };
  const reader: PlatformReader<number> = { picture: () => null, objects: () => [] };
  const clock = { now: () => 42, timers: new FakeTimers() };
  const watch = new PlatformWatch<Op, number>(0, reader, clock);
  const seen = await watch.watched(failing).observer?.observe(new AbortController().signal);
  assert.deepEqual(seen, { ok: false, error: "away" });
  const { lookedAt, error, name } = watch.status({ error: "away", waits: [] });
  assert.deepEqual([lookedAt, error, name], [null, "away", "not seen yet"]);
});

Deno.test("a backend that cannot look is left as it is", () => {
  const { observer: _, ...blind } = backendOf({ ops: [] });
  const reader: PlatformReader<number> = { picture: () => null, objects: () => [] };
  const clock = { now: () => 0, timers: new FakeTimers() };
  assert.equal(new PlatformWatch<Op, number>(0, reader, clock).watched(blind), blind);
});
