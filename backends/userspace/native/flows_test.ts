import assert from "node:assert/strict";
import { Rig } from "./_rig.ts";
import { Echo, hear, HOST, say, udp, WINDOWS } from "./_udp_rig.ts";
import { ERRNO } from "./errno.ts";
import { allocate } from "./memory.ts";
import { sockAddrOf } from "./sockaddr.ts";

Deno.test("a flow that is silent for the idle timeout ends; one that speaks, or is spoken to, lives", async () => {
  await using rig = new Rig({ udpIdleTimeout: 10_000 });
  const echo = new Echo(rig);
  const { port, told } = udp(rig, () => echo.text);
  const silent = rig.connected("datagram", port);
  const lively = rig.connected("datagram", port);
  say(rig, silent, 1);
  say(rig, lively, 2);
  rig.until("both have come", () => (echo.serve(), echo.count === 2));
  rig.until("both were answered", () => rig.engine.stats("web")?.datagramsOut === 2);
  rig.now += 9_999;
  say(rig, lively, 3);
  rig.until("it has come", () => (echo.serve(), echo.count === 3));
  rig.until("it was answered", () => rig.engine.stats("web")?.datagramsOut === 3);
  assert.equal(told.closed.length, 0);
  rig.now += 1;
  rig.engine.turn(0);
  assert.deepEqual(
    told.closed,
    [{ endpoint: echo.text, closed: { reason: "idle", bytesIn: 4, bytesOut: 4 } }],
  );
  assert.equal(rig.engine.load.flows, 1);
  rig.now += 9_999;
  rig.engine.turn(0);
  assert.equal(rig.engine.load.flows, 0);
  say(rig, silent, 4);
  rig.until("a new flow serves it", () => (echo.serve(), echo.count === 4));
});

Deno.test("when there are too many flows the one that was silent for longest makes room", async () => {
  const most = 65;
  await using rig = new Rig({ maxFlows: most });
  const { port: endpoint } = rig.bound("datagram", "0.0.0.0");
  const name = (i: number) => `127.0.1.${i + 1}:${endpoint}`;
  let opened = 0;
  const { port, told } = udp(rig, () => name(opened++));
  const clients = Array.from({ length: most + 3 }, () => rig.connected("datagram", port));
  let sent = 0;
  const send = (i: number) => {
    say(rig, clients[i] ?? -1, i);
    sent++;
    rig.until("it was sent on", () => rig.engine.stats("web")?.datagramsIn === sent);
  };
  for (let i = 0; i < most; i++) send(i);
  send(0);
  assert.equal(told.closed.length, 0);
  for (let i = most; i < most + 3; i++) send(i);
  assert.deepEqual(
    told.closed.map(({ endpoint, closed }) => [endpoint, closed.reason]),
    [1, 2, 3].map((i) => [name(i), "evicted"]),
  );
  assert.equal(rig.engine.load.flows, most);
});

Deno.test("flows leave an endpoint that is gone at once, and only that one", async () => {
  await using rig = new Rig();
  const echoes = [new Echo(rig), new Echo(rig)];
  const texts = echoes.map(({ text }) => text);
  let gone = "";
  let turn = 0;
  const { port, told } = udp(rig, () => gone === "" ? texts[turn++] ?? null : texts[1] ?? null);
  const clients = [0, 1].map(() => rig.connected("datagram", port));
  const ask = (number: number) => {
    clients.forEach((sock) => say(rig, sock, number));
    let heard = 0;
    rig.until("both are answered", () => {
      echoes.forEach((echo) => echo.serve());
      heard += clients.filter((sock) => hear(rig, sock) !== null).length;
      return heard === 2;
    });
  };
  ask(1);
  assert.deepEqual(echoes.map(({ count }) => count), [1, 1]);
  gone = texts[0] ?? "";
  rig.engine.endpointGone("web", gone);
  assert.deepEqual(told.closed.map(({ endpoint, closed }) => [endpoint, closed.reason]), [
    [gone, "endpoint-gone"],
  ]);
  ask(2);
  assert.deepEqual(echoes.map(({ count }) => count), [1, 3]);
});

Deno.test("an endpoint that refuses is left for another one, and nothing is lost by it", {
  ignore: WINDOWS,
}, async () => {
  await using rig = new Rig();
  const echo = new Echo(rig);
  const { sock, port: refusing } = rig.bound("datagram");
  const refuser = `${HOST}:${refusing}`;
  const asked: (readonly string[])[] = [];
  const { port, told } = udp(rig, (_client, tried) => {
    asked.push([...tried]);
    return asked.length === 1 ? refuser : echo.text;
  });
  const client = rig.connected("datagram", port);
  say(rig, client, 1);
  rig.until("the first has it", () => hear(rig, sock) !== null);
  rig.close(sock);
  say(rig, client, 2); // this one tells the engine that nobody is there any more
  rig.until("it is told", () => told.closed.length === 1);
  assert.equal(told.closed[0]?.closed.reason, "refused");
  say(rig, client, 3);
  let heard: readonly [number, number] | null = null;
  rig.until("the other answers", () => {
    echo.serve();
    heard = hear(rig, client);
    return heard !== null;
  });
  assert.deepEqual(heard, [3, 4]);
});

