import assert from "node:assert/strict";
import type { LogFields } from "../../core/mod.ts";
import { SILENT } from "../../core/mod.ts";
import type { ApplyResult, Op } from "../backend.ts";
import { AGAIN, HeldBackend, HeldClock, NEVER, OK, op, turns } from "./_fake.ts";
import { type Reconciler, reconciler } from "./reconciler.ts";

interface Rig {
  readonly backend: HeldBackend;
  readonly clock: HeldClock;
  readonly subject: Reconciler<Op>;
}

/** A reconciler whose backend and clock are held; the n-th retry comes after n × 10 ms. */
function rig(concurrency = 16): Rig {
  const backend = new HeldBackend();
  const clock = new HeldClock();
  const subject = reconciler({
    backend,
    concurrency,
    now: clock.now,
    setTimer: clock.setTimer,
    backoff: (failures) => failures * 10,
  });
  return { backend, clock, subject };
}

/** Whether the promise has resolved by now. */
async function isResolved(promise: Promise<void>): Promise<boolean> {
  await turns();
  const open = Symbol();
  return await Promise.race([promise, Promise.resolve(open)]) !== open;
}

Deno.test("operations of one key run one after the other, in order", async () => {
  const { backend, subject } = rig();
  subject.submit([op("a", "open")]);
  subject.submit([op("a", "close")]);
  await turns();
  assert.deepEqual(backend.started, ["open a"]);
  await backend.end("a");
  assert.deepEqual(backend.started, ["open a", "close a"]);
  await backend.end("a");
  await subject.idle();
});

Deno.test("a newer operation replaces one that waits", async () => {
  const { backend, subject } = rig();
  subject.submit([op("a", "open")]);
  subject.submit([op("a", "update")]);
  subject.submit([op("a", "close")]);
  await turns();
  await backend.end("a");
  await backend.end("a");
  assert.deepEqual(backend.started, ["open a", "close a"]);
  assert.equal(subject.status().done["update"]?.superseded, 1);
});

Deno.test("a newer operation clears the pending retry of its key", async () => {
  const { backend, clock, subject } = rig();
  subject.submit([op("a", "open")]);
  await backend.end("a", AGAIN);
  assert.equal(clock.size, 1);
  subject.submit([op("a", "close")]);
  assert.equal(clock.size, 0);
  await backend.end("a");
  await clock.pass(1000);
  assert.deepEqual(backend.started, ["open a", "close a"]);
  assert.deepEqual(subject.status().retrying, []);
});

Deno.test("a failed operation is tried again with growing waits until it succeeds", async () => {
  const { backend, clock, subject } = rig();
  subject.submit([op("a", "open")]);
  await backend.end("a", AGAIN);
  assert.deepEqual(subject.status().retrying, [
    { key: "a", op: "open", attempts: 1, error: "not yet", nextAt: 1010 },
  ]);
  await clock.pass(10);
  await backend.end("a", AGAIN);
  assert.equal(subject.status().retrying[0]?.nextAt, 1030);
  await clock.pass(19);
  assert.equal(backend.started.length, 2);
  await clock.pass(1);
  await backend.end("a");
  const { done, retrying, lastError, lastSuccessAt } = subject.status();
  assert.deepEqual(done["open"], { succeeded: 1, failed: 2, superseded: 0 });
  assert.deepEqual(retrying, []);
  assert.deepEqual(lastError, { op: "open", key: "a", error: "not yet", at: 1010 });
  assert.equal(lastSuccessAt, 1030);
});

Deno.test("a failure that a retry cannot cure stays until a newer operation comes", async () => {
  const { backend, clock, subject } = rig();
  subject.submit([op("a", "open")]);
  await backend.end("a", NEVER);
  assert.equal(clock.size, 0);
  assert.deepEqual(subject.status().failed, [
    { key: "a", op: "open", attempts: 1, error: "never" },
  ]);
  await subject.idle();
  subject.submit([op("a", "open")]);
  await backend.end("a");
  assert.deepEqual(subject.status().failed, []);
});

Deno.test("an operation waits for the ones it comes after, of the same and of earlier batches", async () => {
  const { backend, subject } = rig();
  subject.submit([op("address", "assign")]);
  subject.submit([op("other", "assign"), op("listener", "open", "address", "other", "unknown")]);
  await turns();
  assert.deepEqual(backend.started, ["assign address", "assign other"]);
  await backend.end("other");
  assert.equal(backend.started.length, 2);
  await backend.end("address");
  assert.equal(backend.started.at(-1), "open listener");
});

Deno.test("an operation that waits for a retry blocks its dependants and nobody else", async () => {
  const { backend, clock, subject } = rig();
  subject.submit([
    op("address", "assign"),
    op("listener", "open", "address"),
    op("beyond", "open", "listener"),
    op("free", "open"),
  ]);
  const settled = subject.settled();
  await turns();
  await backend.end("address", AGAIN);
  assert.equal(await isResolved(settled), false);
  await backend.end("free");
  assert.equal(await isResolved(settled), true);
  assert.deepEqual(subject.status().blocked, [
    { key: "listener", op: "open", by: ["address"] },
    { key: "beyond", op: "open", by: ["listener"] },
  ]);
  await clock.pass(10);
  await backend.end("address");
  await backend.end("listener");
  await backend.end("beyond");
  await subject.idle();
});

