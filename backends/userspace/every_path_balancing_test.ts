// Balancing, affinity, source ranges and removed endpoints on every data path.
import assert from "node:assert/strict";
import { onEachPath } from "./_data_paths.ts";
import {
  ask,
  connect,
  deadAddress,
  echoPod,
  exchange,
  first,
  keeper,
  namedPod,
  type Rig,
  rig,
  sentAway,
  spec,
  updateOp,
} from "./_loopback.ts";
import { BALANCING_POLICIES, type ListenerSpec } from "./spec.ts";

const { signal } = new AbortController();

async function apply({ backend }: Rig, listener: ListenerSpec): Promise<void> {
  assert.deepEqual(await backend.apply(updateOp(listener), signal), { ok: true });
}

async function asks(subject: Rig, count: number): Promise<string> {
  let answers = "";
  for (let i = 0; i < count; i++) answers += await ask(subject.backend);
  return answers;
}

for (const policy of BALANCING_POLICIES) {
  onEachPath(
    `${policy} leads connections to endpoints, and past one that refuses`,
    async (options) => {
      await using a = namedPod("a");
      await using b = namedPod("b");
      const backends = [a.address, b.address, deadAddress()].sort();
      await using subject = await rig(spec(backends, { policy }), {
        ...options,
        random: Math.random,
      });
      assert.match(await asks(subject, 12), /^[ab]{12}$/);
      if (policy === "maglev") {
        assert.ok(a.taken === 0 || b.taken === 0, "one client, two endpoints");
      }
    },
  );
}

onEachPath(
  "least connections leads past endpoints that are busy, as soon as they are dialled",
  async (options) => {
    await using a = echoPod();
    await using b = echoPod();
    await using c = echoPod();
    const pods = [a, b, c];
    const backends = pods.map(({ address }) => address).sort();
    await using subject = await rig(spec(backends, { policy: "least-connections" }), options);
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
  },
);

onEachPath("maglev keeps a client with its endpoint without remembering it", async (options) => {
  await using a = namedPod("a");
  await using b = namedPod("b");
  await using c = namedPod("c");
  const backends = [a.address, b.address, c.address].sort();
  await using subject = await rig(spec(backends, { policy: "maglev" }), options);
  assert.match(await asks(subject, 5), /^(.)\1{4}$/);
});

onEachPath("affinity is given up when its endpoint refuses, for good", async (options) => {
  const pods = ["127.0.0.1", "127.0.0.2", "127.0.0.3"].map((ip) => namedPod(ip, ip));
  const listener = spec(pods.map(({ address }) => address), { affinitySeconds: 60 });
  await using subject = await rig(listener, options);
  const name = await ask(subject.backend);
  assert.equal(await ask(subject.backend), name);
  const chosen = pods.find(({ address }) => address.startsWith(`${name}:`));
  await chosen?.[Symbol.asyncDispose]();
  const other = await ask(subject.backend);
  assert.notEqual(other, name);
  assert.equal(await asks(subject, 2), other + other);
  const { endpoints } = await first(subject.backend);
  assert.equal(endpoints[chosen?.address ?? ""]?.dialFailures.refused, 1);
  for (const pod of pods) if (pod !== chosen) await pod[Symbol.asyncDispose]();
});

onEachPath(
  "a client from nowhere in the source ranges is sent away at once, and counted",
  async (options) => {
    await using live = namedPod("live");
    const guarded = spec([live.address], { kind: "LoadBalancer", sourceRanges: ["192.0.2.0/24"] });
    const { lines, log } = keeper();
    await using subject = await rig(guarded, { ...options, log });
    const rejected = subject.event("rejected");
    await sentAway(subject.backend);
    const event = await rejected;
    assert.equal(event.type === "rejected" && event.why, "source-not-allowed");
    const { rejected: counts, accepted, active } = await first(subject.backend);
    assert.deepEqual([counts["source-not-allowed"], accepted, active, live.taken], [1, 1, 0, 0]);
    const told = lines.find(([line]) => line === "Closed a connection without proxying it");
    assert.equal(told?.[1]?.["why"], "source-not-allowed");
    await apply(subject, { ...guarded, sourceRanges: ["192.0.2.0/24", "127.0.0.0/8"] });
    assert.equal(await ask(subject.backend), "live");
  },
);

onEachPath("new source ranges are for new connections", async (options) => {
  await using echo = echoPod();
  const listener = spec([echo.address]);
  await using subject = await rig(listener, options);
  using conn = await connect(subject.backend);
  assert.equal(await exchange(conn, "before"), "before");
  await apply(subject, { ...listener, sourceRanges: ["192.0.2.0/24"] });
  assert.equal(await exchange(conn, "after"), "after");
  await sentAway(subject.backend);
});

onEachPath(
  "connections to an endpoint that was removed are cut if that is wished, others go on",
  async (options) => {
    await using gone = echoPod();
    await using leaving = echoPod();
    await using stays = echoPod();
    const backends = [gone.address, leaving.address, stays.address];
    const listener = spec([gone.address], { lingering: backends });
    await using subject = await rig(listener, options);
    const conns: Deno.TcpConn[] = [];
    for (const address of backends) {
      await apply(subject, { ...listener, backends: [address] });
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
  },
);

onEachPath(
  "a socket that passes to another service leaves the first one's connections alone",
  async (options) => {
    await using old = echoPod();
    await using fresh = echoPod();
    const listener = spec([old.address], { lingering: [] });
    await using subject = await rig(listener, options);
    using conn = await connect(subject.backend);
    await exchange(conn, "x");
    const other = { service: "default/other", servicePort: "default/other", lingering: [] };
    await apply(subject, { ...listener, ...other, backends: [fresh.address] });
    await apply(subject, { ...listener, ...other, backends: [] });
    assert.equal(await exchange(conn, "still"), "still");
  },
);

onEachPath(
  "each endpoint's connections, bytes and failures are counted, until it is gone and idle",
  async (options) => {
    await using echo = echoPod();
    const dead = deadAddress();
    const listener = spec([dead, echo.address]);
    await using subject = await rig(listener, options);
    // The first turn falls to a random one: with the second connection, both had theirs.
    const conns = [await connect(subject.backend), await connect(subject.backend)];
    for (const conn of conns) await exchange(conn, "hello");
    const { [dead]: failed, [echo.address]: served, ...others } =
      (await first(subject.backend)).endpoints;
    assert.ok((failed?.dialFailures.refused ?? 0) > 0);
    assert.deepEqual([failed?.connections, failed?.active, others], [0, 0, {}]);
    const dialFailures = { refused: 0, timeout: 0, unreachable: 0, shortage: 0, other: 0 };
    const some = { connections: 2, active: 2, bytesIn: 10, bytesOut: 10, dialFailures };
    assert.deepEqual(served, some);
    await apply(subject, { ...listener, backends: [] });
    assert.deepEqual((await first(subject.backend)).endpoints, { [echo.address]: some });
    for (const conn of conns) {
      const closed = subject.event("closed");
      await conn.closeWrite();
      await closed;
      conn.close();
    }
    const { endpoints, bytesIn, bytesOut } = await first(subject.backend);
    assert.deepEqual([endpoints, bytesIn, bytesOut], [{}, 10, 10]);
  },
);
