import assert from "node:assert/strict";
import { SILENT } from "../../core/mod.ts";
import type { KubeWrite, KubeWriter } from "../../proto/mod.ts";
import { startApiServer } from "../simulate/api/api_server.ts";
import { FakeTimers, settle } from "../test_timers.ts";
import { FakeLog } from "../test_fakes.ts";
import { type EventOutcome, startEvents } from "./event_recorder.ts";
import type { EventReport } from "./event_report.ts";

const T0 = Date.UTC(2026, 0, 5, 10);

function report(name = "web", reason = "FailedToOpenNodePort"): EventReport {
  return {
    regarding: { kind: "Service", namespace: "default", name },
    type: "Warning",
    reason,
    action: "Listen",
    note: "Cannot",
  };
}

function start(given: KubeWriter | null) {
  let writer = given;
  const timers = new FakeTimers();
  const outcomes: EventOutcome[] = [];
  const log = new FakeLog();
  const events = startEvents({
    writer: () => writer,
    reporter: { controller: "kube-proxy", host: "n1" },
    now: () => T0 + timers.now(),
    timers,
    log,
    onOutcome: (outcome) => void outcomes.push(outcome),
  });
  const connect = (to: KubeWriter) => {
    writer = to;
    events.wake();
  };
  return { events, timers, outcomes, log, connect };
}

/** A way to write that answers as it is told, and remembers what it was asked. */
function scripted(...statuses: readonly number[]) {
  const asked: KubeWrite[] = [];
  const rest = [...statuses];
  return {
    asked,
    send(write: KubeWrite) {
      asked.push(write);
      const status = rest.shift() ?? 201;
      if (status === 0) return Promise.reject(new Error("no way to the server"));
      return Promise.resolve({ status, retryAfterMs: 0, body: new Blob(["{}"]).stream() });
    },
  };
}

/** A way to write to a server on loopback. */
function overHttp(server: string): KubeWriter {
  return {
    async send({ method, path, contentType, body }, signal) {
      const response = await fetch(server + path, {
        method,
        body,
        signal,
        headers: { "content-type": contentType },
      });
      return {
        status: response.status,
        retryAfterMs: 0,
        body: response.body ?? new Blob().stream(),
      };
    },
  };
}

Deno.test("an event that comes just as the last one has been sent is sent, too", async () => {
  const writer = scripted();
  const sent: string[] = [];
  const events = startEvents({
    writer: () => writer,
    reporter: { controller: "kube-proxy", host: "n1" },
    now: () => T0,
    timers: new FakeTimers(),
    log: SILENT,
    onOutcome(outcome) {
      sent.push(outcome);
      if (sent.length === 1) queueMicrotask(() => events.record(report("next")));
    },
  });
  events.record(report());
  await settle();
  assert.deepEqual(sent, ["sent", "sent"]);
  assert.equal(writer.asked.length, 2);
  await events.stop();
});

Deno.test("an API server takes the event, and its series", async () => {
  const server = await startApiServer({ now: () => new Date(T0), log: SILENT });
  await using _ = { [Symbol.asyncDispose]: () => server.close() };
  const { events, outcomes, timers } = start(overHttp(server.url));
  const list = async () => {
    const response = await fetch(`${server.url}/apis/events.k8s.io/v1/namespaces/default/events`);
    return (await response.json()).items.map((
      each: Record<string, unknown>,
    ) => [each["reason"], each["series"]]);
  };
  events.record(report());
  await events.idle();
  assert.deepEqual(await list(), [["FailedToOpenNodePort", undefined]]);
  await timers.advance(1000);
  events.record(report());
  await events.idle();
  const series = { count: 2, lastObservedTime: "2026-01-05T10:00:01.000000Z" };
  assert.deepEqual(await list(), [["FailedToOpenNodePort", series]]);
  events.record(report());
  assert.deepEqual(outcomes, ["sent", "sent", "folded"]);
  await events.stop();
});

Deno.test("a server that cannot be reached is tried again, quietly, a dozen times", async () => {
  const writer = scripted(0, 500, 429, 201);
  const { events, outcomes, timers, log } = start(writer);
  events.record(report());
  await timers.advance(30_000);
  assert.equal(writer.asked.length, 4);
  assert.deepEqual(outcomes, ["sent"]);
  const never = scripted(...Array.from({ length: 20 }, () => 500));
  const second = start(never);
  second.events.record(report());
  await second.timers.advance(300_000);
  assert.equal(never.asked.length, 12);
  assert.deepEqual(second.outcomes, ["failed"]);
  assert.ok(log.lines.every((line) => line.startsWith("info")), "nothing louder than verbosity 2");
  await Promise.all([events.stop(), second.events.stop()]);
});

Deno.test("what was to be sent before there was a connection is sent as soon as there is one", async () => {
  const { events, timers, outcomes, connect } = start(null);
  events.record(report());
  await timers.advance(1000);
  assert.deepEqual(outcomes, []);
  const writer = scripted(201);
  connect(writer);
  await events.idle();
  assert.deepEqual(outcomes, ["sent"]);
  assert.equal(writer.asked.length, 1);
  await events.stop();
});

Deno.test("a refusal is final, and the next event is sent all the same", async () => {
  const writer = scripted(403, 201);
  const { events, outcomes } = start(writer);
  events.record(report("a"));
  events.record(report("b"));
  await events.idle();
  assert.deepEqual(outcomes, ["failed", "sent"]);
  await events.stop();
});

Deno.test("an event whose credentials are refused is sent with the ones that come", async () => {
  const writer = scripted(401, 401, 201);
  const { events, outcomes, timers } = start(writer);
  events.record(report());
  await timers.advance(20_000);
  assert.equal(writer.asked.length, 3);
  assert.deepEqual(outcomes, ["sent"]);
  await events.stop();
});

Deno.test("an event that the server has forgotten is made anew when it happens again", async () => {
  const writer = scripted(201, 404, 201);
  const { events } = start(writer);
  events.record(report());
  await events.idle();
  events.record(report());
  await events.idle();
  assert.deepEqual(writer.asked.map(({ method }) => method), ["POST", "PATCH", "POST"]);
  await events.stop();
});

Deno.test("a server that does not answer holds nobody up, and the queue does not grow for ever", async () => {
  const { events, outcomes, timers } = start({
    send: (_, signal) =>
      new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(new Error("aborted")))
      ),
  });
  for (let n = 0; n < 200; n++) events.record(report(`s${n % 100}`)); // each is told, and its series
  assert.equal(outcomes.filter((outcome) => outcome === "failed").length, 99);
  await settle();
  await timers.advance(10_000);
  const stopped = events.stop();
  await stopped;
  assert.equal(timers.waiting, 0);
  events.record(report());
  assert.equal(timers.waiting, 0);
});

Deno.test("the end of a series is told after a while", async () => {
  const writer = scripted(201, 200, 200);
  const { events, timers } = start(writer);
  for (let n = 0; n < 3; n++) events.record(report());
  await timers.advance(8 * 60_000);
  assert.deepEqual(writer.asked.map(({ method }) => method), ["POST", "PATCH", "PATCH"]);
  assert.equal(JSON.parse(writer.asked[2]?.body ?? "").series.count, 3);
  assert.equal(timers.waiting, 0);
  await events.stop();
});
