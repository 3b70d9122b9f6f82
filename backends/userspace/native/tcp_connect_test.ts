import assert from "node:assert/strict";
import { deadPort, noise, Rig, writeAll } from "./_rig.ts";
import { accepted, assertReset, endpoint, HOST, met, rawEndpoint } from "./_tcp_rig.ts";
import { NativeEngine } from "./engine.ts";
import { ERRNO } from "./errno.ts";
import { allocate } from "./memory.ts";

Deno.test("IPv6 clients reach IPv4 endpoints and are told apart", async () => {
  await using rig = new Rig();
  const { listener, text } = endpoint();
  using _ = listener;
  const ips: string[] = [];
  const { port } = rig.open(({ ip }) => {
    ips.push(ip);
    return text;
  }, { ip: "::" });
  rig.run();
  using client = await Deno.connect({ hostname: "::1", port });
  using server = await listener.accept();
  await writeAll(client, noise(10, 1));
  assert.equal(await server.read(new Uint8Array(64)), 10);
  assert.deepEqual(ips, ["::1"]);
});

Deno.test("a refused endpoint is followed by the next one", async () => {
  await using rig = new Rig();
  const { listener, text } = endpoint();
  using _ = listener;
  const dead = `${HOST}:${deadPort()}`;
  const seen: (readonly string[])[] = [];
  const { port, told } = rig.open((_client, tried) => {
    seen.push([...tried]);
    return tried.length === 0 ? dead : text;
  });
  rig.run();
  using client = await Deno.connect({ hostname: HOST, port });
  using server = await listener.accept();
  await writeAll(client, noise(10, 1));
  assert.equal(await server.read(new Uint8Array(64)), 10);
  assert.deepEqual(seen, [[], [dead]]);
  assert.deepEqual(told.dialFailed, [`${dead} ECONNREFUSED`]);
  assert.deepEqual(rig.engine.stats("web")?.dialFailures, { ECONNREFUSED: 1 });
});

Deno.test("refusals cost no try: the last of many endpoints is reached", async () => {
  await using rig = new Rig();
  const dead = Array.from({ length: 40 }, (_, i) => `127.0.0.${i + 2}:${deadPort()}`);
  const { sock, text } = rawEndpoint(rig);
  const { port, told } = rig.open((_client, tried) => dead[tried.length] ?? text);
  rig.connected("stream", port);
  rig.until("some were dialled", () => told.dialFailed.length > 0);
  assert.ok(told.dialFailed.length < dead.length, "others had their turn meanwhile");
  for (let ms = 0; told.dialFailed.length < dead.length; ms++) {
    assert.ok(ms < 250, "it took longer than one try may take");
    rig.now++;
    rig.engine.turn(1); // a refusal may come a moment later
  }
  rig.sys.close(accepted(rig, sock));
  assert.deepEqual(told.dialFailed, dead.map((each) => `${each} ECONNREFUSED`));
});

Deno.test("an endpoint that refuses and is chosen again is not dialled for ever", async () => {
  await using rig = new Rig();
  const dead = `${HOST}:${deadPort()}`;
  const { port, told } = rig.open(() => dead);
  const client = rig.connected("stream", port);
  assertReset(rig, client);
  assert.equal(told.dialFailed.length, 5); // once, and four times again
  assert.equal(rig.engine.load.connections, 0);
});

Deno.test("an endpoint that never answers is left after 250 ms, and the next one used", async () => {
  await using rig = new Rig();
  // A queue of connections that is full drops the first packet of the next.
  const hole = rawEndpoint(rig, 0);
  const [, holePort = ""] = hole.text.split(":");
  rig.connected("stream", Number(holePort));
  rig.connected("stream", Number(holePort));
  const good = rawEndpoint(rig);
  const { port, told } = rig.open((_client, tried) => tried.length === 0 ? hole.text : good.text);
  const client = rig.connected("stream", port);
  rig.until("the first is dialled", () => told.chosen.length === 1);
  rig.now += 249;
  rig.engine.turn(0);
  assert.deepEqual(told.dialFailed, []);
  rig.now += 1;
  rig.engine.turn(0);
  assert.deepEqual(told.dialFailed, [`${hole.text} ETIMEDOUT`]);
  const server = accepted(rig, good.sock);
  const { bytes } = allocate(64);
  assert.equal(rig.sys.send(client, bytes, 5), 5);
  assert.equal(met(rig, server), 5);
  rig.sys.close(server);
});

