import assert from "node:assert/strict";
import { Rig } from "./_rig.ts";
import { Echo, hear, HOST, say, udp, WINDOWS } from "./_udp_rig.ts";
import { allocate } from "./memory.ts";
import { ipAt, sockAddrOf } from "./sockaddr.ts";
import { PEER_WORDS, WITH } from "./sys.ts";

/** The most that an IPv4 datagram can carry. */
const LARGEST = 65_507;

Deno.test.each([1, 100])("the datagrams of %i clients come back to their senders", async (n) => {
  await using rig = new Rig();
  const echo = new Echo(rig);
  const { port } = udp(rig, () => echo.text);
  const clients = Array.from({ length: n }, () => rig.connected("datagram", port));
  for (let round = 0; round < 5; round++) {
    clients.forEach((sock, i) => say(rig, sock, 1000 * round + i));
    const waiting = new Set(clients.keys());
    rig.until("all are answered", () => {
      echo.serve();
      for (const i of waiting) {
        const heard = hear(rig, clients[i] ?? -1);
        if (heard === null) continue;
        assert.deepEqual(heard, [1000 * round + i, 4]);
        waiting.delete(i);
      }
      return waiting.size === 0;
    });
  }
  const stats = rig.engine.stats("web");
  assert.equal(stats?.flowsOpened, n);
  assert.equal(stats.flows, n);
  assert.equal(stats.datagramsIn, 5 * n);
  assert.equal(stats.datagramsOut, 5 * n);
  assert.equal(stats.bytesIn, 20 * n);
  assert.equal(stats.bytesOut, 20 * n);
  assert.deepEqual(stats.drops, {});
});

Deno.test("datagrams of a flow keep their order, however they are mixed with others", async () => {
  await using rig = new Rig();
  const { sock, port: endpoint } = rig.bound("datagram");
  const { port } = udp(rig, () => `${HOST}:${endpoint}`);
  const clients = [0, 1, 2].map(() => rig.connected("datagram", port));
  const order = [0, 1, 0, 0, 2, 1, 2, 0, 1, 1, 0, 2];
  order.forEach((client, i) => say(rig, clients[client] ?? -1, 100 * client + i));
  const heard: number[] = [];
  rig.until("all have come", () => {
    for (let next = hear(rig, sock); next !== null; next = hear(rig, sock)) heard.push(next[0]);
    return heard.length === order.length;
  });
  for (const client of [0, 1, 2]) {
    const own = heard.filter((number) => Math.floor(number / 100) === client);
    assert.deepEqual(own, order.flatMap((who, i) => who === client ? [100 * client + i] : []));
  }
});

Deno.test.each([0, 1, 1472, 9000, LARGEST])(
  "a datagram of %i bytes arrives whole",
  async (size) => {
    await using rig = new Rig();
    const echo = new Echo(rig);
    const { port } = udp(rig, () => echo.text);
    const client = rig.connected("datagram", port);
    const sent = allocate(LARGEST + 5);
    sent.bytes.forEach((_, i) => sent.bytes[i] = i * 7 + (i >> 8));
    const got = allocate(64 * 1024);
    assert.equal(rig.sys.send(client, sent.bytes, size), size);
    let length = 0;
    rig.until("it is back", () => {
      echo.serve();
      length = rig.sys.receive(client, got.bytes, got.bytes.length);
      return length >= 0;
    });
    assert.equal(length, size);
    assert.deepEqual(got.bytes.subarray(0, size), sent.bytes.subarray(0, size));
  },
);

Deno.test("neighbours of any sizes stay what they were, there and back", async () => {
  await using rig = new Rig();
  const echo = new Echo(rig);
  const { port } = udp(rig, () => echo.text);
  const client = rig.connected("datagram", port);
  // Runs of one size, a shorter one at a run's end, longer ones after shorter, none, and too large.
  const sizes = [100, 100, 100, 50, 100, 0, 100, 100, 2000, 2000, 1472, 1472, 4, 4, 5, 5, 4, 9000];
  sizes.push(...Array<number>(46).fill(1400));
  const sent = allocate(16_384);
  sizes.forEach((size, i) => {
    sent.bytes.fill(i + 1, 0, size);
    assert.equal(rig.sys.send(client, sent.bytes, size), size);
  });
  const got = allocate(16_384);
  const heard: string[] = [];
  rig.until("all are back", () => {
    echo.serve();
    for (;;) {
      const length = rig.sys.receive(client, got.bytes, 16_384);
      if (length < 0) return heard.length === sizes.length;
      const same = got.bytes.subarray(0, length).every((byte) => byte === got.bytes[0]);
      heard.push(`${length} × ${length === 0 ? "" : same ? got.bytes[0] : "mixed"}`);
    }
  });
  assert.deepEqual(heard, sizes.map((size, i) => `${size} × ${size === 0 ? "" : i + 1}`));
});

