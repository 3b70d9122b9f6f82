import assert from "node:assert/strict";
import { fakeIo } from "./test_io.ts";
import { FakeTimers, settle } from "./test_timers.ts";
import { FakeLog } from "./test_fakes.ts";
import { supervise } from "./supervise.ts";

function work() {
  const done = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  const stops: AbortSignal[] = [];
  return {
    end: done,
    stopped,
    stops,
    done: done.promise,
    stop(signal: AbortSignal) {
      stops.push(signal);
      return stopped.promise;
    },
    exitCode: () => 3,
  };
}

Deno.test("work that ends by itself gives its own exit code, and is stopped", async () => {
  const task = work();
  task.end.resolve();
  task.stopped.resolve();
  assert.equal(await supervise(task, fakeIo(), new FakeLog()), 3);
  assert.equal(task.stops.length, 1);
});

Deno.test("work that cannot go on is stopped, and its error is passed on", async () => {
  const task = work();
  task.end.reject(new Error("no more"));
  task.stopped.resolve();
  await assert.rejects(supervise(task, fakeIo(), new FakeLog()), /no more/);
  assert.equal(task.stops.length, 1);
});

Deno.test("a signal stops the work cleanly, a second one at once", async () => {
  const [task, io, timers] = [work(), fakeIo(), new FakeTimers()];
  const code = supervise(task, io, new FakeLog(), timers);
  io.signal("SIGINT");
  await settle();
  assert.equal(task.stops[0]?.aborted, false);
  io.signal("SIGINT");
  assert.equal(task.stops[0]?.aborted, true);
  task.stopped.resolve();
  assert.equal(await code, 130);
  assert.equal(timers.waiting, 0);
});

Deno.test("work that does not heed the second signal is waited for two seconds", async () => {
  const [task, io, timers] = [work(), fakeIo(), new FakeTimers()];
  let code: number | null = null;
  const ended = supervise(task, io, new FakeLog(), timers).then((it) => code = it);
  io.signal("SIGTERM");
  io.signal("SIGTERM");
  await timers.advance(1999);
  assert.equal(code, null);
  await timers.advance(1);
  await ended;
  assert.equal(code, 0);
});
