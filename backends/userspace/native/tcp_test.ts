import assert from "node:assert/strict";
import { Rig, writeAll } from "./_rig.ts";
import { accepted, assertReset, endpoint, HOST, met, pair, rawEndpoint } from "./_tcp_rig.ts";
import { ERRNO } from "./errno.ts";
import { allocate } from "./memory.ts";
import { sockAddrOf } from "./sockaddr.ts";

Deno.test("closing a listener leaves its connections, unless they are terminated", async () => {
  await using rig = new Rig();
  const { sock, text } = rawEndpoint(rig);
  const first = rig.open(() => text, { key: "first" });
  const second = rig.open(() => text, { key: "second" });
  const { client: a, server: serverA } = pair(rig, first.port, sock);
  const { client: b, server: serverB } = pair(rig, second.port, sock);
  const { bytes } = allocate(64);
  assert.ok(rig.engine.close("first"));
  assert.ok(rig.engine.close("second", { terminate: true }));
  assert.ok(!rig.engine.close("second"));
  assertReset(rig, b);
  assertReset(rig, serverB);
  assert.equal(second.told.closed[0]?.closed.reason, "terminated");
  assert.equal(rig.sys.send(a, bytes, 7), 7);
  assert.equal(met(rig, serverA), 7);
  rig.open(() => text, { key: "third", port: first.port });
  for (const server of [serverA, serverB]) rig.sys.close(server);
});

Deno.test("connections to an endpoint that is gone finish, unless they are terminated", async () => {
  await using rig = new Rig();
  const { sock, text } = rawEndpoint(rig);
  const { port, told } = rig.open(() => text);
  const { client, server } = pair(rig, port, sock);
  const { bytes } = allocate(64);
  rig.engine.endpointGone("web", text);
  assert.equal(rig.sys.send(client, bytes, 7), 7);
  assert.equal(met(rig, server), 7);
  rig.engine.endpointGone("web", `${text}0`, { terminate: true });
  assert.equal(rig.engine.load.connections, 1);
  rig.engine.endpointGone("web", text, { terminate: true });
  assertReset(rig, client);
  assert.equal(told.closed[0]?.closed.reason, "endpoint-gone");
  rig.sys.close(server);
});

Deno.test("a listener that is closed by a callback while it waits for descriptors is not used", async () => {
  await using rig = new Rig();
  const { text } = rawEndpoint(rig);
  const choose = () => {
    rig.engine.close("second");
    return text;
  };
  const first = rig.open(choose, { key: "first" });
  const second = rig.open(() => text, { key: "second" });
  const accept = rig.sys.accept.bind(rig.sys);
  rig.sys.accept = () => -ERRNO.EMFILE;
  rig.connected("stream", first.port);
  rig.connected("stream", second.port);
  const pauses = (key: string) => rig.engine.stats(key)?.acceptPauses ?? 0;
  rig.until("both wait", () => pauses("first") > 0 && pauses("second") > 0);
  const asked: number[] = [];
  rig.sys.accept = (listening) => {
    asked.push(listening);
    return accept(listening);
  };
  rig.now += 100;
  rig.until("the first has accepted", () => first.told.chosen.length === 1);
  assert.equal(new Set(asked).size, 1);
});

Deno.test("thousands of short connections get their own answers, whatever numbers live again", async () => {
  await using rig = new Rig();
  const { listener, text } = endpoint();
  using _ = listener;
  const { port, told } = rig.open(() => text);
  rig.run();
  const rounds = 40;
  const width = 50;
  const serve = async (conn: Deno.Conn) => {
    using server = conn;
    const bytes = new Uint8Array(64);
    for (let n = await server.read(bytes); n !== null; n = await server.read(bytes)) {
      await writeAll(server, bytes.subarray(0, n));
    }
  };
  const serving: Promise<void>[] = [];
  const accepting = (async () => {
    for (let i = 0; i < rounds * width; i++) {
      // Clients that leave without reading reset their server: that is no fault of the proxy.
      serving.push(serve(await listener.accept()).catch(() => {}));
    }
  })();
  const ask = async (id: number) => {
    using client = await Deno.connect({ hostname: HOST, port });
    const question = new TextEncoder().encode(`question ${id}`);
    await writeAll(client, question);
    if (id % 7 === 0) return; // leaves at once
    const answer = new Uint8Array(64);
    const n = await client.read(answer);
    assert.deepEqual(answer.subarray(0, n ?? 0), question);
  };
  for (let round = 0; round < rounds; round++) {
    await Promise.all(Array.from({ length: width }, (_, i) => ask(round * width + i)));
  }
  await accepting;
  await Promise.all(serving);
  await rig.eventually("all have ended", () => rig.engine.load.connections === 0);
  assert.equal(told.chosen.length, rounds * width);
  assert.equal(told.closed.length + told.dialFailed.length, rounds * width);
});