Deno.test("tries take longer and longer, and all of them no longer than the deadline", async () => {
  await using rig = new Rig({ dialDeadline: 3000 });
  const hole = rawEndpoint(rig, 0);
  const [, holePort = ""] = hole.text.split(":");
  rig.connected("stream", Number(holePort));
  rig.connected("stream", Number(holePort));
  const { port, told } = rig.open(() => hole.text);
  const client = rig.connected("stream", port);
  rig.until("the first is dialled", () => told.chosen.length === 1);
  const began = rig.now;
  const ends: number[] = [];
  while (rig.engine.load.connections > 0) {
    const before = told.dialFailed.length;
    rig.now += 10;
    rig.engine.turn(0);
    if (told.dialFailed.length > before) ends.push(rig.now - began);
  }
  assert.deepEqual(ends, [250, 750, 1750, 3000]);
  assertReset(rig, client);
});

Deno.test("a client that goes away while its second endpoint is dialled is let go", async () => {
  await using rig = new Rig();
  const hole = rawEndpoint(rig, 0);
  const [, holePort = ""] = hole.text.split(":");
  rig.connected("stream", Number(holePort));
  rig.connected("stream", Number(holePort));
  const { port, told } = rig.open(() => hole.text);
  const client = rig.connected("stream", port);
  rig.until("the first is dialled", () => told.chosen.length === 1);
  rig.now += 250;
  rig.engine.turn(0);
  assert.equal(told.chosen.length, 2);
  rig.abort(client);
  rig.until("it is let go", () => rig.engine.load.connections === 0);
  assert.deepEqual(told.dialFailed, [`${hole.text} ETIMEDOUT`, `${hole.text} reset`]);
});

Deno.test("without an endpoint the client is reset at once", async () => {
  await using rig = new Rig();
  const { port } = rig.open(() => null);
  const client = rig.connected("stream", port);
  assertReset(rig, client);
  const stats = rig.engine.stats("web");
  assert.equal(stats?.noEndpoint, 1);
  assert.equal(stats.active, 0);
});

Deno.test("a client outside the source ranges is reset and no endpoint is chosen", async () => {
  await using rig = new Rig();
  const { port, told } = rig.open(() => `${HOST}:1`, { allowed: ({ ip }) => ip !== HOST });
  const client = rig.connected("stream", port);
  assertReset(rig, client);
  assert.deepEqual(told.chosen, []);
  assert.equal(rig.engine.stats("web")?.denied, 1);
});

Deno.test("what a callback throws ends that connection only, and is reported", async () => {
  await using rig = new Rig();
  const { sock, text } = rawEndpoint(rig);
  let calls = 0;
  const { port } = rig.open(() => {
    if (++calls === 1) throw new Error("no idea");
    return calls === 2 ? "nonsense" : text;
  });
  assertReset(rig, rig.connected("stream", port));
  assertReset(rig, rig.connected("stream", port));
  rig.connected("stream", port);
  rig.sys.close(accepted(rig, sock));
  assert.deepEqual(
    rig.faults.map(({ key, callback, error }) => `${key} ${callback} ${error}`),
    ["web choose Error: no idea", 'web choose TypeError: Cannot dial "nonsense": not ip:port'],
  );
  assert.equal(rig.engine.stats("web")?.faults, 2);
});

