// Balancing, affinity, source ranges and removed endpoints on real connections.
import assert from "node:assert/strict";
import { SILENT } from "../../core/mod.ts";
import { servicePort } from "../test_views.ts";
import {
  ask,
  connect,
  deadAddress,
  echoPod,
  exchange,
  first,
  keeper,
  namedPod,
  openOp,
  readAll,
  type Rig,
  rig,
  spec,
  updateOp,
} from "./_loopback.ts";
import { PLATFORM_SOCKETS } from "./sockets.ts";
import { BALANCING_POLICIES, type ListenerSpec } from "./spec.ts";

const { signal } = new AbortController();

async function apply({ backend }: Rig, listener: ListenerSpec): Promise<void> {
  assert.deepEqual(await backend.apply(updateOp(listener), signal), { ok: true });
}

/** What the pod behind one of several listeners says. */
async function askAt({ backend }: Rig, key: string): Promise<string> {
  const { ip, port } = (await backend.stats()).listeners.find((each) => each.key === key) ??
    assert.fail(`${key} is not open`);
  using conn = await Deno.connect({ hostname: ip, port });
  return new TextDecoder().decode(await readAll(conn));
}

async function asks(subject: Rig, count: number): Promise<string> {
  let answers = "";
  for (let i = 0; i < count; i++) answers += await ask(subject.backend);
  return answers;
}

for (const policy of BALANCING_POLICIES) {
  Deno.test(`${policy} leads connections to endpoints, and past one that refuses`, async () => {
    await using a = namedPod("a");
    await using b = namedPod("b");
    const backends = [a.address, b.address, deadAddress()].sort();
    await using subject = await rig(spec(backends, { policy }), { random: Math.random });
    assert.match(await asks(subject, 12), /^[ab]{12}$/);
    if (policy === "maglev") assert.ok(a.taken === 0 || b.taken === 0, "one client, two endpoints");
  });
}

Deno.test("least connections leads past endpoints that are busy, as soon as they are dialled", async () => {
  await using a = echoPod();
  await using b = echoPod();
  await using c = echoPod();
  const pods = [a, b, c];
  const backends = pods.map(({ address }) => address).sort();
  await using subject = await rig(spec(backends, { policy: "least-connections" }));
  const conns = await Promise.all([1, 2, 3, 4, 5, 6].map(() => connect(subject.backend)));
  await Promise.all(conns.map((conn) => exchange(conn, "x")));
  const { endpoints } = await first(subject.backend);
  assert.deepEqual(backends.map((address) => endpoints[address]?.active), [2, 2, 2]);
  const [ends, ...others] = conns;
  assert.ok(ends);
  const closed = subject.event("closed");
  await ends.closeWrite();
  const event = await closed;
  assert.ok(event.type === "closed");
  const mapped = subject.event("mapped");
  using next = await connect(subject.backend);
  const to = await mapped;
  assert.equal(to.type === "mapped" && to.backend, event.backend);
  for (const conn of [ends, ...others]) conn.close();
  assert.equal(await exchange(next, "x"), "x");
});

Deno.test("maglev keeps a client with its endpoint without remembering it", async () => {
  await using a = namedPod("a");
  await using b = namedPod("b");
  await using c = namedPod("c");
  const backends = [a.address, b.address, c.address].sort();
  await using subject = await rig(spec(backends, { policy: "maglev" }));
  assert.match(await asks(subject, 5), /^(.)\1{4}$/);
});