Deno.test("two thousand clients at once are all served", async () => {
  const many = 2000;
  await using rig = new Rig();
  const { sock, text } = rawEndpoint(rig, many);
  const { port } = rig.open(() => text);
  const { bytes } = allocate(8);
  const clients = new Set(Array.from({ length: many }, () => rig.connected("stream", port)));
  const servers: number[] = [];
  const asked = new Set<number>();
  rig.until("all are answered", () => {
    for (let one = rig.sys.accept(sock); one >= 0; one = rig.sys.accept(sock)) {
      servers.push(one);
      rig.sys.send(one, bytes, 3);
    }
    for (const client of clients) {
      if (!asked.has(client) && rig.sys.send(client, bytes, 5) === 5) asked.add(client);
      if (rig.sys.receive(client, bytes, 8) === 3) clients.delete(client);
    }
    return clients.size === 0;
  });
  assert.equal(rig.engine.load.connections, many);
  rig.until("all questions have come", () => rig.engine.stats("web")?.bytesIn === 5 * many);
  for (const server of servers) rig.sys.close(server);
});

Deno.test("without descriptors accepting pauses, asks seldom, and goes on when there are some", async () => {
  await using rig = new Rig();
  const { sock, text } = rawEndpoint(rig);
  const { port } = rig.open(() => text);
  const accept = rig.sys.accept.bind(rig.sys);
  let asked = 0;
  rig.sys.accept = (listening) => {
    if (listening === sock) return accept(listening);
    asked++;
    return -ERRNO.EMFILE;
  };
  rig.connected("stream", port);
  rig.until("it was asked", () => asked === 1);
  for (let i = 0; i < 20; i++) rig.engine.turn(0);
  assert.equal(asked, 1);
  rig.now += 100;
  rig.engine.turn(0);
  assert.equal(asked, 2);
  assert.equal(rig.engine.stats("web")?.acceptPauses, 2);
  rig.sys.accept = accept;
  rig.now += 100;
  rig.sys.close(accepted(rig, sock));
});

Deno.test("beyond the most connections, accepting pauses until one ends", async () => {
  await using rig = new Rig({ maxConnections: 1 });
  const { sock, text } = rawEndpoint(rig);
  const { port } = rig.open(() => text);
  const first = rig.connected("stream", port);
  const server = accepted(rig, sock);
  rig.connected("stream", port);
  for (let i = 0; i < 20; i++) rig.engine.turn(0);
  assert.equal(rig.engine.load.connections, 1);
  rig.abort(first);
  rig.sys.close(server);
  rig.sys.close(accepted(rig, sock));
});

Deno.test("a port that is taken, and an address that is not ours, are told by their codes", async () => {
  await using rig = new Rig();
  const { listener } = endpoint();
  using _ = listener;
  const spec = { key: "x", protocol: "TCP", ip: HOST, choose: () => null } as const;
  const taken = rig.engine.open({ ...spec, port: listener.addr.port });
  assert.deepEqual(taken, {
    ok: false,
    code: "EADDRINUSE",
    message: `Cannot open "x" on TCP ${HOST}:${listener.addr.port}: EADDRINUSE`,
  });
  const foreign = rig.engine.open({ ...spec, ip: "192.0.2.1", port: 0 });
  assert.equal(foreign.ok ? "" : foreign.code, "EADDRNOTAVAIL");
  rig.open(() => null);
  const again = rig.engine.open({ ...spec, key: "web", port: 0 });
  assert.equal(again.ok ? "" : again.code, "EEXIST");
  assert.equal(rig.sys.bind(rig.socket("stream"), sockAddrOf(HOST, 0, rig.sys.inet6)), 0);
});
