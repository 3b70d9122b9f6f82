import assert from "node:assert/strict";
import { SILENT } from "../../core/mod.ts";
import { connect, openOp, pod, spec } from "./_loopback.ts";
import { PLATFORM_SOCKETS, type Sockets } from "./sockets.ts";
import { Turns } from "./turns.ts";
import { userspaceBackend } from "./userspace.ts";

/** The bell keeps no process alive. The connections do whose turns it rings, and in their stead this. */
function alive(): Disposable {
  const timer = setInterval(() => {}, 1000);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

Deno.test("turns are given one after the other, in the order of the asking", async () => {
  using _ = alive();
  const turns = new Turns(PLATFORM_SOCKETS, SILENT);
  const order: number[] = [];
  const round = () => Promise.all([1, 2, 3, 4].map((n) => turns.next().then(() => order.push(n))));
  await round();
  await round();
  await round();
  turns.close();
  assert.deepEqual(order, [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]);
});

Deno.test("the first turn too comes with a look at the sockets", async () => {
  using _ = alive();
  let isConnected = false;
  const sockets: Sockets = {
    ...PLATFORM_SOCKETS,
    async connect(hostname, port, signal) {
      const stream = await PLATFORM_SOCKETS.connect(hostname, port, signal);
      isConnected = true;
      return stream;
    },
  };
  const turns = new Turns(sockets, SILENT);
  await turns.next();
  turns.close();
  assert.ok(isConnected);
});

Deno.test("turns are given also before, while and after the sockets are closed", async () => {
  using _ = alive();
  const turns = new Turns(PLATFORM_SOCKETS, SILENT);
  const early = turns.next();
  turns.close();
  await early;
  await Promise.all([turns.next(), turns.next()]);
});

Deno.test.each([
  {
    what: "cannot listen",
    faults: { listen: () => assert.fail("no") } satisfies Partial<Sockets>,
  },
  {
    what: "cannot connect",
    faults: { connect: () => Promise.reject(new Error("no")) } satisfies Partial<Sockets>,
  },
])("turns are given, and it is told, where the process $what to itself", async ({ faults }) => {
  using _ = alive();
  const told = Promise.withResolvers<string>();
  const log = { ...SILENT, warn: (line: string) => told.resolve(line) };
  const turns = new Turns({ ...PLATFORM_SOCKETS, ...faults }, log);
  await Promise.all([turns.next(), turns.next()]);
  assert.match(await told.promise, /^Cannot use a loopback connection/);
  await turns.next();
  turns.close();
});

Deno.test("a stranger who connects first is not listened to", async () => {
  using _ = alive();
  const strangers: Deno.TcpConn[] = [];
  const told = Promise.withResolvers<string>();
  const log = {
    ...SILENT,
    warn: (_: string, fields?: Readonly<Record<string, unknown>>) =>
      told.resolve(String(fields?.["error"])),
  };
  const sockets: Sockets = {
    ...PLATFORM_SOCKETS,
    async connect(hostname, port, signal) {
      strangers.push(await Deno.connect({ hostname, port }));
      return await PLATFORM_SOCKETS.connect(hostname, port, signal);
    },
  };
  const turns = new Turns(sockets, log);
  await turns.next();
  assert.equal(await told.promise, "another process was faster to connect");
  await turns.next();
  turns.close();
  for (const stranger of strangers) stranger.close();
});

Deno.test("a request is served beside bulk connections that always have more to carry", async () => {
  const chunk = new Uint8Array(256 << 10);
  await using bulk = pod(async (conn) => {
    for (;;) await conn.write(chunk);
  });
  await using small = pod(async (conn) => {
    const buffer = new Uint8Array(64);
    while (await conn.read(buffer) !== null) await conn.write(buffer);
  });
  const backend = userspaceBackend();
  const { signal } = new AbortController();
  await backend.apply(openOp(spec([bulk.address])), signal);
  const readers = await Promise.all([1, 2, 3, 4].map(() => connect(backend)));
  const reading = readers.map(async (conn) => {
    const into = new Uint8Array(256 << 10);
    while (await conn.read(into).catch(() => null) !== null);
  });
  const listener = spec([small.address], { key: "TCP/127.0.0.1:small" });
  await backend.apply(openOp(listener), signal);
  const { port } = (await backend.stats()).listeners.find(({ key }) => key === listener.key) ?? {};
  assert.ok(port);
  using client = await Deno.connect({ hostname: "127.0.0.1", port });
  const carried = async () => (await backend.stats()).listeners[0]?.bytesOut ?? 0;
  const beside = [];
  for (let i = 0; i < 20; i++) {
    const before = await carried();
    await client.write(new Uint8Array(64));
    await client.read(new Uint8Array(64));
    beside.push(await carried() - before);
  }
  for (const reader of readers) reader.close();
  await Promise.all(reading);
  await backend.close(AbortSignal.abort());
  // About 1 MiB: one share of each bulk connection. With setImmediate alone it is 32 MiB.
  const median = beside.toSorted((a, b) => a - b)[10] ?? Infinity;
  assert.ok(median < 8 << 20, `${median} bytes were carried beside one request`);
});
