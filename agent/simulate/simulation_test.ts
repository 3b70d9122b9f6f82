/**
 * Whole simulations, with the real agent; and with backends that do one thing wrong, to see that the
 * simulation finds out.
 */
import assert from "node:assert/strict";
import {
  type Backend,
  type Sockets,
  userspaceBackend,
  type UserspaceOp,
  type UserspaceState,
} from "../../backends/mod.ts";
import { DEFAULT_OPTIONS, type SimulateOptions } from "./options.ts";
import { STORIES, storiesOf } from "./scenario_names.ts";
import { NO_SHOW } from "./show.ts";
import { type Outcome, runSimulation, type SimulationSetup } from "./simulation.ts";
import { reportOf } from "./tally.ts";

const SMALL: SimulateOptions = {
  ...DEFAULT_OPTIONS,
  services: 3,
  podsPerService: 2,
  nodes: 2,
  connections: 8,
  durationMs: 400,
  scenario: "steady",
};

function run(
  options: Partial<SimulateOptions> = {},
  more: Partial<SimulationSetup> = {},
): Promise<Outcome> {
  return runSimulation({
    options: { ...SMALL, ...options },
    stories: options.scenario === "all" ? storiesOf("all") : ["steady"],
    show: NO_SHOW,
    signal: new AbortController().signal,
    patienceMs: 2000,
    ...more,
  });
}

/** The node port settings of a test's backend. */
function nodePortsOn(nodeIp: string) {
  return { nodePortAddresses: [`${nodeIp}/32`], hostAddresses: () => [nodeIp] };
}

type Real = Backend<UserspaceOp, UserspaceState>;

/** The real backend, but every operation is changed before it is carried out; `null` drops it. */
function withOps(nodeIp: string, change: (op: UserspaceOp) => UserspaceOp | null): Real {
  const real = userspaceBackend(nodePortsOn(nodeIp));
  return {
    name: real.name,
    initial: real.initial,
    plan: (changes, state) => real.plan(changes, state),
    apply(op, signal) {
      const changed = change(op);
      return changed === null ? Promise.resolve({ ok: true }) : real.apply(changed, signal);
    },
    close: (signal) => real.close(signal),
  };
}

/** The failures in words, for a test that did not expect any. */
function told({ tally }: Outcome): string {
  return tally.failures.map(({ rule, what }) => `${rule}: ${what}`).join("\n");
}

Deno.test("every scenario in turn: nothing fails, nothing is misrouted, nothing is cut", async () => {
  const outcome = await run({ scenario: "all", durationMs: 2500, seed: 7 });
  const { failed, misrouted, connectionsCut, scenarios, ...all } = reportOf(outcome.tally);
  assert.deepEqual({ failed, misrouted, connectionsCut }, {
    failed: 0,
    misrouted: 0,
    connectionsCut: 0,
  }, told(outcome));
  assert.deepEqual(Object.keys(scenarios), [...STORIES]);
  for (const [story, figures] of Object.entries(scenarios)) {
    assert.ok(figures.requests > figures.udp.requests, `${story} has TCP traffic`);
    assert.ok(figures.udp.requests > 0, `${story} has UDP traffic`);
  }
  assert.ok(all.syncs > 5 && all.syncMsP50 > 0);
  assert.ok(all.changeToTrafficMsP99 >= all.changeToTrafficMsP50 && all.changeToTrafficMsP50 > 0);
  assert.ok(all.latencyMsP99 >= all.latencyMsP50 && all.latencyMsP50 > 0);
  assert.ok(all.bytes > all.requests * 16);
  assert.ok(outcome.firstReplyMs !== null);
});

Deno.test("two simulations at the same time, from the same seed, do not meet", async () => {
  const outcomes = await Promise.all([run(), run()]);
  for (const outcome of outcomes) {
    assert.ok(outcome.tally.total().requests > 0);
    assert.ok(outcome.tally.total().clean, told(outcome));
  }
});

