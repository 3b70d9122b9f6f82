import assert from "node:assert/strict";
import { Rig } from "./_rig.ts";
import { ERRNO } from "./errno.ts";
import type { NativeListener } from "./listener.ts";
import { allocate } from "./memory.ts";
import { ipAt, sockAddrOf } from "./sockaddr.ts";
import { type DatagramBatch, PEER_WORDS, WITH } from "./sys.ts";

const HOST = "127.0.0.1";

/** Windows tells neither local addresses nor what it dropped, and Wine not that nobody listens. */
const WINDOWS = Deno.build.os === "windows";

/** The most that an IPv4 datagram can carry. */
const LARGEST = 65_507;

/** A raw endpoint that answers every datagram with itself, when it is asked to. */
class Echo {
  readonly sock: number;
  readonly text: string;
  /** How many datagrams came. */
  count = 0;
  readonly #batch: DatagramBatch;

  constructor(rig: Rig) {
    const { sock, port } = rig.bound("datagram");
    this.sock = sock;
    this.text = `${HOST}:${port}`;
    this.#batch = rig.sys.batch(64);
  }

  /** Takes what came; answers unless it is told not to. */
  serve(answer = true): number {
    const received = Math.max(0, this.#batch.receive(this.sock, 0, 64, WITH.peer));
    for (let i = 0; i < received; i++) this.#batch.address(i, i, this.#batch, i);
    if (answer && received > 0) this.#batch.send(this.sock, 0, received);
    this.count += received;
    return received;
  }
}

/** An engine with a UDP listener. */
function udp(
  rig: Rig,
  choose: NativeListener["choose"],
  options: Partial<NativeListener> = {},
): ReturnType<Rig["open"]> {
  return rig.open(choose, { protocol: "UDP", ...options });
}

/** Sends a datagram that begins with a number. */
function say(rig: Rig, sock: number, number: number, length = 4): void {
  const region = allocate(Math.max(8, length));
  region.words[0] = number;
  assert.equal(rig.sys.send(sock, region.bytes, length), length);
}

/** Reads a datagram: its number and its length; `null` if there is none. */
function hear(rig: Rig, sock: number): readonly [number: number, length: number] | null {
  const region = allocate(64 * 1024);
  const length = rig.sys.receive(sock, region.bytes, region.bytes.length);
  return length < 0 ? null : [region.words[0] ?? 0, length];
}

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

Deno.test("without an endpoint, and from outside the source ranges, datagrams are dropped and counted", async () => {
  await using rig = new Rig();
  const asked: string[] = [];
  const { port } = udp(rig, () => null, { allowed: (ip) => asked.push(ip) > 1 });
  say(rig, rig.connected("datagram", port), 1);
  say(rig, rig.connected("datagram", port), 2);
  const drops = () => rig.engine.stats("web")?.drops;
  rig.until("both are dropped", () => Object.keys(drops() ?? {}).length === 2);
  assert.deepEqual(drops(), { denied: 1, "no-endpoint": 1 });
  assert.deepEqual(asked, [HOST, HOST]);
  assert.equal(rig.engine.load.flows, 0);
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

Deno.test("a wildcard is refused where answers would leave from anywhere", {
  ignore: !WINDOWS,
}, async () => {
  await using rig = new Rig();
  const spec = { key: "x", protocol: "UDP", ip: "0.0.0.0", port: 0, choose: () => null } as const;
  const result = rig.engine.open(spec);
  assert.equal(result.ok ? "" : result.code, "EOPNOTSUPP");
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
