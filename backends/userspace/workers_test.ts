// What happens when workers die, and what the control path learns of them.
import assert from "node:assert/strict";
import { freePort } from "../test_ports.ts";
import { echoPod, exchange, keeper, namedPod, spec } from "./_loopback.ts";
import type { DataPath } from "./data_path.ts";
import { spawnWorker } from "./workers/link.ts";
import type { StartMessage, ToWorker } from "./workers/messages.ts";
import { whyNotNative, workerDataPath, type WorkerDataPathOptions } from "./workers/mod.ts";

const SETTINGS = {
  dataPath: "deno",
  buffers: {},
  dialTimeoutsMs: [250],
  quantum: 1 << 18,
  udpIdleTimeoutMs: 10_000,
  udpFlowLimit: 100,
} as const;

/** A data path whose workers can be reached, and which is closed at the end of the test. */
function pathWith(options: Partial<WorkerDataPathOptions> = {}): {
  readonly path: DataPath;
  readonly spawned: Worker[];
  readonly lines: ReturnType<typeof keeper>["lines"];
} & AsyncDisposable {
  const spawned: Worker[] = [];
  const { lines, log } = keeper();
  const path = workerDataPath({
    workers: 1,
    settings: SETTINGS,
    log: { ...log, v: () => null },
    onConnection: null,
    random: () => 0,
    now: () => 0,
    spawn() {
      const worker = spawnWorker();
      spawned.push(worker);
      return worker;
    },
    ...options,
  });
  return { path, spawned, lines, [Symbol.asyncDispose]: () => path.close() };
}

/** The port of the only listener. */
async function portOf(path: DataPath): Promise<number> {
  const [listener] = (await path.stats()).listeners;
  return listener?.port ?? assert.fail("no listener is open");
}

/** Asks until a worker is there again; each question takes its time. */
async function listenersBack(path: DataPath, count: number): Promise<void> {
  for (;;) {
    if ((await path.stats()).listeners.length === count) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function say(port: number): Promise<string> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const bytes = new Uint8Array(100);
  return new TextDecoder().decode(bytes.subarray(0, await conn.read(bytes) ?? 0));
}

Deno.test("a worker that dies is replaced, said and counted, and its listeners are open again", async () => {
  await using pod = namedPod("live");
  await using subject = pathWith();
  const { path, spawned, lines } = subject;
  const port = freePort();
  const listener = await path.open(spec([pod.address], { port }));
  assert.equal(await say(port), "live");
  spawned[0]?.postMessage("nonsense");
  await listener.update(spec([], { port })).catch(() => {}); // may meet the dying worker
  await listenersBack(path, 1);
  await listener.update(spec([pod.address], { port }));
  assert.equal(await say(port), "live");
  const { workers } = await path.stats();
  assert.deepEqual(workers.map(({ restarts, dataPath }) => [restarts, dataPath]), [[1, "deno"]]);
  assert.equal(spawned.length, 2);
  assert.ok(lines.some(([line]) => /^Worker 0 .* has ended: .*; another takes/.test(line)));
  await listener.stop();
  await listener.ended;
  assert.deepEqual((await path.stats()).listeners, []);
});

Deno.test("a listener that was draining comes to its end with its worker", async () => {
  await using pod = echoPod();
  await using subject = pathWith();
  const { path, spawned } = subject;
  const listener = await path.open(spec([pod.address]));
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: await portOf(path) });
  assert.equal(await exchange(conn, "x"), "x");
  await listener.drain();
  assert.deepEqual((await path.stats()).draining, { listeners: 1, connections: 1 });
  spawned[0]?.postMessage("nonsense");
  await listener.ended;
});

Deno.test("services are spread over workers, the listeners of one stay together", async () => {
  await using pod = namedPod("live");
  await using subject = pathWith({ workers: 3 });
  const { path } = subject;
  const names = Array.from({ length: 12 }, (_, i) => `default/s${i}`);
  const open = names.flatMap((service) =>
    [1, 2].map((n) => path.open(spec([pod.address], { service, key: `${service} ${n}` })))
  );
  const listeners = await Promise.all(open);
  const { workers } = await path.stats();
  assert.equal(workers.reduce((sum, each) => sum + each.listeners, 0), 24);
  assert.ok(workers.length > 1);
  for (const each of workers) assert.equal(each.listeners % 2, 0);
  await Promise.all(listeners.map((each) => each.stop()));
});

Deno.test("what cannot be bound in a worker is the platform's own error here", async () => {
  await using subject = pathWith();
  using holder = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await assert.rejects(
    subject.path.open(spec(["127.0.0.1:1"], { port: holder.addr.port })),
    Deno.errors.AddrInUse,
  );
});

Deno.test("a worker that may not load the library takes Deno's sockets, and says why", {
  permissions: { net: true, read: true, ffi: false },
}, async () => {
  await using pod = namedPod("live");
  await using subject = pathWith({ settings: { ...SETTINGS, dataPath: "auto" } });
  const { path, lines } = subject;
  await path.open(spec([pod.address]));
  assert.equal(await say(await portOf(path)), "live");
  const [line, fields] = lines[0] ?? [];
  assert.equal(line, "Data path: deno");
  assert.match(String(fields?.["why"]), /needs --allow-ffi/);
});

Deno.test("without the library the native data path opens nothing, if it must be that one", {
  permissions: { net: true, read: true, ffi: false },
}, async () => {
  await using subject = pathWith({ settings: { ...SETTINGS, dataPath: "native" } });
  await assert.rejects(subject.path.open(spec(["127.0.0.1:1"])), /needs --allow-ffi/);
});

Deno.test("closing a data path that nobody used, or that is just starting, ends it", async () => {
  await using unused = pathWith();
  assert.deepEqual((await unused.path.stats()).workers, []);
  await using starting = pathWith();
  const opening = starting.path.open(spec(["127.0.0.1:1"])).catch(() => {});
  await starting.path.close();
  await opening;
});

Deno.test("after a fault of the native data path Deno's sockets take its place", {
  ignore: whyNotNative() !== null,
}, async () => {
  await using pod = namedPod("live");
  await using subject = pathWith({ settings: { ...SETTINGS, dataPath: "auto" } });
  const { path, spawned, lines } = subject;
  const listener = await path.open(spec([pod.address], { port: freePort() }));
  const dataPaths = async () => (await path.stats()).workers.map(({ dataPath }) => dataPath);
  assert.deepEqual(await dataPaths(), ["native"]);
  spawned[0]?.postMessage("nonsense");
  await listenersBack(path, 0);
  await listenersBack(path, 1);
  assert.deepEqual(await dataPaths(), ["deno"]);
  assert.equal(await say(listener.spec.port), "live");
  assert.deepEqual(lines.filter(([line]) => line.startsWith("Data path")).map(([line]) => line), [
    "Data path: native",
    "Data path: deno",
  ]);
});

Deno.test("a worker is not told to wait for a message before it is there", async () => {
  const counted: number[] = [];
  class Watched extends Worker {
    #posted = new Int32Array(new SharedArrayBuffer(4));
    override postMessage(message: ToWorker | StartMessage): void {
      if ("posted" in message) this.#posted = new Int32Array(message.posted);
      else counted.push(Atomics.load(this.#posted, 0));
      super.postMessage(message);
    }
  }
  const url = new URL("./workers/worker.ts", import.meta.url);
  await using subject = pathWith({ spawn: () => new Watched(url, { type: "module" }) });
  await subject.path.open(spec([]));
  await subject.path.stats();
  assert.deepEqual(counted, [0, 1]);
});
