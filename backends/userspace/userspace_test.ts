import assert from "node:assert/strict";
import { SILENT } from "../../core/mod.ts";
import { servicePort } from "../test_views.ts";
import { openOp, rig, spec } from "./_loopback.ts";
import type { AddressManager } from "./addresses.ts";
import { userspaceBackend } from "./userspace.ts";

const { signal } = new AbortController();
const NOW = AbortSignal.abort();

Deno.test("an address of another machine is an error that says so", async () => {
  await using subject = await rig(null);
  const result = await subject.backend.apply(
    openOp(spec(["127.0.0.1:1"], { ip: "192.0.2.1", port: 8080 })),
    signal,
  );
  assert.match(result.ok ? "" : result.error, /on no interface of this machine/);
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
    owns: () => false,
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
