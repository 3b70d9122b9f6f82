import assert from "node:assert/strict";
import { FakeTimers, settle } from "./test_timers.ts";
import { type RunOutcome, SyncPacer } from "./sync_pacer.ts";

/** A pacer with a period of one second whose runs take time and end as the test says. */
function pace({ takesMs = 0, outcomes = [] }: {
  readonly takesMs?: number;
  readonly outcomes?: readonly RunOutcome[];
} = {}) {
  const timers = new FakeTimers();
  const runs: number[] = [];
  const pacer = new SyncPacer({
    minPeriodMs: 1000,
    timers,
    async run() {
      const outcome = outcomes[runs.length] ?? "synced";
      runs.push(timers.now());
      if (takesMs > 0) {
        await new Promise<void>((resolve) => void timers.after(takesMs, resolve));
      }
      return outcome;
    },
  });
  return { timers, runs, pacer };
}

Deno.test("a request runs at once if none ran within the period", async () => {
  const { timers, runs, pacer } = pace();
  pacer.request();
  await timers.advance(0);
  assert.deepEqual(runs, [0]);
  await timers.advance(5000);
  pacer.request();
  await timers.advance(0);
  assert.deepEqual(runs, [0, 5000]);
  await pacer.stop();
});

Deno.test("requests of one turn are one run", async () => {
  const { timers, runs, pacer } = pace();
  pacer.request();
  pacer.request();
  await timers.advance(10_000);
  assert.deepEqual(runs, [0]);
});

Deno.test("requests during the rest fold into one run at its end", async () => {
  const { timers, runs, pacer } = pace();
  pacer.request();
  await timers.advance(300);
  pacer.request();
  await timers.advance(300);
  pacer.request();
  await timers.advance(10_000);
  assert.deepEqual(runs, [0, 1000]);
});

Deno.test("requests during a run fold into one, and the rest counts from the end of the run", async () => {
  const { timers, runs, pacer } = pace({ takesMs: 700 });
  pacer.request();
  await timers.advance(100);
  pacer.request();
  pacer.request();
  await timers.advance(10_000);
  assert.deepEqual(runs, [0, 1700]);
});

Deno.test("a run that had nothing to do is followed by no rest", async () => {
  const { timers, runs, pacer } = pace({ outcomes: ["idle"] });
  pacer.request();
  await timers.advance(10);
  pacer.request();
  await timers.advance(0);
  assert.deepEqual(runs, [0, 10]);
});

Deno.test("a failed run is tried again after 1 s, 2 s, 4 s, and requests do not hurry it", async () => {
  const { timers, runs, pacer } = pace({ outcomes: ["failed", "failed", "failed"] });
  pacer.request();
  await timers.advance(500);
  pacer.request();
  await timers.advance(10_000);
  assert.deepEqual(runs, [0, 1000, 3000, 7000]);
  assert.equal(timers.waiting, 0);
});

Deno.test("flush() runs what is asked for without the rest", async () => {
  const { timers, runs, pacer } = pace();
  pacer.request();
  await timers.advance(10);
  pacer.request();
  assert.equal(await pacer.flush(), "synced");
  assert.deepEqual(runs, [0, 10]);
  assert.equal(timers.waiting, 0);
});

Deno.test("flush() waits for the run that goes on, and for what was asked meanwhile", async () => {
  const { timers, runs, pacer } = pace({ takesMs: 100 });
  pacer.request();
  await timers.advance(50);
  pacer.request();
  const flushed = pacer.flush();
  await timers.advance(100);
  await timers.advance(100);
  assert.equal(await flushed, "synced");
  assert.deepEqual(runs, [0, 100]);
});

Deno.test("flush() tells that a run failed instead of waiting for better times", async () => {
  const { timers, pacer } = pace({ outcomes: ["failed"] });
  pacer.request();
  assert.equal(await pacer.flush(), "failed");
  await pacer.stop();
  assert.equal(timers.waiting, 0);
});

Deno.test("after stop() nothing runs, and stop() waits for the run that goes on", async () => {
  const { timers, runs, pacer } = pace({ takesMs: 100 });
  pacer.request();
  await timers.advance(50);
  pacer.request();
  let stopped = false;
  const stop = pacer.stop().then(() => stopped = true);
  await settle();
  assert.equal(stopped, false);
  await timers.advance(50);
  await stop;
  pacer.request();
  await timers.advance(10_000);
  assert.deepEqual(runs, [0]);
});

Deno.test("a run that was asked for in the turn of stop() does not begin", async () => {
  const { timers, runs, pacer } = pace();
  pacer.request();
  await pacer.stop();
  await timers.advance(10_000);
  assert.deepEqual(runs, []);
});
