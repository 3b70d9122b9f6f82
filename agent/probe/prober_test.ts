import assert from "node:assert/strict";
import {
  addressOf,
  applyEvents,
  deriveView,
  EMPTY_SNAPSHOT,
  type PipelineState,
  startPipeline,
} from "../../core/mod.ts";
import { listOf, service, slice } from "../test_fakes.ts";
import { FakeTimers } from "../test_timers.ts";
import type { Sight } from "./model.ts";
import { type Order, Prober, type ProberOptions } from "./prober.ts";

const SERVICES = ["a", "b", "c"];
const STATE = stateOf();
const ALL: Order = {
  services: [],
  kinds: ["ClusterIP", "Endpoint"],
  allNodes: false,
  times: 3,
};
const NEVER = new AbortController().signal;

function stateOf(): PipelineState {
  const snapshot = applyEvents(EMPTY_SNAPSHOT, [
    listOf("Service", ...SERVICES.map((name, i) => service(name, `10.96.0.${i + 1}`))),
    listOf("EndpointSlice", ...SERVICES.map((name, i) => slice(name, `10.244.1.${i + 1}`))),
    listOf("Node"),
  ]);
  const derivation = deriveView(snapshot, "n1");
  return { ...startPipeline("n1"), snapshot, derivation, view: derivation.view, ready: true };
}

/** A prober whose questions are answered by the test, and each is written down with its time. */
function prober(answer: (place: string) => Sight, options: Partial<ProberOptions> = {}) {
  const timers = new FakeTimers();
  const asked: { readonly at: number; readonly place: string }[] = [];
  const subject = new Prober({
    from: "n1",
    state: () => STATE,
    vantage: { clientIP: null, nodeIP: null },
    rate: 10,
    timeoutMs: 100,
    settleMs: 1000,
    silent: false,
    timers,
    ask: ({ ip, port }) => {
      const place = addressOf(ip, port);
      asked.push({ at: timers.now(), place });
      return Promise.resolve(answer(place));
    },
    ...options,
  });
  return { subject, timers, asked };
}

/** Each endpoint names itself, and each ClusterIP is answered by its own endpoint. */
function named(place: string): Sight {
  const name = place.startsWith("10.96.0.")
    ? place.replace("10.96.0.", "10.244.1.").replace(/:80$/, ":8080")
    : place;
  return { seen: "answered", name, ms: 1 };
}

Deno.test("all questions together keep to the rate, however many wait for their turn", async () => {
  const { subject, timers, asked } = prober(named, { rate: 10 });
  const done = subject.run(ALL, NEVER);
  await timers.advance(10_000);
  const { cells } = await done;
  assert.equal(cells.every(({ mark }) => mark === "ok"), true);
  assert.equal(asked.length, SERVICES.length * (1 + ALL.times));
  const times = asked.map(({ at }) => at);
  times.slice(1).forEach((at, i) => assert.ok(at - (times[i] ?? 0) >= 100, times.join(" ")));
});

Deno.test("nothing is asked but frontends and endpoints of the view", async () => {
  const { subject, timers, asked } = prober(() => ({ seen: "refused", name: "", ms: 1 }));
  const done = subject.run(ALL, NEVER);
  await timers.advance(60_000);
  const { cells } = await done;
  assert.equal(cells.every(({ mark }) => mark === "wrong"), true);
  const inView = SERVICES.flatMap((_, i) => [`10.96.0.${i + 1}:80`, `10.244.1.${i + 1}:8080`]);
  assert.deepEqual([...new Set(asked.map(({ place }) => place))].sort(), inView.sort());
});

Deno.test("what looks wrong is asked again, after a rest, and may have come right", async () => {
  let calls = 0;
  const { subject, timers, asked } = prober((place) => {
    const late = place === "10.96.0.2:80" && ++calls <= ALL.times;
    return late ? { seen: "refused", name: "", ms: 1 } : named(place);
  }, { rate: 1000 });
  const done = subject.run(ALL, NEVER);
  await timers.advance(10_000);
  const { cells } = await done;
  assert.deepEqual(cells.filter(({ mark }) => mark !== "ok"), []);
  const times = asked.filter(({ place }) => place === "10.96.0.2:80").map(({ at }) => at);
  assert.equal(times.length, 2 * ALL.times);
  assert.ok((times[ALL.times] ?? 0) - (times[ALL.times - 1] ?? 0) >= 1000);
  assert.equal(asked.length, SERVICES.length * (1 + ALL.times) + ALL.times, "only that one");
});

Deno.test("a prober stops asking when its signal aborts", async () => {
  const stop = new AbortController();
  const { subject, timers, asked } = prober(named, { rate: 1 });
  const done = assert.rejects(subject.run(ALL, stop.signal), { name: "AbortError" });
  await timers.advance(2500);
  const before = asked.length;
  stop.abort();
  await timers.advance(60_000);
  await done;
  assert.ok(before > 0);
  assert.equal(asked.length, before);
});
