import assert from "node:assert/strict";
import type { ApplyResult } from "../backends/mod.ts";
import { SourceError } from "../proto/mod.ts";
import { FakeTimers, settle } from "./test_timers.ts";
import { FakeBackend, FakeLog, FakeSource, listOf, service, slice, upsert } from "./test_fakes.ts";
import { type AgentOptions, startAgent, type SyncRecord } from "./sync_loop.ts";

const WEB = "default/web/TCP/IPv4";

function start(
  options: Pick<Partial<AgentOptions<never, never>>, "onSync" | "onTake" | "syncPeriodMs"> = {},
) {
  const source = new FakeSource();
  const backend = new FakeBackend();
  const log = new FakeLog();
  const timers = new FakeTimers();
  const syncs: SyncRecord[] = [];
  const agent = startAgent({
    source,
    backend,
    nodeName: "n1",
    minSyncPeriodMs: 1000,
    drainTimeoutMs: 5000,
    log,
    timers,
    now: () => 1_000_000 + timers.now(),
    onSync: (sync) => void syncs.push(sync),
    ...options,
  });
  return { source, backend, log, timers, syncs, agent };
}

/** An agent that knows service web and has had its first sync. */
async function started() {
  const all = start();
  all.source.say(
    listOf("Service", service("web", "10.96.0.10", "2026-01-01T00:00:00Z")),
    listOf("EndpointSlice", slice("web", "10.244.1.5")),
  );
  await all.timers.advance(0);
  all.backend.diary.length = 0;
  all.syncs.length = 0;
  return all;
}

Deno.test("nothing is planned before services and slices have both been listed", async () => {
  const { source, backend, timers, agent, syncs } = start();
  source.say(listOf("Service", service("web", "10.96.0.10")), listOf("Node"));
  await timers.advance(5000);
  assert.deepEqual(backend.diary, []);
  assert.equal(agent.status().ready, false);
  source.say(listOf("EndpointSlice", slice("web", "10.244.1.5")));
  await timers.advance(0);
  assert.deepEqual(backend.diary, ["plan 1", `add ${WEB}`]);
  assert.equal(syncs.length, 1);
  await agent.firstSync;
  await agent.stop();
});

Deno.test("a sync is told with its changes, its operations and the new state", async () => {
  const { source, timers, agent, syncs } = await started();
  await timers.advance(2000);
  source.say(upsert(slice("web", "10.244.1.5", "10.244.1.6")));
  await timers.advance(0);
  const [sync] = syncs;
  assert.deepEqual(sync?.changes.map(({ type, key }) => `${type} ${key}`), [`update ${WEB}`]);
  assert.deepEqual(sync?.ops.map(({ op, key }) => `${op} ${key}`), [`update ${WEB}`]);
  assert.equal(sync?.state, agent.state());
  assert.equal(agent.status().syncs, 2);
  assert.equal(agent.status().lastSyncAt, 1_002_000);
  await agent.stop();
});

Deno.test("the first sync of an empty cluster is a sync too", async () => {
  const { source, agent, timers, syncs } = start();
  source.say(listOf("Service"), listOf("EndpointSlice"));
  await timers.advance(0);
  await agent.firstSync;
  assert.deepEqual(syncs.map(({ changes, ops }) => [changes, ops]), [[[], []]]);
  await agent.stop();
});

Deno.test("changes within the period are carried out together at its end", async () => {
  const { source, backend, timers, agent } = await started();
  await timers.advance(400);
  source.say(upsert(service("a", "10.96.0.11")));
  await timers.advance(400);
  source.say(upsert(service("b", "10.96.0.12")));
  await timers.advance(199);
  assert.deepEqual(backend.diary, []);
  await timers.advance(1);
  assert.deepEqual(backend.diary, [
    "plan 2",
    "add default/a/TCP/IPv4",
    "add default/b/TCP/IPv4",
  ]);
  await agent.stop();
});

Deno.test("events that change nothing for the node cost no operation and no rest", async () => {
  const { source, backend, timers, agent, syncs } = await started();
  await timers.advance(2000);
  source.say(upsert(service("web", "10.96.0.10", "2026-01-01T00:00:00Z")));
  await timers.advance(0);
  assert.deepEqual(syncs, []);
  source.say(upsert(service("a", "10.96.0.11")));
  await timers.advance(0);
  assert.deepEqual(backend.diary, ["plan 1", "add default/a/TCP/IPv4"]);
  await agent.stop();
});

Deno.test("a sync that finds nothing to do comes once in each period, and after events later", async () => {
  const takes: string[] = [];
  const { source, backend, timers, agent, syncs } = start({
    syncPeriodMs: 30_000,
    onTake: ({ outcome }) => void takes.push(`${timers.now()} ${outcome}`),
  });
  source.say(listOf("Service"), listOf("EndpointSlice"));
  await timers.advance(40_000);
  source.say(listOf("Node"));
  await timers.advance(60_000);
  assert.deepEqual(takes, ["0 synced", "30000 idle", "40000 idle", "70000 idle", "100000 idle"]);
  assert.equal(syncs.length, 1);
  assert.deepEqual(backend.diary, ["plan 0"]);
  await agent.stop();
  await timers.advance(60_000);
  assert.equal(takes.length, 5);
  assert.equal(timers.waiting, 0);
});

