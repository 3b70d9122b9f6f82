import assert from "node:assert/strict";
import { SILENT } from "../../core/mod.ts";
import { reconciler } from "../reconcile/mod.ts";
import { servicePort } from "../test_views.ts";
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
import type { AddressManager } from "./addresses.ts";
import { userspaceBackend } from "./userspace.ts";

const { signal } = new AbortController();
const NOW = AbortSignal.abort();

Deno.test("a port that is taken is an error that names it, and is opened once it is free", async () => {
  const holder = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using live = namedPod("live");
  const listener = spec([live.address], { port: holder.addr.port });
  await using subject = await rig(null);
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
});

Deno.test("an address of another machine is an error that says so", async () => {
  await using subject = await rig(null);
  const result = await subject.backend.apply(
    openOp(spec(["127.0.0.1:1"], { ip: "192.0.2.1", port: 8080 })),
    signal,
  );
  assert.match(result.ok ? "" : result.error, /on no interface of this machine/);
});

Deno.test("each operation may be carried out twice, and in the other's place", async () => {
  await using live = namedPod("live");
  const listener = spec([]);
  const { backend, ...subject } = await rig(null);
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

Deno.test("a closed listener takes nobody, and its live connections go on to their end", async () => {
  await using echo = echoPod();
  const listener = spec([echo.address]);
  await using subject = await rig(listener);
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
});

Deno.test("close() lets connections end until its signal aborts, and then cuts them", async () => {
  await using echo = echoPod();
  await using subject = await rig(spec([echo.address]));
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
});

Deno.test("a closed backend carries nothing out", async () => {
  const { backend } = await rig(null);
  await backend.close(signal);
  assert.deepEqual(await backend.apply(openOp(spec([])), signal), {
    ok: false,
    error: "Cannot open TCP/127.0.0.1:0: the backend is closed",
    retry: false,
  });
});

Deno.test("a listener that opens while the backend closes is closed again", async () => {
  const { backend } = await rig(null);
  const opening = backend.apply(openOp(spec(["127.0.0.1:1"])), signal);
  await backend.close(signal);
  assert.deepEqual((await opening).ok, false);
  assert.deepEqual((await backend.stats()).listeners, []);
});

Deno.test("addresses are put on and taken off by the manager, and given back at the end", async () => {
  const calls: string[] = [];
  const addresses: AddressManager = {
    name: "fake",
    assign: (ip) => (calls.push(`+${ip}`), Promise.resolve({ ok: true })),
    release: (ip) => (calls.push(`-${ip}`), Promise.resolve({ ok: true })),
  };
  const { backend } = await rig(null, { addresses });
  const web = servicePort({ frontends: [{ kind: "ClusterIP", ip: "127.0.0.2", port: 1 }] });
  const { ops } = backend.plan([{ type: "add", key: web.key, now: web }], backend.initial);
  assert.deepEqual(ops.map((op) => op.op), ["assign-address", "open"]);
  const assign = (ip: string) =>
    backend.apply(
      { op: "assign-address", key: `address/${ip}`, after: [], because: "test", ip },
      signal,
    );
  await assign("127.0.0.2");
  await assign("127.0.0.3");
  await backend.apply(
    { op: "release-address", key: "address/127.0.0.2", after: [], because: "", ip: "127.0.0.2" },
    signal,
  );
  await backend.close(NOW);
  assert.deepEqual(calls, ["+127.0.0.2", "+127.0.0.3", "-127.0.0.2", "-127.0.0.3"]);
});

Deno.test("what is not supported is said", async () => {
  const warnings: string[] = [];
  const log = { ...SILENT, warn: (line: string) => void warnings.push(line) };
  const { backend } = await rig(null, { log });
  const sig = servicePort({ service: "sig", port: "sig", protocol: "SCTP" });
  const [op] = backend.plan([{ type: "add", key: sig.key, now: sig }], backend.initial).ops;
  assert.ok(op);
  assert.deepEqual(await backend.apply(op, signal), { ok: true });
  assert.deepEqual(warnings, [
    "Cannot proxy default/sig:sig (SCTP on 10.96.0.10:80): " +
    "the userspace backend proxies TCP, UDP and not SCTP",
  ]);
});

Deno.test("a node port range that is none is an error at the start", () => {
  assert.throws(() => userspaceBackend({ nodePortAddresses: ["here"] }), /"here"/);
});
