// What UDP has to do on every data path.
import assert from "node:assert/strict";
import { freePort } from "../test_ports.ts";
import { onEachPath } from "./_data_paths.ts";
import { closeOp, first, openOp, rig, updateOp } from "./_loopback.ts";
import { udpClient, udpEcho, udpNamed, udpPod, udpSpec } from "./_udp_loopback.ts";
import type { ConnectionEvent } from "./data_path.ts";
import type { UdpCounts } from "./udp_counters.ts";
import { PLATFORM_DATAGRAMS } from "./udp_sockets.ts";
import type { UserspaceBackend } from "./userspace.ts";

const { signal } = new AbortController();

async function counts(backend: UserspaceBackend): Promise<UdpCounts> {
  const { udp } = await first(backend);
  assert.ok(udp);
  return udp;
}

/** How many flows were opened, and how they ended. */
function tale(events: readonly ConnectionEvent[]): readonly string[] {
  return events.map((event) => event.type === "closed" ? `closed ${event.how}` : event.type);
}

for (const [clients, ip] of [[1, "127.0.0.1"], [50, "127.0.0.1"], [3, "::1"]] as const) {
  onEachPath(
    `${clients} clients at ${ip} get their own answers, each by a flow of its own`,
    async (options) => {
      await using echo = udpEcho(ip);
      await using subject = await rig(udpSpec([echo.address], { ip }), options);
      const all = Array.from({ length: clients }, () => udpClient(subject.backend, ip));
      for (const round of ["one", "two", "three"]) {
        const asked = all.map(({ address }) => `${round} from ${address}`);
        assert.deepEqual(await Promise.all(all.map((each, i) => each.ask(asked[i] ?? ""))), asked);
      }
      for (const each of all) each[Symbol.dispose]();
      const { accepted, active, bytesIn, bytesOut } = await first(subject.backend);
      assert.deepEqual([accepted, active, bytesIn], [clients, clients, bytesOut]);
      const { datagramsIn, datagramsOut, dropped } = await counts(subject.backend);
      assert.deepEqual([datagramsIn, datagramsOut], [3 * clients, 3 * clients]);
      assert.equal(Object.values(dropped).reduce((sum, count) => sum + count), 0);
    },
  );
}

for (const size of [0, 1, 1473, 65507]) {
  onEachPath(`a datagram of ${size} bytes arrives whole, both ways`, async (options) => {
    await using echo = udpEcho();
    await using subject = await rig(udpSpec([echo.address]), options);
    using client = udpClient(subject.backend);
    const sent = Uint8Array.from({ length: size }, (_, index) => index * 7);
    await client.send(sent);
    assert.deepEqual(await client.receive(), sent);
  });
}

onEachPath("flows go to each endpoint in turn, and stay with it", async (options) => {
  await using a = udpNamed("a");
  await using b = udpNamed("b");
  await using subject = await rig(udpSpec([a.address, b.address]), options);
  using one = udpClient(subject.backend);
  using two = udpClient(subject.backend);
  const answers = [await one.ask("?"), await two.ask("?")];
  assert.deepEqual(answers.toSorted(), ["a", "b"]);
  assert.deepEqual([await one.ask("?"), await two.ask("?")], answers);
});

onEachPath(
  "a flow leaves an endpoint that goes at once, and stays with one that stays",
  async (options) => {
    await using a = udpNamed("a");
    await using b = udpNamed("b");
    await using c = udpNamed("c");
    const listener = udpSpec([a.address, b.address]);
    await using subject = await rig(listener, options);
    using leaves = udpClient(subject.backend);
    using stays = udpClient(subject.backend);
    // The first turn falls to a random one.
    const [goes, remains] = [await leaves.ask("?"), await stays.ask("?")];
    const backends = [remains === "a" ? a.address : b.address, c.address];
    await subject.backend.apply(updateOp({ ...listener, backends }), signal);
    assert.equal((await first(subject.backend)).active, 1);
    assert.notEqual(await leaves.ask("?"), goes);
    assert.equal(await stays.ask("?"), remains);
    assert.equal((await counts(subject.backend)).flowsEnded["endpoint-gone"], 1);
    assert.deepEqual(tale(subject.events), ["mapped", "mapped", "closed ended", "mapped"]);
  },
);

