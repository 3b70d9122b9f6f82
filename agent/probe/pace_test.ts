import assert from "node:assert/strict";
import { FakeTimers, settle } from "../test_timers.ts";
import { Pace } from "./pace.ts";

Deno.test("no more turns in a second than allowed, however many ask", async () => {
  const timers = new FakeTimers();
  const pace = new Pace(4, timers);
  const { signal } = new AbortController();
  let turns = 0;
  const asking = Promise.all(
    Array.from({ length: 9 }, () => pace.turn(signal).then(() => turns++)),
  );
  await settle();
  assert.equal(turns, 1);
  await timers.advance(999);
  assert.equal(turns, 4);
  await timers.advance(1001);
  assert.equal(turns, 9);
  await asking;
});

Deno.test("who waits for a turn is let go when the signal aborts", async () => {
  const pace = new Pace(1, new FakeTimers());
  const abort = new AbortController();
  await pace.turn(abort.signal);
  const waiting = pace.turn(abort.signal);
  abort.abort();
  await waiting;
});
