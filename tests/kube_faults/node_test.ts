/**
 * What the node sees of a cluster that is slow to answer or gone for an hour: nothing before services
 * and slices are both listed, nothing during an outage, and after it only what has really changed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type Agent, startAgent, type SyncRecord } from "../../agent/mod.ts";
import { FakeBackend } from "../../agent/test_fakes.ts";
import { SILENT } from "../../core/mod.ts";
import { kubeSource, loadKubeConnection } from "../../proto/mod.ts";
import { addService, fill, type Lists, moveEndpoint, removeService } from "./at_work.ts";
import type { Fault } from "./faults.ts";
import { FaultyServer, type Target } from "./faulty_server.ts";
import { HastyTiming } from "./hasty_timing.ts";

const HOUR_MS = 3_600_000;

interface Node extends AsyncDisposable {
  readonly agent: Agent;
  readonly backend: FakeBackend;
  readonly timing: HastyTiming;
  /** Resolves when the backend was asked for this. */
  asked(entry: string): Promise<void>;
}

/** A whole agent, with a backend that remembers what it was asked for. */
async function node(server: FaultyServer, lists: Lists): Promise<Node> {
  const timing = new HastyTiming();
  const backend = new FakeBackend();
  const watchers = new Set<() => void>();
  const connection = await loadKubeConnection({ server: server.url, env: () => undefined });
  const agent = startAgent({
    source: kubeSource({ connection, nodeName: "n1", once: false, timing, lists }),
    backend,
    nodeName: "n1",
    minSyncPeriodMs: 0,
    log: SILENT,
    onSync: (_: SyncRecord) => watchers.forEach((look) => look()),
  });
  return {
    agent,
    backend,
    timing,
    asked: (entry) =>
      new Promise((resolve) => {
        const look = () => {
          if (!backend.diary.includes(entry)) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      await agent.stop(AbortSignal.abort());
      await server[Symbol.asyncDispose]();
    },
  };
}

const opsOf = ({ diary }: FakeBackend) => diary.filter((entry) => !entry.startsWith("plan")).sort();

Deno.test.each(
  [
    { lists: "stream", slow: "services" },
    { lists: "stream", slow: "endpointslices" },
    { lists: "pages", slow: "services" },
    { lists: "pages", slow: "endpointslices" },
  ] as const,
)(
  "lists as $lists: nothing is asked of the node before $slow, which are slow, are listed too",
  async ({ lists, slow }) => {
    const server = await FaultyServer.start();
    fill(server);
    const go = Promise.withResolvers<void>();
    const late: Fault = async (request, next) => {
      await go.promise;
      return await next(request);
    };
    const verb = lists === "stream" ? "stream" : "list";
    void server.next(`${verb} ${slow}` satisfies Target, late);
    await using it = await node(server, lists);
    const other = slow === "services" ? "slices" : "services";
    const knows = (map: "services" | "slices" | "nodes") =>
      [...it.agent.state().snapshot[map].keys()].length;
    while (knows(other) === 0 || knows("nodes") === 0) await turn();
    // Changes come in on the kinds that are listed, and still nothing is done.
    addService(server, "added");
    while (knows(other) < 6) await turn();
    assert.deepEqual(it.backend.diary, []);
    assert.equal(it.agent.status().ready, false);
    go.resolve();
    await it.agent.firstSync;
    await it.asked("add default/added/TCP/IPv4");
    assert.equal(it.agent.status().ready, true);
  },
);

Deno.test.each([{ lists: "stream" }, { lists: "pages" }] as const)(
  "lists as $lists: an hour without the API server changes nothing, and its end only what differs",
  async ({ lists }) => {
    const server = await FaultyServer.start();
    fill(server);
    await using it = await node(server, lists);
    await it.agent.firstSync;
    const before = [...it.backend.diary];
    const since = it.timing.now();
    await server.kill();
    removeService(server, "s1");
    moveEndpoint(server, "s2", "10.1.0.9");
    addService(server, "new");
    server.api.compact(); // after an hour no server remembers
    while (it.timing.now() - since < HOUR_MS) await turn();
    assert.deepEqual(it.backend.diary, before);
    assert.equal(it.agent.status().source.state, "trouble");
    it.backend.diary.length = 0;
    await server.revive();
    await it.asked("update default/s2/TCP/IPv4");
    await it.asked("add default/new/TCP/IPv4");
    await it.asked("remove default/s1/TCP/IPv4");
    addService(server, "last");
    await it.asked("add default/last/TCP/IPv4");
    const ops = opsOf(it.backend).filter((entry) => !/default\/(s2|new|s1|last)\//.test(entry));
    assert.deepEqual(ops, [], "nothing was done to what had not changed");
    assert.equal(opsOf(it.backend).filter((entry) => entry.startsWith("remove")).length, 1);
  },
);

/** Lets what is under way come a little further. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