Deno.test("the period makes no sync before services and slices were listed", async () => {
  const takes: string[] = [];
  const { backend, timers, agent } = start({
    syncPeriodMs: 30_000,
    onTake: ({ outcome }) => void takes.push(outcome),
  });
  await timers.advance(30_000);
  assert.deepEqual(takes, ["waiting"]);
  assert.deepEqual(backend.diary, []);
  await agent.stop();
});

Deno.test("a plan that throws is logged and made again with the same events and later ones", async () => {
  const { source, backend, timers, agent, log } = await started();
  await timers.advance(2000);
  backend.planError = new Error("bad day");
  source.say(upsert(service("a", "10.96.0.11")));
  await timers.advance(10);
  assert.deepEqual(backend.diary, ["plan 1"]);
  assert.match(log.lines.join("\n"), /^error Cannot take in a batch.*err=bad day/m);
  source.say(upsert(service("b", "10.96.0.12")));
  await timers.advance(1000);
  assert.deepEqual(backend.diary, [
    "plan 1",
    "plan 2",
    "add default/a/TCP/IPv4",
    "add default/b/TCP/IPv4",
  ]);
  assert.equal(agent.status().source.failures, 1);
  await agent.stop();
});

Deno.test("a listener that throws is logged and stops nothing", async () => {
  const { source, timers, agent, log } = start({
    onSync: () => {
      throw new Error("no ear");
    },
  });
  source.say(listOf("Service"), listOf("EndpointSlice"));
  await timers.advance(0);
  await agent.firstSync;
  assert.match(log.lines.join("\n"), /^error A listener of syncs has failed.*err=no ear/m);
  await agent.stop();
});

Deno.test("each batch is told with what came of it, and each operation with its result", async () => {
  const source = new FakeSource();
  const backend = new FakeBackend();
  const timers = new FakeTimers();
  const heard: string[] = [];
  const agent = startAgent({
    source,
    backend,
    nodeName: "n1",
    minSyncPeriodMs: 0,
    log: new FakeLog(),
    timers,
    onTake: ({ before, state, outcome }) =>
      void heard.push(`${outcome} ${before.ready} ${state.ready} ${state === agent.state()}`),
    onResult: ({ op, key }, { ok }) => void heard.push(`${op} ${key} ${ok}`),
  });
  source.say(listOf("Service", service("web", "10.96.0.10")));
  await timers.advance(0);
  source.say(listOf("EndpointSlice"));
  await timers.advance(0);
  source.say(listOf("Node"));
  await timers.advance(0);
  assert.deepEqual(heard, [
    "waiting false false true",
    `add ${WEB} true`,
    "synced false true true",
    "idle true true true",
  ]);
  await agent.stop();
});

Deno.test("an operation that fails is logged, and the others are carried out", async () => {
  const { source, backend, timers, agent, log } = await started();
  await timers.advance(2000);
  backend.answers.set("default/a/TCP/IPv4", { ok: false, error: "Cannot open it", retry: false });
  source.say(upsert(service("a", "10.96.0.11")), upsert(service("b", "10.96.0.12")));
  await timers.advance(0);
  assert.deepEqual(backend.diary, [
    "plan 2",
    "add default/a/TCP/IPv4",
    "add default/b/TCP/IPv4",
  ]);
  assert.match(log.lines.join("\n"), /^warn Cannot open it/m);
  assert.deepEqual(agent.status().ops.failed.map(({ key }) => key), ["default/a/TCP/IPv4"]);
  await agent.stop();
});

Deno.test("an operation that hangs does not stop later syncs for ever", async () => {
  const { source, backend, timers, agent } = await started();
  await timers.advance(2000);
  const hanging = Promise.withResolvers<ApplyResult>();
  backend.answers.set("default/a/TCP/IPv4", hanging.promise);
  source.say(upsert(service("a", "10.96.0.11")));
  await timers.advance(1000);
  source.say(upsert(service("b", "10.96.0.12")));
  await timers.advance(60_000);
  assert.deepEqual(backend.diary.slice(-2), ["plan 1", "add default/b/TCP/IPv4"]);
  hanging.resolve({ ok: true });
  await agent.stop();
});

Deno.test("a frontend that two Services ask for is warned of once, with what to do", async () => {
  const { source, timers, agent, log } = await started();
  source.say(upsert(service("rival", "10.96.0.10", "2026-02-01T00:00:00Z")));
  await timers.advance(1000);
  source.say(upsert(service("other", "10.96.0.99")));
  await timers.advance(1000);
  const warnings = log.lines.filter((line) => line.startsWith("warn"));
  assert.equal(warnings.length, 1, warnings.join("\n"));
  assert.match(warnings[0] ?? "", /10\.96\.0\.10.*belongs to.*default\/web.*give one of the two/);
  await agent.stop();
});

