import assert from "node:assert/strict";
import { FakeTimers, settle } from "../test_timers.ts";
import { DEAF_MS, ServiceLife, SHUTDOWN_DRAIN_MS } from "./service_life.ts";
import { CONTROLS, type ServiceReport } from "./service_status.ts";

function lived() {
  const timers = new FakeTimers();
  const reports: ServiceReport[] = [];
  const life = new ServiceLife({ report: (each) => reports.push(each), timers });
  return {
    life,
    timers,
    reports,
    states: () => reports.map(({ state, checkpoint }) => `${state} ${checkpoint}`),
    last: () => reports.at(-1),
  };
}

Deno.test("a service is starting until somebody listens for its end, then it runs", async () => {
  const { life, timers, states, last } = lived();
  await timers.advance(4_000);
  life.onStopSignal(() => {});
  await timers.advance(60_000);
  assert.deepEqual(states(), [
    "start-pending 1",
    "start-pending 2",
    "start-pending 3",
    "running 0",
  ]);
  assert.equal(last()?.accepts, true);
  life.ended(0);
  assert.equal(timers.waiting, 0);
});

Deno.test("stop: one signal, and signs of life until the program has ended", async () => {
  const { life, timers, states, last } = lived();
  const heard: string[] = [];
  life.onStopSignal((signal) => heard.push(signal));
  assert.equal(life.control(CONTROLS.stop), 0);
  assert.deepEqual(heard, ["SIGTERM"]);
  assert.equal(last()?.accepts, false);
  await timers.advance(60_000);
  assert.deepEqual(heard, ["SIGTERM"]);
  life.ended(0);
  assert.equal(states().filter((each) => each.startsWith("stop-pending")).length, 31);
  assert.deepEqual(last(), {
    state: "stopped",
    accepts: false,
    checkpoint: 0,
    waitHintMs: 0,
    exitCode: 0,
  });
  assert.equal(timers.waiting, 0);
});

Deno.test("shutdown: a second signal cuts what still lives, before Windows ends the process", async () => {
  const { life, timers } = lived();
  const heard: string[] = [];
  life.onStopSignal((signal) => heard.push(signal));
  life.control(CONTROLS.shutdown);
  await timers.advance(SHUTDOWN_DRAIN_MS - 1);
  assert.equal(heard.length, 1);
  await timers.advance(1);
  assert.equal(heard.length, 2);
  life.ended(0);
  assert.equal(timers.waiting, 0);
});

Deno.test("a stop in the middle of the start reaches the program as soon as it listens", async () => {
  const { life, timers, states } = lived();
  life.control(CONTROLS.stop);
  await timers.advance(DEAF_MS - 1);
  const heard: string[] = [];
  life.onStopSignal((signal) => heard.push(signal));
  await settle();
  assert.deepEqual(heard, ["SIGTERM"]);
  assert(!states().some((each) => each.startsWith("running")), "it never ran");
  await timers.advance(10_000);
  assert.equal(
    await Promise.race([life.deaf.then(() => "deaf"), Promise.resolve("heard")]),
    "heard",
  );
  life.ended(0);
});

Deno.test("a stop in the middle of a start that never listens ends it all the same", async () => {
  const { life, timers } = lived();
  life.control(CONTROLS.stop);
  await timers.advance(DEAF_MS);
  await life.deaf;
  life.ended(0);
  assert.equal(timers.waiting, 0);
});

Deno.test("interrogate: the state is told again; any other control is not known", () => {
  const { life, reports } = lived();
  life.onStopSignal(() => {});
  assert.equal(life.control(CONTROLS.interrogate), 0);
  assert.deepEqual(reports.at(-1), reports.at(-2));
  assert.equal(life.control(200), 120);
  life.ended(0);
});

Deno.test("a second stop, and one after the end, change nothing", () => {
  const { life, reports } = lived();
  let heard = 0;
  life.onStopSignal(() => heard++);
  life.control(CONTROLS.stop);
  life.control(CONTROLS.stop);
  assert.equal(heard, 1);
  life.ended(3);
  const count = reports.length;
  life.control(CONTROLS.stop);
  assert.equal(reports.length, count);
  assert.equal(reports.at(-1)?.exitCode, 3);
});