Deno.test("affinity holds across two ports of a service, until its endpoint leaves", async () => {
  await using a1 = namedPod("a", "127.0.0.1");
  await using a2 = namedPod("a", "127.0.0.1");
  await using b1 = namedPod("b", "127.0.0.2");
  await using b2 = namedPod("b", "127.0.0.2");
  const http = spec([a1.address, b1.address], { affinitySeconds: 60 });
  const https = spec([a2.address, b2.address], {
    key: "https",
    servicePort: "default/web:https",
    affinitySeconds: 60,
  });
  let time = 0;
  // The first turn of each falls to the last endpoint, so without affinity they would alternate.
  await using subject = await rig(http, { now: () => time, random: () => 0.99 });
  await subject.backend.apply(openOp(https), signal);
  const both = async () => await askAt(subject, http.key) + await askAt(subject, https.key);
  assert.equal(await both() + await both(), "bbbb");
  await apply(subject, { ...http, backends: [a1.address] });
  assert.equal(await both() + await both(), "aaaa");
  await apply(subject, http);
  assert.equal(await both(), "aa");
  time = 59_999;
  assert.equal(await both(), "aa");
  time += 60_000;
  // Nobody remembers the client now, and on this port no turn was taken yet.
  assert.equal(await askAt(subject, https.key), "b");
  assert.equal(await askAt(subject, http.key), "b");
});

Deno.test("affinity is given up when its endpoint refuses, for good", async () => {
  await using live = namedPod("live", "127.0.0.2");
  await using other = namedPod("other", "127.0.0.3");
  const early = namedPod("early", "127.0.0.1");
  const listener = spec([early.address, live.address, other.address], { affinitySeconds: 60 });
  await using subject = await rig(listener);
  assert.equal(await asks(subject, 2), "earlyearly");
  await early[Symbol.asyncDispose]();
  assert.equal(await asks(subject, 3), "livelivelive");
  const { endpoints } = await first(subject.backend);
  assert.equal(endpoints[early.address]?.dialFailures.refused, 1);
});

Deno.test("a client from nowhere in the source ranges is sent away at once, and counted", async () => {
  await using live = namedPod("live");
  const guarded = spec([live.address], { kind: "LoadBalancer", sourceRanges: ["192.0.2.0/24"] });
  const { lines, log } = keeper();
  await using subject = await rig(guarded, { log });
  const rejected = subject.event("rejected");
  assert.equal(await ask(subject.backend), "");
  const event = await rejected;
  assert.equal(event.type === "rejected" && event.why, "source-not-allowed");
  const { rejected: counts, accepted, active } = await first(subject.backend);
  assert.deepEqual([counts["source-not-allowed"], accepted, active, live.taken], [1, 1, 0, 0]);
  const told = lines.find(([line]) => line === "Closed a connection without proxying it");
  assert.equal(told?.[1]?.["why"], "source-not-allowed");
  await apply(subject, { ...guarded, sourceRanges: ["192.0.2.0/24", "127.0.0.0/8"] });
  assert.equal(await ask(subject.backend), "live");
});

Deno.test("new source ranges are for new connections", async () => {
  await using echo = echoPod();
  const listener = spec([echo.address]);
  await using subject = await rig(listener);
  using conn = await connect(subject.backend);
  assert.equal(await exchange(conn, "before"), "before");
  await apply(subject, { ...listener, sourceRanges: ["192.0.2.0/24"] });
  assert.equal(await exchange(conn, "after"), "after");
  assert.equal(await ask(subject.backend), "");
});

Deno.test("connections to an endpoint that was removed are cut if that is wished, others go on", async () => {
  await using gone = echoPod();
  await using leaving = echoPod();
  await using stays = echoPod();
  const backends = [gone.address, leaving.address, stays.address];
  const listener = spec(backends, { lingering: [] });
  await using subject = await rig(listener);
  const conns: Deno.TcpConn[] = [];
  for (const _ of backends) {
    const conn = await connect(subject.backend);
    await exchange(conn, "x");
    conns.push(conn);
  }
  const [cut, lingers, lives] = conns;
  assert.ok(cut && lingers && lives);
  const closed = subject.event("closed");
  await apply(subject, { ...listener, backends: [stays.address], lingering: [leaving.address] });
  const event = await closed;
  assert.deepEqual(
    event.type === "closed" && [event.backend, event.how],
    [gone.address, "cut"],
  );
  assert.equal(await cut.read(new Uint8Array(1)).catch(() => null), null);
  assert.equal(await exchange(lingers, "still"), "still");
  assert.equal(await exchange(lives, "still"), "still");
  assert.equal((await first(subject.backend)).cut, 1);
  assert.deepEqual(
    Object.keys((await first(subject.backend)).endpoints).sort(),
    backends.slice(1).sort(),
  );
  const last = subject.event("closed");
  await apply(subject, { ...listener, backends: [stays.address], lingering: [] });
  await last;
  assert.equal(await exchange(lives, "on"), "on");
  for (const conn of conns) conn.close();
});

