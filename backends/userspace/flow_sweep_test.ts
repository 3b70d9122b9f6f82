import assert from "node:assert/strict";
import { FlowSweep } from "./flow_sweep.ts";

/** A sweep with a clock and timers in the test's hand. */
function held(idleTimeoutMs: number) {
  const timers = new Set<() => void>();
  const waits: number[] = [];
  const clock = { now: 0 };
  const sweep = new FlowSweep({
    idleTimeoutMs,
    now: () => clock.now,
    setTimer(callback, ms) {
      waits.push(ms);
      const timer = () => callback();
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  });
  return {
    sweep,
    timers,
    waits,
    fireAt(now: number) {
      clock.now = now;
      for (const timer of [...timers]) {
        timers.delete(timer);
        timer();
      }
    },
  };
}

Deno.test("one timer serves all who have flows, and goes with the last of them", () => {
  const { sweep, timers, fireAt } = held(10_000);
  const seen: string[] = [];
  const a = { expire: (lastSeen: number) => void seen.push(`a ${lastSeen}`) };
  const b = { expire: (lastSeen: number) => void seen.push(`b ${lastSeen}`) };
  assert.equal(timers.size, 0);
  sweep.watch(a);
  sweep.watch(b);
  sweep.watch(a);
  assert.equal(timers.size, 1);
  fireAt(12_000);
  assert.deepEqual(seen, ["a 2000", "b 2000"]);
  assert.equal(timers.size, 1);
  sweep.forget(a);
  assert.equal(timers.size, 1);
  sweep.forget(b);
  assert.equal(timers.size, 0);
});

Deno.test("who is forgotten, and watched again, during a sweep gets one timer", () => {
  const { sweep, timers, fireAt } = held(10_000);
  const restless = {
    expire() {
      sweep.forget(restless);
      sweep.watch(restless);
    },
  };
  sweep.watch(restless);
  fireAt(1000);
  assert.equal(timers.size, 1);
  sweep.forget(restless);
  assert.equal(timers.size, 0);
});

Deno.test.each([
  { idleTimeoutMs: 60_000, wait: 1000 },
  { idleTimeoutMs: 1000, wait: 250 },
  { idleTimeoutMs: 1, wait: 1 },
])("an idle time-out of $idleTimeoutMs ms is looked after every $wait ms", (each) => {
  const { sweep, waits } = held(each.idleTimeoutMs);
  sweep.watch({ expire: () => {} });
  assert.deepEqual(waits, [each.wait]);
});
