import assert from "node:assert/strict";
import { spec } from "./_loopback.ts";
import type { DataPath, Listener } from "./data_path.ts";
import type { ListenerSpec } from "./spec.ts";
import { Host } from "./workers/host.ts";
import type { FromWorker, Order } from "./workers/messages.ts";

/** A data path whose listeners do nothing; one on port 1 is refused. */
function idlePath(): DataPath {
  const open = (spec: ListenerSpec): Promise<Listener> => {
    if (spec.port === 1) return Promise.reject(new Deno.errors.AddrInUse("taken"));
    const done = () => Promise.resolve();
    const ended = new Promise<void>(() => {});
    return Promise.resolve({ spec, update: done, stop: done, drain: done, ended, cut() {} });
  };
  return {
    name: "idle",
    open,
    stats: () => Promise.reject(new Error("nobody asks")),
    close: () => Promise.resolve(),
  };
}

function openOrder(id: number, port = 0): Order {
  return {
    type: "question",
    id,
    question: { type: "open", listener: id, spec: spec([], { port }) },
  };
}

Deno.test("orders of one message are answered by one, each for itself", async () => {
  const posted: FromWorker[] = [];
  const host = new Host(idlePath(), (message) => posted.push(message));
  await host.take([openOrder(1), openOrder(2, 1), { type: "cut", listener: 1 }, openOrder(3)]);
  const answers = posted.flatMap((message) => message.type === "answers" ? message.answers : []);
  const outcomes = Object.fromEntries(answers.map(({ id, answer }) => [id, answer.type]));
  assert.deepEqual(outcomes, { 1: "done", 2: "failed", 3: "done" });
  assert.ok(posted.length <= 2, "a refusal may come later than the rest");
});

Deno.test("a message has been seen to when its answers are posted, and then whoever waits goes on", async () => {
  const posted: FromWorker[] = [];
  const host = new Host(idlePath(), (message) => posted.push(message));
  const gone = host.next.then(() => [host.handled, posted.length]);
  void host.take([openOrder(1)]);
  assert.deepEqual([host.handled, posted.length], [0, 0]);
  assert.deepEqual(await gone, [1, 1]);
  const closing: Order = { type: "question", id: 2, question: { type: "close" } };
  await host.take([closing]);
  assert.deepEqual([host.handled, host.isClosed], [2, true]);
});

Deno.test("between the orders of a message the traffic has its turn", async () => {
  const opened: number[] = [];
  const path = idlePath();
  const turns: number[] = [];
  const host = new Host(
    { ...path, open: (spec) => (opened.push(spec.port), path.open(spec)) },
    () => {},
    () => turns.push(opened.length),
  );
  await host.take([openOrder(1), openOrder(2), { type: "cut", listener: 1 }]);
  assert.deepEqual(turns, [1, 2, 2]);
});