Deno.test("a socket that passes to another service leaves the first one's connections alone", async () => {
  await using old = echoPod();
  await using fresh = echoPod();
  const listener = spec([old.address], { lingering: [] });
  await using subject = await rig(listener);
  using conn = await connect(subject.backend);
  await exchange(conn, "x");
  const other = { service: "default/other", servicePort: "default/other", lingering: [] };
  await apply(subject, { ...listener, ...other, backends: [fresh.address] });
  await apply(subject, { ...listener, ...other, backends: [] });
  assert.equal(await exchange(conn, "still"), "still");
});

Deno.test("an endpoint that is removed while it is dialled gets no connection", async () => {
  await using live = echoPod();
  const dialling = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const listener = spec([live.address], { lingering: [] });
  await using subject = await rig(listener, {
    sockets: {
      ...PLATFORM_SOCKETS,
      async connect(ip, port, abort) {
        dialling.resolve();
        await goOn.promise;
        return await PLATFORM_SOCKETS.connect(ip, port, abort);
      },
    },
    dialTimeoutsMs: [60_000],
  });
  const closed = subject.event("closed");
  using conn = await connect(subject.backend);
  await dialling.promise;
  await apply(subject, { ...listener, backends: [] });
  goOn.resolve();
  const event = await closed;
  assert.equal(event.type === "closed" && event.how, "cut");
  assert.equal(await conn.read(new Uint8Array(1)).catch(() => null), null);
});

Deno.test("each endpoint's connections, bytes and failures are counted, until it is gone and idle", async () => {
  await using echo = echoPod();
  const dead = deadAddress();
  const listener = spec([dead, echo.address]);
  await using subject = await rig(listener);
  using conn = await connect(subject.backend);
  await exchange(conn, "hello");
  const failures = { refused: 0, timeout: 0, unreachable: 0, shortage: 0, other: 0 };
  const none = { connections: 0, active: 0, bytesIn: 0, bytesOut: 0, dialFailures: failures };
  const some = { ...none, connections: 1, active: 1, bytesIn: 5, bytesOut: 5 };
  assert.deepEqual((await first(subject.backend)).endpoints, {
    [dead]: { ...none, dialFailures: { ...failures, refused: 1 } },
    [echo.address]: some,
  });
  await apply(subject, { ...listener, backends: [] });
  assert.deepEqual((await first(subject.backend)).endpoints, { [echo.address]: some });
  const closed = subject.event("closed");
  await conn.closeWrite();
  await closed;
  const { endpoints, bytesIn, bytesOut } = await first(subject.backend);
  assert.deepEqual([endpoints, bytesIn, bytesOut], [{}, 5, 5]);
});

Deno.test("a policy that there is not is told in the log, and the backend's own is used", async () => {
  const warnings: string[] = [];
  const log = { ...SILENT, warn: (line: string) => void warnings.push(line) };
  await using subject = await rig(null, { log, balancing: "random" });
  const web = servicePort({
    annotations: { "windlass.dev/balancing": "a coin" },
    frontends: [{ kind: "ClusterIP", ip: "127.0.0.1", port: 0 }],
  });
  const change = { type: "add" as const, key: web.key, now: web };
  for (const op of subject.backend.plan([change], subject.backend.initial).ops) {
    assert.deepEqual(await subject.backend.apply(op, signal), { ok: true });
  }
  assert.deepEqual(warnings, [
    'Cannot follow annotation windlass.dev/balancing of default/web: "a coin" is no balancing ' +
    "policy; there are round-robin, random, least-connections, power-of-two, maglev; random is used",
  ]);
  assert.equal((await subject.backend.stats()).listeners.length, 1);
});