onEachPath(
  "an endpoint that refuses at first is reached as soon as it listens",
  async (options) => {
    const port = freePort();
    await using subject = await rig(udpSpec([`127.0.0.1:${port}`]), options);
    using client = udpClient(subject.backend);
    const mapped = subject.event("mapped");
    await client.say("nobody is there");
    await mapped;
    await using _echo = udpEcho("127.0.0.1", port);
    // One of them may be what the refusal of the first is met by; the other is answered.
    await client.say("again");
    await client.say("and again");
    assert.notEqual(await client.hear(), "");
  },
);

onEachPath(
  "without an endpoint nobody listens, until one comes, and again when it has gone",
  async (options) => {
    await using echo = udpEcho();
    const port = freePort();
    const nobody = udpSpec([], { port });
    await using subject = await rig(nobody, options);
    const { backend } = subject;
    using client = udpClient(backend);
    const isFree = () => PLATFORM_DATAGRAMS.bind("127.0.0.1", port).close();
    isFree();
    await backend.apply(updateOp({ ...nobody, backends: [echo.address] }), signal);
    assert.equal(await client.ask("found"), "found");
    assert.throws(isFree, { name: "AddrInUse" });
    await backend.apply(updateOp(nobody), signal);
    isFree();
    const held = PLATFORM_DATAGRAMS.bind("127.0.0.1", port);
    const refused = await backend.apply(updateOp({ ...nobody, backends: [echo.address] }), signal);
    assert.match(refused.ok ? "" : refused.error, /another socket has the port/);
    held.close();
    await backend.apply(updateOp({ ...nobody, backends: [echo.address] }), signal);
    assert.equal(await client.ask("again"), "again");
  },
);

onEachPath(
  "who is outside the source ranges is dropped and counted, and loses a flow that was allowed",
  async (options) => {
    await using echo = udpEcho();
    const listener = udpSpec([echo.address], { sourceRanges: ["127.0.0.0/8"] });
    await using subject = await rig(listener, options);
    using client = udpClient(subject.backend);
    assert.equal(await client.ask("allowed"), "allowed");
    const narrower = { ...listener, sourceRanges: ["192.0.2.0/24"] };
    const closed = subject.event("closed");
    await subject.backend.apply(updateOp(narrower), signal);
    await closed;
    const rejected = subject.event("rejected");
    await client.say("denied");
    const event = await rejected;
    assert.equal(event.type === "rejected" && event.why, "source-not-allowed");
    assert.equal((await first(subject.backend)).rejected["source-not-allowed"], 1);
    assert.equal((await counts(subject.backend)).flowsEnded["source-not-allowed"], 1);
    await subject.backend.apply(updateOp(listener), signal);
    assert.equal(await client.ask("allowed"), "allowed");
  },
);

onEachPath(
  "with session affinity all ports of a client's IP stay with one endpoint",
  async (options) => {
    await using a = udpNamed("a");
    await using b = udpNamed("b");
    await using subject = await rig(
      udpSpec([a.address, b.address], { affinitySeconds: 10 }),
      options,
    );
    const answers = [];
    for (let i = 0; i < 4; i++) {
      using client = udpClient(subject.backend);
      answers.push(await client.ask("?"));
    }
    assert.equal(new Set(answers).size, 1);
  },
);

onEachPath("counts tell each endpoint's share", async (options) => {
  await using echo = udpEcho();
  await using subject = await rig(udpSpec([echo.address]), options);
  using client = udpClient(subject.backend);
  await client.ask("hello");
  const { connections, active, bytesIn, bytesOut } =
    (await first(subject.backend)).endpoints[echo.address] ?? {};
  assert.deepEqual([connections, active, bytesIn, bytesOut], [1, 1, 5, 5]);
});

onEachPath(
  "the wildcards of both families serve the same port, each its own clients",
  async (options) => {
    await using four = udpNamed("four");
    await using six = udpPod(() => new TextEncoder().encode("six"), "::1");
    const node = { kind: "NodePort", port: freePort() } as const;
    await using subject = await rig(udpSpec([four.address], { ...node, ip: "0.0.0.0" }), options);
    const other = udpSpec([six.address], { ...node, ip: "::" });
    assert.deepEqual(await subject.backend.apply(openOp(other), signal), { ok: true });
    using fromFour = udpClient(subject.backend, "127.0.0.1");
    using fromSix = udpClient(subject.backend, "::1");
    assert.deepEqual([await fromFour.ask("?"), await fromSix.ask("?")], ["four", "six"]);
  },
);

