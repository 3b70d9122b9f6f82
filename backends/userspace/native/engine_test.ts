import assert from "node:assert/strict";
import { noise, readAll, Rig, writeAll } from "./_rig.ts";
import { type NativeStats, openSys, openWaker, selfTest, type WakeHandle } from "./mod.ts";
import type { Poller } from "./sys.ts";

const HOST = "127.0.0.1";

Deno.test("the self-test finds this system in order", () => {
  using sys = openSys();
  assert.deepEqual(selfTest(sys), { ok: true });
});

Deno.test("the self-test says why when events are laid out otherwise", () => {
  using sys = openSys();
  const poller = sys.poller.bind(sys);
  sys.poller = (capacity) => {
    const real = poller(capacity);
    assert.ok(typeof real !== "number");
    return new Proxy(real, {
      get(target: Poller, name: keyof Poller) {
        if (name === "generation") return (i: number) => target.generation(i) ^ 1;
        return (...values: never[]) => Reflect.apply(target[name], target, values);
      },
    });
  };
  const result = selfTest(sys);
  assert.match(result.ok ? "" : result.why, /^Cannot read the poller's events: got \[/);
});

Deno.test("the self-test says why when bytes are not passed on as they came", () => {
  using sys = openSys();
  const send = sys.send.bind(sys);
  sys.send = (sock, at, length) => send(sock, at, Math.max(1, length - 1)) + (length > 1 ? 1 : 0);
  const result = selfTest(sys);
  assert.match(result.ok ? "" : result.why, /^Cannot send by 127\.0\.0\.1: \d+ bytes of/);
});

Deno.test("without permission for the library it says which one it needs", {
  permissions: { ffi: false },
}, () => {
  assert.throws(
    openSys,
    /Cannot load "[a-z0-9_.]+" for the native data path: it needs --allow-ffi/,
  );
});

Deno.test("a waker ends a long turn, once, and does no harm when the engine is gone", async () => {
  await using rig = new Rig();
  using waker = openWaker(rig.engine.wakeHandle);
  waker.wake();
  waker.wake();
  assert.equal(rig.engine.turn(60_000), true);
  assert.equal(rig.engine.turn(0), false);
  rig.engine[Symbol.dispose]();
  waker.wake();
});

Deno.test("in a worker it serves while it blocks, and takes orders when it is woken", async () => {
  const worker = new Worker(new URL("./_engine_worker.ts", import.meta.url), { type: "module" });
  const next = () =>
    new Promise<MessageEvent>((resolve) =>
      worker.addEventListener("message", resolve, { once: true })
    );
  const { data } = await next();
  const { opened, wake }: { opened: { port: number }; wake: WakeHandle } = data;
  using waker = openWaker(wake);
  const order = async (message: unknown) => {
    const told = next();
    worker.postMessage(message);
    waker.wake();
    await told;
  };
  using listener = Deno.listen({ hostname: HOST, port: 0 });
  await order({ endpoint: `${HOST}:${listener.addr.port}` });
  using client = await Deno.connect({ hostname: HOST, port: opened.port });
  using server = await listener.accept();
  const question = noise(1_000_000, 5);
  const [got] = await Promise.all([
    readAll(server),
    writeAll(client, question).then(() => client.closeWrite()),
  ]);
  assert.deepEqual(got, question);
  await order({ done: true });
  worker.terminate();
});

Deno.test("an engine may be disposed of from within its own turn, but not turned", async () => {
  await using rig = new Rig();
  const met: unknown[] = [];
  const { port } = rig.open(() => {
    try {
      rig.engine.turn(0);
    } catch (error) {
      met.push(error);
    }
    rig.engine[Symbol.dispose]();
    return null;
  });
  rig.connected("stream", port);
  rig.until("it was asked", () => met.length > 0);
  assert.match(`${met[0]}`, /Cannot turn the engine from within its own turn/);
  assert.throws(
    () => rig.engine.open({ key: "x", protocol: "TCP", ip: HOST, port: 0, choose: () => null }),
    /the engine is disposed/,
  );
  assert.throws(() => rig.engine.turn(0), /the engine is disposed/);
});

/** Runs a program of this folder in a process of its own, and reads the JSON that it prints. */
async function run(program: string, shell: string): Promise<Record<string, number>> {
  const { success, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", shell, Deno.execPath(), new URL(program, import.meta.url).pathname],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("disposing gives every descriptor back", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  const { before, after } = await run("_disposed_engines.ts", '"$0" run -q --no-check -A "$1"');
  assert.ok(before !== undefined && before > 3);
  assert.equal(after, before);
});

Deno.test("really without descriptors it neither spins nor dies, and recovers", {
  ignore: Deno.build.os === "windows",
}, async () => {
  const { limit, turns = 0, pauses = 0, answered, staying } = await run(
    "_starved_engine.ts",
    'ulimit -n 120; exec "$0" run -q --no-check --allow-ffi "$1"',
  );
  assert.equal(limit, 120);
  assert.ok(pauses >= 1, "it should have run out");
  assert.ok(turns < 200, `${turns} turns in 400 ms are a busy loop`);
  assert.equal(answered, staying);
});

Deno.test("statistics are copies, and of open listeners only", async () => {
  await using rig = new Rig();
  rig.open(() => null);
  const first: NativeStats | null = rig.engine.stats("web");
  assert.deepEqual(first, rig.engine.stats("web"));
  assert.notEqual(first?.drops, rig.engine.stats("web")?.drops);
  assert.equal(rig.engine.stats("nobody"), null);
  assert.equal(rig.engine.close("nobody"), false);
});

Deno.test("each client is told from its coming to its end, once", async () => {
  await using rig = new Rig();
  rig.run();
  using server = Deno.listen({ hostname: HOST, port: 0 });
  const endpoint = `${HOST}:${server.addr.port}`;
  const story: string[] = [];
  let choice: string | null = endpoint;
  const { port } = rig.open(() => choice, {
    keepClients: true,
    allowed: ({ port }) => story.push(`allowed ${port}`) > 0,
    onOpened: (to, { port }) => story.push(`${port} opened ${to}`),
    onUnserved: ({ port }, why) => story.push(`${port} unserved ${why}`),
    onClosed: (to, { reason }, client) => story.push(`${client?.port} ${reason} ${to}`),
  });
  using client = await Deno.connect({ hostname: HOST, port });
  using accepted = await server.accept();
  await writeAll(client, noise(100, 7));
  await rig.eventually("its bytes flow", () => {
    const seen: unknown[] = [];
    rig.engine.forEachOpen((...each) => seen.push(each));
    return JSON.stringify(seen) === JSON.stringify([["web", endpoint, 100, 0]]);
  });
  // A closed listener's connections live, and can be ended still.
  rig.engine.close("web");
  rig.engine.terminate("web");
  const mine = client.localAddr.port;
  await rig.eventually("it is over", () => story.length === 3);
  assert.deepEqual(story, [
    `allowed ${mine}`,
    `${mine} opened ${endpoint}`,
    `${mine} terminated ${endpoint}`,
  ]);
  choice = null;
  accepted.close();
  story.length = 0;
  const again = rig.open(() => choice, {
    onUnserved: ({ port }, why) => story.push(`${port} unserved ${why}`),
  });
  const sent = rig.connected("stream", again.port);
  await rig.eventually("it is turned away", () => story.length === 1);
  assert.deepEqual(story, [`${rig.sys.localPort(sent)} unserved no-endpoint`]);
});