Deno.test("dependants of a replaced operation wait for the one that replaced it", async () => {
  const { backend, subject } = rig();
  subject.submit([op("address", "assign"), op("listener", "open", "address")]);
  await backend.end("address", AGAIN);
  subject.submit([op("address", "reassign")]);
  await turns();
  assert.deepEqual(backend.started, ["assign address", "reassign address"]);
  await backend.end("address");
  assert.equal(backend.started.at(-1), "open listener");
});

Deno.test("two wishes that would wait for each other are not waited for in a circle", async () => {
  const { backend, subject } = rig();
  subject.submit([op("address", "assign"), op("listener", "open", "address")]);
  await backend.end("address", AGAIN);
  subject.submit([op("address", "release", "listener")]);
  await turns();
  assert.equal(backend.started.at(-1), "open listener");
  await backend.end("listener");
  assert.equal(backend.started.at(-1), "release address");
});

Deno.test("settled() does not wait for what is submitted later", async () => {
  const { backend, subject } = rig();
  subject.submit([op("a", "open")]);
  const settled = subject.settled();
  subject.submit([op("b", "open")]);
  await backend.end("a");
  assert.equal(await isResolved(settled), true);
  assert.equal(await isResolved(subject.settled()), false);
});

Deno.test("settled() of an empty reconciler resolves at once", async () => {
  const { subject } = rig();
  subject.submit([]);
  await subject.settled();
  await subject.idle();
});

Deno.test("idle() waits for retries too", async () => {
  const { backend, clock, subject } = rig();
  subject.submit([op("a", "open")]);
  const idle = subject.idle();
  await backend.end("a", AGAIN);
  assert.equal(await isResolved(idle), false);
  await clock.pass(10);
  await backend.end("a");
  assert.equal(await isResolved(idle), true);
});

Deno.test("a backend that throws is a failure like any other, told and tried again", async () => {
  const lines: [string, LogFields | undefined][] = [];
  let calls = 0;
  const clock = new HeldClock();
  const subject = reconciler({
    backend: {
      name: "broken",
      apply: () => ++calls === 1 ? Promise.reject(new Error("boom")) : Promise.resolve(OK),
    },
    log: { ...SILENT, warn: (message, fields) => lines.push([message, fields]) },
    setTimer: clock.setTimer,
  });
  subject.submit([op("a", "open")]);
  await turns();
  assert.equal(
    lines[0]?.[0],
    'Cannot open a: backend broken threw "boom", where it should have answered with a result',
  );
  await clock.pass(100);
  assert.equal(calls, 2);
  await subject.idle();
});

Deno.test("one failure again and again is one warning, and its cure is told", async () => {
  const lines: string[] = [];
  const results: ApplyResult[] = [AGAIN, AGAIN, { ok: false, error: "other", retry: true }, OK];
  const clock = new HeldClock();
  const subject = reconciler({
    backend: { name: "flaky", apply: () => Promise.resolve(results.shift() ?? OK) },
    log: {
      ...SILENT,
      warn: (message) => lines.push(`warn ${message}`),
      info: (message) => lines.push(`info ${message}`),
    },
    setTimer: clock.setTimer,
  });
  subject.submit([op("a", "open")]);
  for (let i = 0; i < 4; i++) await clock.pass(60_000);
  await subject.idle();
  assert.deepEqual(lines, [
    "warn not yet",
    "warn other",
    "info An operation that had failed is done",
  ]);
});

Deno.test("onResult is told each result, and may throw", async () => {
  const told: string[] = [];
  const errors: string[] = [];
  const { now, setTimer } = new HeldClock();
  const subject = reconciler({
    backend: { name: "b", apply: (op) => Promise.resolve(op.key === "a" ? OK : NEVER) },
    now,
    setTimer,
    log: { ...SILENT, error: (message) => errors.push(message) },
    onResult(op, result, tookMs) {
      told.push(`${op.key} ${result.ok} ${tookMs}`);
      throw new Error("full");
    },
  });
  subject.submit([op("a", "open"), op("b", "open")]);
  await subject.idle();
  assert.deepEqual(told, ["a true 0", "b false 0"]);
  assert.match(errors[0] ?? "", /onResult threw "full"/);
});

Deno.test("close() drops what waits, aborts what runs when the signal does, and waits for it", async () => {
  const { backend, clock, subject } = rig(1);
  subject.submit([op("z", "open")]);
  await backend.end("z", AGAIN);
  subject.submit([op("a", "open"), op("b", "open"), op("c", "open", "a")]);
  await turns();
  const stop = new AbortController();
  const closed = subject.close(stop.signal);
  assert.equal(clock.size, 0);
  assert.equal(await isResolved(closed), false);
  assert.equal(backend.running[0]?.signal.aborted, false);
  stop.abort();
  assert.equal(backend.running[0]?.signal.aborted, true);
  await backend.end("a", AGAIN);
  await closed;
  assert.deepEqual(backend.started, ["open z", "open a"]);
  assert.equal(clock.size, 0);
  assert.throws(() => subject.submit([op("a", "open")]), /the reconciler of held is closed/);
});