Deno.test("a refusal that is met while sending sends the same datagram to another endpoint", async () => {
  await using rig = new Rig();
  const echo = new Echo(rig);
  const { sock, port: refusing } = rig.bound("datagram");
  const refuser = `${HOST}:${refusing}`;
  const asked: (readonly string[])[] = [];
  const { port } = udp(rig, (_client, tried) => {
    asked.push([...tried]);
    return asked.length === 1 ? refuser : echo.text;
  });
  const client = rig.connected("datagram", port);
  say(rig, client, 1);
  rig.until("the first has it", () => hear(rig, sock) !== null);
  rig.close(sock);
  // Two batches in one turn: the second meets the refusal of the first before its event is seen.
  for (let i = 0; i < 65; i++) say(rig, client, i);
  const heard = new Set<number>();
  rig.until("the last of them are answered", () => {
    echo.serve();
    for (let next = hear(rig, client); next !== null; next = hear(rig, client)) heard.add(next[0]);
    return heard.has(64);
  });
  assert.deepEqual(asked, [[], [refuser]]);
});

Deno.test("a callback that ends flows in mid-batch harms nobody else", async () => {
  await using rig = new Rig();
  const echo = new Echo(rig);
  let calls = 0;
  const { port, told } = udp(rig, () => {
    // The flow of the batch's first datagram ends while the second's is being opened.
    if (++calls === 2) rig.engine.endpointGone("web", echo.text);
    return echo.text;
  });
  const clients = [0, 1].map(() => rig.connected("datagram", port));
  clients.forEach((sock, i) => say(rig, sock, i));
  rig.until("the second has come", () => (echo.serve(), echo.count === 1));
  assert.equal(told.closed.length, 1);
  assert.deepEqual(rig.engine.stats("web")?.drops, { "flow-ended": 1 });
  assert.deepEqual(rig.faults, []);
});

Deno.test("closing a UDP listener ends its flows and frees its port", async () => {
  await using rig = new Rig();
  const echo = new Echo(rig);
  const { port, told } = udp(rig, () => echo.text);
  const client = rig.connected("datagram", port);
  say(rig, client, 1);
  rig.until("it has come", () => echo.serve() === 1);
  assert.ok(rig.engine.close("web"));
  assert.equal(told.closed[0]?.closed.reason, "terminated");
  assert.equal(rig.engine.load.flows, 0);
  udp(rig, () => echo.text, { port });
});

Deno.test("without descriptors a flow takes the oldest one's, or its datagram is lost", async () => {
  await using rig = new Rig();
  const echo = new Echo(rig);
  const { port, told } = udp(rig, () => echo.text);
  const clients = [0, 1].map(() => rig.connected("datagram", port));
  const socket = rig.sys.socket.bind(rig.sys);
  rig.sys.socket = () => -ERRNO.EMFILE;
  say(rig, clients[0] ?? -1, 0);
  rig.until("it is lost", () => rig.engine.stats("web")?.drops["EMFILE"] === 1);
  rig.sys.socket = socket;
  say(rig, clients[0] ?? -1, 1);
  rig.until("it has come", () => (echo.serve(), echo.count === 1));
  let refusals = 1;
  rig.sys.socket = (family, kind) => refusals-- > 0 ? -ERRNO.EMFILE : socket(family, kind);
  say(rig, clients[1] ?? -1, 2);
  rig.until("it has come", () => (echo.serve(), echo.count === 2));
  assert.equal(told.closed[0]?.closed.reason, "evicted");
});

Deno.test("a flood of clients that speak once costs no more than the most flows", async () => {
  const most = 500;
  const flood = 20_000;
  await using rig = new Rig({ maxFlows: most });
  const echo = new Echo(rig);
  const { port } = udp(rig, () => echo.text);
  const { bytes } = allocate(8);
  const address = sockAddrOf(HOST, port, rig.sys.inet6);
  for (let i = 0; i < flood; i++) {
    const sock = rig.sys.socket("IPv4", "datagram");
    assert.equal(rig.sys.connect(sock, address), 0);
    assert.equal(rig.sys.send(sock, bytes, 4), 4);
    rig.sys.close(sock);
    if (i % 50 !== 0) continue;
    rig.engine.turn(0);
    echo.serve(false);
    assert.ok(rig.engine.load.flows <= most);
  }
  rig.until("all have come", () => {
    echo.serve(false);
    const { datagramsIn = 0, drops = {} } = rig.engine.stats("web") ?? {};
    return datagramsIn + (drops["receive-buffer"] ?? 0) === flood;
  });
  const client = rig.connected("datagram", port);
  say(rig, client, 7);
  rig.until("a client that stays is served", () => {
    echo.serve();
    return hear(rig, client) !== null;
  });
});

Deno.test("without an endpoint, and from outside the source ranges, datagrams are dropped and counted", async () => {
  await using rig = new Rig();
  const asked: string[] = [];
  const { port } = udp(rig, () => null, { allowed: ({ ip }) => asked.push(ip) > 1 });
  say(rig, rig.connected("datagram", port), 1);
  say(rig, rig.connected("datagram", port), 2);
  const drops = () => rig.engine.stats("web")?.drops;
  rig.until("both are dropped", () => Object.keys(drops() ?? {}).length === 2);
  assert.deepEqual(drops(), { denied: 1, "no-endpoint": 1 });
  assert.deepEqual(asked, [HOST, HOST]);
  assert.equal(rig.engine.load.flows, 0);
});