Deno.test("a dial that finds no descriptor waits for one, and no endpoint is blamed for long", async () => {
  await using rig = new Rig();
  const { sock, text } = rawEndpoint(rig);
  const { port, told } = rig.open(() => text);
  const socket = rig.sys.socket.bind(rig.sys);
  const client = rig.connected("stream", port);
  rig.sys.socket = () => -ERRNO.EMFILE;
  rig.until("it was dialled", () => told.dialFailed.length === 1);
  assert.deepEqual(told.dialFailed, [`${text} EMFILE`]);
  for (let i = 0; i < 20; i++) rig.engine.turn(0);
  assert.equal(told.chosen.length, 1);
  rig.sys.socket = socket;
  rig.now += 50;
  rig.engine.turn(0);
  const server = accepted(rig, sock);
  const { bytes } = allocate(8);
  assert.equal(rig.sys.send(client, bytes, 3), 3);
  assert.equal(met(rig, server), 3);
  rig.sys.close(server);
});

Deno.test("when descriptors never come, the client is reset at the deadline", async () => {
  await using rig = new Rig({ dialDeadline: 120 });
  const { text } = rawEndpoint(rig);
  const { port, told } = rig.open(() => text);
  const client = rig.connected("stream", port);
  rig.sys.socket = () => -ERRNO.EMFILE;
  rig.until("it was dialled", () => told.dialFailed.length === 1);
  for (let i = 0; i < 12; i++) {
    rig.now += 10;
    rig.engine.turn(0);
  }
  assert.equal(rig.engine.load.connections, 0);
  assert.equal(told.dialFailed.length, 3);
  assertReset(rig, client);
});

Deno.test("no endpoint is late whose answer has come and was not seen yet", async () => {
  await using rig = new Rig();
  const { text } = rawEndpoint(rig, 1024);
  const [listeners, clients] = [5, 64]; // what one turn accepts, and more than what one wait tells
  const failed: string[] = [];
  let opened = 0;
  for (let i = 0; i < listeners; i++) {
    const { port } = rig.open(() => text, {
      key: `web ${i}`,
      onOpened: () => void opened++,
      onDialFailed: (_endpoint, cause) => failed.push(cause),
    });
    for (let j = 0; j < clients; j++) rig.connected("stream", port);
  }
  const all = listeners * clients;
  rig.until("all are dialled", () => rig.engine.load.connections === all);
  rig.now += 300;
  rig.until("each has its endpoint, or lost it", () => opened + failed.length >= all);
  assert.deepEqual([opened, failed], [all, []]);
});

Deno.test("a thread that stood still looks at its sockets before it gives an endpoint up", async () => {
  await using rig = new Rig();
  let now = 1000;
  let standsStill = false;
  const open = rig.sys.poller.bind(rig.sys);
  rig.sys.poller = (capacity) => {
    const poller = open(capacity);
    if (typeof poller === "number") return poller;
    const wait = poller.wait.bind(poller);
    poller.wait = (ms) => {
      if (!standsStill) return wait(ms);
      standsStill = false;
      now += 300;
      return 0;
    };
    return poller;
  };
  using engine = NativeEngine.create({ sys: rig.sys, now: () => now });
  const { text } = rawEndpoint(rig);
  const told: string[] = [];
  const opened = engine.open({
    key: "web",
    protocol: "TCP",
    ip: HOST,
    port: 0,
    choose: () => text,
    onOpened: () => void told.push("opened"),
    onDialFailed: (_endpoint, cause) => void told.push(cause),
  });
  rig.connected("stream", opened.ok ? opened.port : 0);
  const until = (what: string, holds: () => boolean) => {
    const limit = performance.now() + 20_000;
    while (!holds()) {
      assert.ok(performance.now() < limit, `waited in vain until ${what}`);
      engine.turn(1);
    }
  };
  until("it is dialled", () => engine.load.connections > 0);
  standsStill = true;
  until("it is told", () => told.length > 0);
  assert.deepEqual(told, ["opened"]);
});
