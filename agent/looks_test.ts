import assert from "node:assert/strict";
import {
  codeOf,
  HNS_DEFAULTS,
  hnsBackend,
  type HnsEmulator,
  hnsEmulator,
} from "../backends/mod.ts";
import { startAgent } from "./sync_loop.ts";
import { FakeLog, FakeSource, listOf, service, slice, upsert } from "./test_fakes.ts";
import { blockedBy } from "./looks.ts";
import { FakeTimers, settle } from "./test_timers.ts";

const NETWORK = {
  ID: "52A1B0D7-6D0E-4B0C-8F0B-7C3E0E6F9B02",
  Name: "cbr0",
  Type: "L2Bridge",
  SchemaVersion: { Major: 2, Minor: 0 },
};

const MINUTES = 60_000;

/** An agent with the HNS backend, on an emulator, by a clock that the test moves. */
function started(emulator: HnsEmulator) {
  const source = new FakeSource();
  const timers = new FakeTimers();
  const log = new FakeLog();
  const config = { ...HNS_DEFAULTS, networkName: "cbr0", nodeIp: "192.0.2.1" };
  const agent = startAgent({
    source,
    backend: hnsBackend({ config, transport: emulator, log }),
    nodeName: "n1",
    minSyncPeriodMs: 0,
    log,
    timers,
  });
  return { source, timers, log, agent, emulator };
}

const WEB = [service("web", "10.96.0.10"), slice("web", "10.244.3.9")] as const;

/** Both lists, so that the node is programmed. */
function lists(source: FakeSource): void {
  source.say(listOf("Service", WEB[0]), listOf("EndpointSlice", WEB[1]));
}

/** How many load balancers there are. */
function balancers(emulator: HnsEmulator): number {
  return emulator.state().LoadBalancers.length;
}

Deno.test("the agent looks at HNS before it writes, and programs what is missing", async () => {
  const { source, timers, agent, emulator } = started(
    hnsEmulator({ Networks: [NETWORK], Endpoints: [], LoadBalancers: [] }),
  );
  assert.equal(emulator.calls.all, 0);
  lists(source);
  await timers.advance(10);
  assert.equal(balancers(emulator), 1);
  assert.deepEqual(agent.status().looks, { seen: true, error: "", waits: [] });
  await agent.stop();
});

Deno.test("without a network the agent waits, says so, and goes on at once when HNS tells of it", async () => {
  const { source, timers, log, agent, emulator } = started(hnsEmulator());
  lists(source);
  await timers.advance(10);
  assert.deepEqual(agent.status().looks?.waits.map(({ key }) => key), ["network/cbr0"]);
  assert(log.lines.some((line) => line.includes('Waiting for the network "cbr0"')));
  await timers.advance(5 * MINUTES);
  assert.equal(emulator.calls.writes, 0);
  emulator.addNetwork(NETWORK);
  await timers.advance(1000);
  assert.equal(balancers(emulator), 1);
  assert.deepEqual(agent.status().looks?.waits, []);
  await agent.stop();
});

Deno.test("what drifts is put right by the periodic look, and nothing is written if nothing does", async () => {
  const { source, timers, agent, emulator } = started(
    hnsEmulator({ Networks: [NETWORK], Endpoints: [], LoadBalancers: [] }),
  );
  lists(source);
  await timers.advance(10);
  const { writes } = emulator.calls;
  await timers.advance(12 * MINUTES);
  assert.equal(emulator.calls.writes, writes);
  const [id] = emulator.state().LoadBalancers.map((each) =>
    String(Reflect.get(Object(each), "ID"))
  );
  emulator.remove("load-balancer", id ?? "");
  await timers.advance(6 * MINUTES);
  assert.equal(balancers(emulator), 1);
  await agent.stop();
});

Deno.test("HNS that restarts is looked at again, and changes that came meanwhile are carried out", async () => {
  const { source, timers, agent, emulator } = started(
    hnsEmulator({ Networks: [NETWORK], Endpoints: [], LoadBalancers: [] }),
  );
  lists(source);
  await timers.advance(10);
  emulator.stop();
  source.say(upsert(service("api", "10.96.0.11")), upsert(slice("api", "10.244.4.4")));
  await timers.advance(2000);
  assert.notEqual(agent.status().looks?.error, "");
  emulator.start();
  await timers.advance(MINUTES);
  assert.equal(agent.status().looks?.error, "");
  assert.equal(balancers(emulator), 2);
  await agent.stop();
});

Deno.test("an operation that keeps failing is tried less and less often, and never stops the others", async () => {
  const { source, timers, agent, emulator } = started(
    hnsEmulator({ Networks: [NETWORK], Endpoints: [], LoadBalancers: [] }, {
      fault: ({ what }) => what === "create endpoint" ? { hresult: codeOf("access-denied") } : null,
    }),
  );
  lists(source);
  await timers.advance(10);
  await timers.advance(10 * MINUTES);
  const { writes } = emulator.calls;
  assert(writes < 60, `${writes} writes in ten minutes`);
  emulator.behave({});
  await timers.advance(MINUTES);
  assert.equal(balancers(emulator), 1);
  await agent.stop();
});

Deno.test("what was planned for a Service that is gone is not carried out when HNS comes back", async () => {
  const { source, timers, agent, emulator } = started(
    hnsEmulator({ Networks: [NETWORK], Endpoints: [], LoadBalancers: [] }),
  );
  source.say(listOf("Service"), listOf("EndpointSlice"));
  await timers.advance(10);
  emulator.stop();
  source.say(upsert(WEB[0]), upsert(WEB[1]));
  await timers.advance(5000);
  source.say(listOf("Service"), listOf("EndpointSlice"));
  await timers.advance(5000);
  emulator.start();
  await timers.advance(5 * MINUTES);
  assert.equal(balancers(emulator), 0);
  assert.equal(emulator.state().Endpoints.length, 0);
  await agent.stop();
});

Deno.test("at the end of the source all that a look calls for is done before the agent is done", async () => {
  let lost = true;
  const { source, agent, emulator } = started(
    hnsEmulator({ Networks: [NETWORK], Endpoints: [], LoadBalancers: [] }, {
      fault: ({ what }) => {
        if (what !== "create load-balancer" || !lost) return null;
        lost = false;
        return { hresult: codeOf("rpc-failed"), afterwards: true };
      },
    }),
  );
  lists(source);
  source.end();
  await settle();
  await agent.done;
  assert.equal(balancers(emulator), 1);
  assert.deepEqual(agent.status().ops.retrying, []);
  await agent.stop();
});

Deno.test.each([
  { error: "", waits: [], says: "" },
  { error: "", waits: [{ key: "endpoint/a", what: "the endpoint of a" }], says: "" },
  {
    error: "",
    waits: [{ key: "network/n", what: 'the network "n"', blocks: true }],
    says: 'Waiting for the network "n"',
  },
  { error: "HNS is away", waits: [], says: "HNS is away" },
])("blockedBy() of $error and $waits is $says", ({ error, waits, says }) => {
  assert.equal(blockedBy({ seen: true, error, waits }), says);
});