onEachPath("a closed listener ends its flows and gives its port free", async (options) => {
  await using echo = udpEcho();
  const listener = udpSpec([echo.address]);
  await using subject = await rig(listener, options);
  using client = udpClient(subject.backend);
  await client.ask("before");
  const { port } = await first(subject.backend);
  const closed = subject.event("closed");
  await subject.backend.apply(closeOp(listener), signal);
  const event = await closed;
  assert.equal(event.type === "closed" && event.how, "cut");
  assert.deepEqual(
    await subject.backend.apply(openOp({ ...listener, port }), signal),
    { ok: true },
  );
  assert.equal(await client.ask("after"), "after");
});

onEachPath(
  "close() lets replies pass until its signal aborts, and takes nothing new",
  async (options) => {
    await using pod = udpPod(() => null);
    await using subject = await rig(udpSpec([pod.address]), options);
    using client = udpClient(subject.backend);
    const heard = pod.next();
    await client.say("hello");
    await heard;
    const to = pod.lastFrom;
    assert.ok(to);
    const stop = new AbortController();
    const closing = subject.backend.close(stop.signal);
    await pod.send("late answer", to);
    assert.equal(await client.hear(), "late answer");
    assert.deepEqual((await subject.backend.stats()).draining, { listeners: 1, connections: 1 });
    const closed = subject.event("closed");
    stop.abort();
    await closing;
    const event = await closed;
    assert.equal(event.type === "closed" && event.how, "cut");
  },
);

onEachPath("close() lets flows go on both ways until its signal aborts", async (options) => {
  await using pod = udpEcho();
  await using subject = await rig(udpSpec([pod.address]), options);
  const { port } = await first(subject.backend);
  using client = udpClient(subject.backend, "127.0.0.1", () => Promise.resolve(port));
  assert.equal(await client.ask("before"), "before");
  const stop = new AbortController();
  const closing = subject.backend.close(stop.signal);
  const draining = async () => (await subject.backend.stats()).draining.connections;
  while (await draining() === 0); // the order is on its way to the worker
  assert.equal(await client.ask("meanwhile"), "meanwhile");
  stop.abort();
  await closing;
});

onEachPath("close() of a listener without flows ends at once", async (options) => {
  await using subject = await rig(udpSpec([]), options);
  await subject.backend.close(signal);
  assert.deepEqual((await subject.backend.stats()).draining, { listeners: 0, connections: 0 });
});

onEachPath("a port that is taken is an error that names it", async (options) => {
  await using holder = udpEcho();
  const port = Number(holder.address.split(":")[1]);
  await using subject = await rig(null, options);
  const result = await subject.backend.apply(openOp(udpSpec(["127.0.0.1:1"], { port })), signal);
  assert.match(
    result.ok ? "" : result.error,
    /^Cannot listen on UDP 127\.0\.0\.1:\d+ .*another socket has the port/,
  );
});

onEachPath(
  "a listener with too many flows gives its own oldest up, and nobody else's",
  async (options) => {
    const most = 65;
    await using echo = udpEcho();
    const spec = udpSpec([echo.address]);
    await using subject = await rig(spec, { ...options, udpFlowLimit: most });
    const other = udpSpec([echo.address], { key: "UDP/127.0.0.1:other" });
    await subject.backend.apply(openOp(other), signal);
    const clients = Array.from({ length: most + 1 }, () => udpClient(subject.backend));
    const [oldest, youngest] = [clients[0], clients.at(-1)];
    assert.ok(oldest !== undefined && youngest !== undefined);
    using neighbour = udpClient(subject.backend, "127.0.0.1", async () => {
      const { listeners } = await subject.backend.stats();
      return listeners.find(({ key }) => key === other.key)?.port ?? assert.fail();
    });
    await neighbour.ask("before them all");
    for (const each of clients.slice(0, -1)) await each.ask("hello");
    const closed = subject.event("closed");
    await youngest.ask("one too many");
    const { client, listener } = await closed;
    assert.deepEqual([client, listener], [oldest.address, spec.key]);
    const { listeners } = await subject.backend.stats();
    assert.deepEqual(
      Object.fromEntries(listeners.map(({ key, active, udp }) => [
        key,
        [active, udp?.flowsEnded.evicted],
      ])),
      { [spec.key]: [most, 1], [other.key]: [1, 0] },
    );
    for (const each of clients) each[Symbol.dispose]();
  },
);