Deno.test("the source's reports go to the log, and its state is told", async () => {
  const { source, agent, log } = start();
  assert.equal(agent.status().source.state, "starting");
  source.sink.report({ severity: "problem", where: "a.yaml", message: "Bad port" });
  source.sink.report({ severity: "trouble", where: "https://api", message: "No answer" });
  assert.deepEqual(agent.status().source, {
    source: "fake",
    state: "trouble",
    problems: 1,
    failures: 0,
  });
  source.sink.report({ severity: "recovered", where: "https://api", message: "Answers" });
  source.sink.report({ severity: "note", where: "a.yaml", message: "Skipped" });
  assert.equal(agent.status().source.state, "ok");
  assert.deepEqual(log.lines, [
    "warn Bad port where=a.yaml",
    "error No answer where=https://api",
    "info Answers where=https://api",
    "warn Skipped where=a.yaml",
  ]);
  await agent.stop();
});

Deno.test("each event goes to the log of verbosity 4", async () => {
  const { source, agent, log } = start();
  const web = service("web", "10.96.0.10");
  source.say(listOf("Service", web), upsert(web), { type: "delete", ref: web });
  assert.deepEqual(log.lines, [
    "info Heard the whole list kind=Service objects=1",
    "info Heard of an object object=Service default/web",
    "info Heard that an object is gone object=Service default/web",
  ]);
  await agent.stop();
});

Deno.test("a source that breaks is started again after a while, and nothing is torn down", async () => {
  const { source, backend, timers, agent, log } = await started();
  source.fail(new Error("unforeseen"));
  await timers.advance(999);
  assert.deepEqual([source.starts, agent.status().source.state], [1, "trouble"]);
  await timers.advance(1);
  assert.deepEqual([source.starts, agent.status().source.state], [2, "starting"]);
  assert.match(log.lines.join("\n"), /^error The source has failed; it is started again/m);
  source.say(listOf("Service", service("web", "10.96.0.10", "2026-01-01T00:00:00Z")));
  assert.equal(agent.status().source.state, "ok");
  await timers.advance(1000);
  assert.deepEqual(backend.diary, []);
  await agent.stop();
});

Deno.test("a source that can never work ends the agent with its error", async () => {
  const { source, agent } = start();
  source.fail(new SourceError("not-found", "Cannot read it"));
  await assert.rejects(agent.done, { code: "not-found" });
  await agent.stop();
});

Deno.test("when the source ends, everything is carried out without a rest, then the agent is done", async () => {
  const { source, backend, agent, timers } = await started();
  source.say(upsert(service("a", "10.96.0.11")));
  source.end();
  await agent.done;
  assert.deepEqual(backend.diary, ["plan 1", "add default/a/TCP/IPv4"]);
  assert.equal(timers.waiting, 0);
  await agent.stop();
});

Deno.test("an agent whose source has ended rejects if the last batch cannot be taken", async () => {
  const { source, backend, agent } = await started();
  backend.planError = new Error("bad day");
  source.say(upsert(service("a", "10.96.0.11")));
  source.end();
  await assert.rejects(agent.done, /bad day/);
  await agent.stop();
});

Deno.test("stop() ends the source, then drains the backend", async () => {
  const { source, backend, agent, timers } = await started();
  const drained = Promise.withResolvers<void>();
  backend.draining = drained.promise;
  const stopped = agent.stop();
  await settle();
  assert.deepEqual(backend.diary, ["close"]);
  source.say(upsert(service("a", "10.96.0.11")));
  drained.resolve();
  await stopped;
  assert.deepEqual(backend.diary, ["close", "drained"]);
  assert.equal(timers.waiting, 0);
  await agent.done;
});

Deno.test("stop() cuts what still drains after the drain timeout", async () => {
  const { backend, agent, timers } = await started();
  backend.draining = new Promise(() => {});
  const stopped = agent.stop();
  await timers.advance(4999);
  assert.deepEqual(backend.diary, ["close"]);
  await timers.advance(1);
  await stopped;
  assert.deepEqual(backend.diary, ["close", "cut"]);
});

Deno.test("stop() does not wait for ever for a source that does not end", async () => {
  const { source, backend, agent, timers } = await started();
  source.deaf = true;
  const stopped = agent.stop();
  await timers.advance(1999);
  assert.deepEqual(backend.diary, []);
  await timers.advance(1);
  await stopped;
  assert.deepEqual(backend.diary, ["close", "drained"]);
  source.end();
  await agent.done;
});

Deno.test("stop() cuts at once when its signal aborts, and stopping twice is stopping once", async () => {
  const { backend, agent } = await started();
  backend.draining = new Promise(() => {});
  const atOnce = new AbortController();
  const stopped = agent.stop(atOnce.signal);
  assert.equal(agent.stop(), stopped);
  await settle();
  atOnce.abort();
  await stopped;
  assert.deepEqual(backend.diary, ["close", "cut"]);
});
