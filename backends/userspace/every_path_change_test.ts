// How listeners open, change, close and drain on every data path.
import assert from "node:assert/strict";
import { reconciler } from "../reconcile/mod.ts";
import { onEachPath } from "./_data_paths.ts";
import {
  ask,
  closeOp,
  connect,
  echoPod,
  exchange,
  first,
  namedPod,
  openOp,
  rig,
  spec,
  updateOp,
} from "./_loopback.ts";

const { signal } = new AbortController();

onEachPath(
  "a port that is taken is an error that names it, and is opened once it is free",
  async (options) => {
    const holder = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await using live = namedPod("live");
    const listener = spec([live.address], { port: holder.addr.port });
    await using subject = await rig(null, options);
    const due: (() => void)[] = [];
    const ops = reconciler({
      backend: subject.backend,
      setTimer: (callback) => (due.push(callback), () => {}),
    });
    ops.submit([openOp(listener)]);
    await ops.settled();
    assert.match(
      ops.status().retrying[0]?.error ?? "",
      new RegExp(
        `^Cannot listen on TCP 127\\.0\\.0\\.1:${listener.port} for the ClusterIP of ` +
          "default/web:http: another socket has the port; find its owner",
      ),
    );
    holder.close();
    due.shift()?.();
    await ops.idle();
    assert.equal(await ask(subject.backend), "live");
  },
);

onEachPath("each operation may be carried out twice, and in the other's place", async (options) => {
  await using live = namedPod("live");
  const listener = spec([]);
  const { backend, ...subject } = await rig(null, options);
  await using _ = subject;
  const changed = { ...listener, backends: [live.address] };
  for (const op of [closeOp(listener), updateOp(listener), openOp(changed)]) {
    assert.deepEqual(await backend.apply(op, signal), { ok: true });
    assert.deepEqual(await backend.apply(op, signal), { ok: true });
  }
  assert.equal(await ask(backend), "live");
  assert.equal((await backend.stats()).listeners.length, 1);
  for (const op of [closeOp(listener), closeOp(listener)]) {
    assert.deepEqual(await backend.apply(op, signal), { ok: true });
  }
  assert.equal((await backend.stats()).listeners.length, 0);
});

onEachPath(
  "a closed listener takes nobody, and its live connections go on to their end",
  async (options) => {
    await using echo = echoPod();
    const listener = spec([echo.address]);
    await using subject = await rig(listener, options);
    const { backend } = subject;
    using conn = await connect(backend);
    await exchange(conn, "before");
    const { port } = await first(backend);
    await backend.apply(closeOp(listener), signal);
    await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port }), {
      name: "ConnectionRefused",
    });
    assert.deepEqual((await backend.stats()).draining, { listeners: 1, connections: 1 });
    assert.equal(await exchange(conn, "after"), "after");
    await backend.apply(openOp({ ...listener, port }), signal);
    assert.equal(await exchange(conn, "reopened"), "reopened");
    const closed = subject.event("closed");
    await conn.closeWrite();
    const event = await closed;
    assert.equal(event.type === "closed" && event.how, "ended");
    await backend.close(signal);
    assert.deepEqual((await backend.stats()).draining, { listeners: 0, connections: 0 });
  },
);

onEachPath(
  "close() lets connections end until its signal aborts, and then cuts them",
  async (options) => {
    await using echo = echoPod();
    await using subject = await rig(spec([echo.address]), options);
    using ends = await connect(subject.backend);
    using stays = await connect(subject.backend);
    await exchange(ends, "x");
    await exchange(stays, "x");
    const stop = new AbortController();
    const closed = subject.backend.close(stop.signal);
    const ended = subject.event("closed");
    await ends.closeWrite();
    const event = await ended;
    assert.equal(event.type === "closed" && event.how, "ended");
    assert.equal(await exchange(stays, "still here"), "still here");
    const cut = subject.event("closed");
    stop.abort();
    await closed;
    const last = await cut;
    assert.equal(last.type === "closed" && last.how, "cut");
  },
);

onEachPath(
  "close() is done as soon as the last connection has ended, though nobody asks",
  async (options) => {
    await using echo = echoPod();
    await using subject = await rig(spec([echo.address]), options);
    using conn = await connect(subject.backend);
    await exchange(conn, "x");
    const closed = subject.backend.close(signal);
    await conn.closeWrite();
    await closed;
    assert.equal(await conn.read(new Uint8Array(1)), null);
    assert.deepEqual(subject.events.map(({ type }) => type), ["mapped", "closed"]);
  },
);
