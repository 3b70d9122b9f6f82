// Balancing, affinity, source ranges and removed endpoints on real connections.
import assert from "node:assert/strict";
import { SILENT } from "../../core/mod.ts";
import { servicePort } from "../test_views.ts";
import {
  connect,
  echoPod,
  namedPod,
  openOp,
  readAll,
  type Rig,
  rig,
  spec,
  updateOp,
} from "./_loopback.ts";
import { PLATFORM_SOCKETS } from "./sockets.ts";
import type { ListenerSpec } from "./spec.ts";

const { signal } = new AbortController();

async function apply({ backend }: Rig, listener: ListenerSpec): Promise<void> {
  assert.deepEqual(await backend.apply(updateOp(listener), signal), { ok: true });
}

/** What the pod behind one of several listeners says. */
async function askAt({ backend }: Rig, key: string): Promise<string> {
  const { ip, port } = (await backend.stats()).listeners.find((each) => each.key === key) ??
    assert.fail(`${key} is not open`);
  using conn = await Deno.connect({ hostname: ip, port });
  return new TextDecoder().decode(await readAll(conn));
}

Deno.test("affinity holds across two ports of a service, until its endpoint leaves", async () => {
  await using a1 = namedPod("a", "127.0.0.1");
  await using a2 = namedPod("a", "127.0.0.1");
  await using b1 = namedPod("b", "127.0.0.2");
  await using b2 = namedPod("b", "127.0.0.2");
  const http = spec([a1.address, b1.address], { affinitySeconds: 60 });
  const https = spec([a2.address, b2.address], {
    key: "https",
    servicePort: "default/web:https",
    affinitySeconds: 60,
  });
  let time = 0;
  // The first turn of each falls to the last endpoint, so without affinity they would alternate.
  await using subject = await rig(http, { now: () => time, random: () => 0.99 });
  await subject.backend.apply(openOp(https), signal);
  const both = async () => await askAt(subject, http.key) + await askAt(subject, https.key);
  assert.equal(await both() + await both(), "bbbb");
  await apply(subject, { ...http, backends: [a1.address] });
  assert.equal(await both() + await both(), "abab", "on the other port it has stayed");
  await apply(subject, { ...https, backends: [a2.address] });
  assert.equal(await both() + await both(), "aaaa");
  await apply(subject, http);
  await apply(subject, https);
  assert.equal(await both(), "aa");
  time = 59_999;
  assert.equal(await both(), "aa");
  const afresh = () => {
    time += 60_000;
    return both();
  };
  // Nobody remembers the client, so it is the next one's turn each time, on both ports.
  assert.deepEqual([await afresh(), await afresh()].toSorted(), ["aa", "bb"]);
});

Deno.test("an endpoint that is removed while it is dialled gets no connection", async () => {
  await using live = echoPod();
  const dialling = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const listener = spec([live.address], { lingering: [] });
  await using subject = await rig(listener, {
    sockets: {
      ...PLATFORM_SOCKETS,
      async connect(ip, port, abort) {
        dialling.resolve();
        await goOn.promise;
        return await PLATFORM_SOCKETS.connect(ip, port, abort);
      },
    },
    dialTimeoutsMs: [60_000],
  });
  const closed = subject.event("closed");
  using conn = await connect(subject.backend);
  await dialling.promise;
  await apply(subject, { ...listener, backends: [] });
  goOn.resolve();
  const event = await closed;
  assert.equal(event.type === "closed" && event.how, "cut");
  assert.equal(await conn.read(new Uint8Array(1)).catch(() => null), null);
});

Deno.test("a policy that there is not is told in the log, and the backend's own is used", async () => {
  const warnings: string[] = [];
  const log = { ...SILENT, warn: (line: string) => void warnings.push(line) };
  await using subject = await rig(null, { log, balancing: "random" });
  const web = servicePort({
    annotations: { "windlass.dev/balancing": "a coin" },
    frontends: [{ kind: "ClusterIP", ip: "127.0.0.1", port: 0 }],
  });
  const change = { type: "add" as const, key: web.key, now: web };
  for (const op of subject.backend.plan([change], subject.backend.initial).ops) {
    assert.deepEqual(await subject.backend.apply(op, signal), { ok: true });
  }
  assert.deepEqual(warnings, [
    'Cannot follow annotation windlass.dev/balancing of default/web: "a coin" is no balancing ' +
    "policy; there are round-robin, random, least-connections, power-of-two, maglev; random is used",
  ]);
  assert.equal((await subject.backend.stats()).listeners.length, 1);
});