Deno.test("a simulation that is ended early ends in order, with what it has seen", async () => {
  const stop = new AbortController();
  const show = { ...NO_SHOW, frame: () => stop.abort() };
  const outcome = await run({ durationMs: 600_000 }, { signal: stop.signal, show });
  assert.equal(outcome.interrupted, true);
  assert.ok(outcome.tally.total().clean, told(outcome));
});

Deno.test("a simulation that is ended before it began has seen nothing", async () => {
  const outcome = await run({}, { signal: AbortSignal.abort() });
  assert.equal(outcome.tally.total().requests, 0);
  assert.equal(outcome.firstReplyMs, null);
});

Deno.test("a backend that sends one service's clients to another's endpoints is found out", async () => {
  let stolen: readonly string[] | null = null;
  const makeBackend = (nodeIp: string): Real =>
    withOps(nodeIp, (op) => {
      if (op.op !== "open") return op;
      const backends = stolen ?? op.listener.backends;
      stolen ??= op.listener.backends;
      return { ...op, listener: { ...op.listener, backends } };
    });
  const outcome = await run({}, { makeBackend });
  assert.ok(outcome.tally.total().misrouted > 0);
  assert.equal(outcome.tally.failures[0]?.rule, "endpoint-not-allowed");
});

Deno.test("a backend that keeps an endpoint which has left the view is found out", async () => {
  const makeBackend = (nodeIp: string): Real =>
    withOps(nodeIp, (op) => op.op === "update" ? null : op);
  const outcome = await run({ podsPerService: 1, durationMs: 1200 }, {
    makeBackend,
    stories: ["rolling-update"],
  });
  const { failed, misrouted } = outcome.tally.total();
  assert.ok(
    failed + misrouted > 0,
    "its old pods are used while they live, and then nobody answers",
  );
});

Deno.test("a backend whose UDP flows stick to an endpoint that has left is found out", async () => {
  const makeBackend = (nodeIp: string): Real =>
    withOps(nodeIp, (op) => op.op === "update" && op.listener.protocol === "UDP" ? null : op);
  const outcome = await run({ podsPerService: 1, durationMs: 1200 }, {
    makeBackend,
    stories: ["rolling-update"],
  });
  const { failed, misrouted, udp } = outcome.tally.total();
  assert.ok(udp.failed + udp.misrouted > 0);
  assert.deepEqual([failed, misrouted], [udp.failed, udp.misrouted], "TCP is as it should be");
});

Deno.test("a backend that does not open a front end is found out", async () => {
  const makeBackend = (nodeIp: string): Real =>
    withOps(nodeIp, (op) => op.op === "open" && op.listener.kind === "NodePort" ? null : op);
  const outcome = await run({}, { makeBackend });
  assert.ok(outcome.tally.total().failed > 0);
  assert.equal(outcome.tally.failures[0]?.rule, "front-end-refused");
  assert.match(outcome.tally.failures[0]?.what ?? "", / on TCP NodePort /);
});

Deno.test("a backend that cuts connections is found out", async () => {
  const sockets: Sockets = {
    listen: (hostname, port) => Deno.listen({ hostname, port }),
    async connect(hostname, port, signal) {
      const conn = await Deno.connect({ hostname, port, signal, autoSelectFamily: false });
      return endingAfter(conn, 4);
    },
  };
  const makeBackend = (nodeIp: string): Real =>
    userspaceBackend({ ...nodePortsOn(nodeIp), sockets });
  const outcome = await run({}, { makeBackend });
  assert.ok(outcome.tally.total().connectionsCut > 0, told(outcome));
  assert.ok(outcome.tally.failures.some(({ rule }) => rule === "kept-connection-cut"));
});

/** The connection, but after some reads it says that its peer has ended it. */
function endingAfter(conn: Deno.TcpConn, reads: number): Deno.TcpConn {
  const read = conn.read.bind(conn);
  let left = reads;
  conn.read = (into) => left-- > 0 ? read(into) : Promise.resolve(null);
  return conn;
}