Deno.test("a client that is gone does no harm to the listener", async () => {
  await using rig = new Rig();
  const echo = new Echo(rig);
  const { port } = udp(rig, () => echo.text);
  const gone = rig.connected("datagram", port);
  const stays = rig.connected("datagram", port);
  say(rig, gone, 1);
  rig.until("it has come", () => echo.serve(false) === 1);
  rig.close(gone);
  say(rig, stays, 2);
  rig.until("the answer to the other is there", () => {
    echo.serve();
    return hear(rig, stays) !== null;
  });
});

Deno.test("answers leave from the address that the client spoke to, also from a wildcard", {
  ignore: WINDOWS,
}, async () => {
  await using rig = new Rig();
  const echo = new Echo(rig);
  const { port } = udp(rig, () => echo.text, { ip: "0.0.0.0" });
  // A connected socket hears only who it is connected to.
  const clients = ["127.0.0.5", "127.0.0.6"].map((ip) => rig.connected("datagram", port, ip));
  clients.forEach((sock, i) => say(rig, sock, i));
  const heard = new Map<number, number>();
  rig.until("both are answered", () => {
    echo.serve();
    clients.forEach((sock, i) => {
      const [number] = hear(rig, sock) ?? [];
      if (number !== undefined) heard.set(i, number);
    });
    return heard.size === 2;
  });
  assert.deepEqual([...heard].sort(), [[0, 0], [1, 1]]);
});

Deno.test("one client that speaks to two addresses of a wildcard has two flows", {
  ignore: WINDOWS,
}, async () => {
  await using rig = new Rig();
  const echo = new Echo(rig);
  const { port } = udp(rig, () => echo.text, { ip: "0.0.0.0" });
  const { sock } = rig.bound("datagram");
  const batch = rig.sys.batch(2);
  for (const [i, ip] of ["127.0.0.5", "127.0.0.6"].entries()) {
    batch.peers.set(sockAddrOf(ip, port, rig.sys.inet6).region.words, i * PEER_WORDS);
    batch.lengths[i] = 4;
    batch.address(i, i, { peers: batch.peers, locals: new Uint32Array(8) }, i);
  }
  assert.equal(batch.send(sock, 0, 2), 2);
  rig.until("both have come", () => (echo.serve(), echo.count === 2));
  assert.equal(rig.engine.load.flows, 2);
  const from = new Set<string>();
  rig.until("both are answered from where they were sent to", () => {
    if (batch.receive(sock, 0, 1, WITH.peer) === 1) {
      from.add(ipAt(new Uint8Array(batch.peers.buffer, batch.peers.byteOffset, 32), 0));
    }
    return from.size === 2;
  });
  assert.deepEqual([...from].sort(), ["127.0.0.5", "127.0.0.6"]);
});

Deno.test("a wildcard's local addresses do not stick to the clients of other listeners", {
  ignore: WINDOWS,
}, async () => {
  await using rig = new Rig();
  const echo = new Echo(rig);
  const all = udp(rig, () => echo.text, { key: "all", ip: "0.0.0.0" });
  const one = udp(rig, () => echo.text, { key: "one", ip: "127.0.0.7" });
  const clients = [
    rig.connected("datagram", all.port, "127.0.0.5"),
    rig.connected("datagram", one.port, "127.0.0.7"),
  ];
  for (const [i, sock] of clients.entries()) {
    say(rig, sock, i);
    rig.until("it is answered", () => {
      echo.serve();
      return hear(rig, sock) !== null;
    });
  }
});

Deno.test("what the system drops for want of room is counted", { ignore: WINDOWS }, async () => {
  await using rig = new Rig({ datagramBuffer: 4096 });
  const echo = new Echo(rig);
  const { port } = udp(rig, () => echo.text);
  const client = rig.connected("datagram", port);
  const sent = 200;
  for (let i = 0; i < sent; i++) say(rig, client, i, 512);
  rig.until("all that was not dropped has come", () => {
    echo.serve(false);
    const drops = rig.engine.stats("web")?.drops["receive-buffer"] ?? 0;
    return drops > 0 && drops + echo.count === sent;
  });
});

Deno.test("a wildcard is refused where answers would leave from anywhere", {
  ignore: !WINDOWS,
}, async () => {
  await using rig = new Rig();
  const spec = { key: "x", protocol: "UDP", ip: "0.0.0.0", port: 0, choose: () => null } as const;
  const result = rig.engine.open(spec);
  assert.equal(result.ok ? "" : result.code, "EOPNOTSUPP");
});
