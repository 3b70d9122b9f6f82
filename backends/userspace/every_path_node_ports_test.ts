// Node ports on every data path: at each address of the node, and the answers come from that address.
import assert from "node:assert/strict";
import { freePort } from "../test_ports.ts";
import { endpoint, servicePort } from "../test_views.ts";
import { onEachPath } from "./_data_paths.ts";
import { rig } from "./_loopback.ts";
import { udpNamed } from "./_udp_loopback.ts";
import type { UserspaceOptions } from "./options.ts";
import type { UserspaceState } from "./plan.ts";
import type { UserspaceOp } from "./spec.ts";
import { PLATFORM_DATAGRAMS, portOf } from "./udp_sockets.ts";

const { signal } = new AbortController();

/** A backend on a node with these addresses, which may change, with a UDP service at a node port. */
async function node(addresses: string[], endpointAddress: string, options: UserspaceOptions) {
  const { backend, ...subject } = await rig(null, { ...options, hostAddresses: () => addresses });
  const port = freePort();
  const dns = servicePort({
    protocol: "UDP",
    frontends: [{ kind: "NodePort", port }],
    endpoints: [endpoint(endpointAddress)],
  });
  let state: UserspaceState = backend.initial;
  const carryOut = async (plan: { ops: readonly UserspaceOp[]; state: UserspaceState }) => {
    state = plan.state;
    for (const op of plan.ops) assert.deepEqual(await backend.apply(op, signal), { ok: true });
    return plan.ops.map(({ op }) => op);
  };
  await carryOut(backend.plan([{ type: "add", key: dns.key, now: dns }], state));
  return {
    port,
    backend,
    ...subject,
    /** Lets the backend look at the node; answers with what it did about it. */
    async look() {
      const seen = await backend.observer.observe(signal);
      assert.ok(seen.ok);
      assert.equal(seen.covers?.("UDP/127.0.0.1:1"), false, "nothing else is obsolete");
      return await carryOut(seen.plan(state));
    },
  };
}

/** A client at an address that no system would choose by itself. */
function clientAt(hostname: string) {
  const socket = PLATFORM_DATAGRAMS.bind(hostname, 0);
  return {
    port: portOf(socket),
    /** Asks at an address; answers with what came and from where. */
    async ask(ip: string, port: number) {
      await socket.send(new Uint8Array(1), { transport: "udp", hostname: ip, port });
      const [bytes, from] = await socket.receive(new Uint8Array(64));
      assert.ok(from.transport === "udp");
      return `${new TextDecoder().decode(bytes)} from ${from.hostname}:${from.port}`;
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

onEachPath("answers come from the address of the node that was asked", async (options) => {
  await using pod = udpNamed("pod");
  const addresses = ["127.0.0.1", "127.0.0.2", "127.0.0.9"];
  await using subject = await node(addresses, pod.address, options);
  using client = clientAt("127.0.0.3");
  for (const ip of addresses) {
    const answer = await client.ask(ip, subject.port);
    assert.equal(answer, `pod from ${ip}:${subject.port}`);
  }
});

onEachPath(
  "node ports follow the node's addresses, and disturb none that stays",
  async (options) => {
    await using pod = udpNamed("pod");
    const addresses = ["127.0.0.1", "127.0.0.2"];
    await using subject = await node(addresses, pod.address, options);
    using client = clientAt("127.0.0.3");
    await client.ask("127.0.0.1", subject.port);
    assert.deepEqual(await subject.look(), []);
    addresses.splice(1, 1, "127.0.0.4");
    const done = await subject.look();
    const hasOneForAll = options.dataPath === "native" && Deno.build.os === "linux";
    assert.deepEqual(done.toSorted(), hasOneForAll ? [] : ["close", "open"]);
    for (const ip of addresses) {
      const answer = await client.ask(ip, subject.port);
      assert.equal(answer, `pod from ${ip}:${subject.port}`);
    }
    const flows = subject.events.filter(({ type }) => type === "mapped").length;
    assert.equal(flows, 2, "the flow at the address that stays is the same one");
    assert.deepEqual(await subject.look(), []);
  },
);

Deno.test("an address that is on the node only because a Service wants it serves no node port", async () => {
  const placed = new Set<string>();
  const { backend } = await rig(null, {
    hostAddresses: () => ["127.0.0.1", "127.0.0.2", ...placed],
    addresses: {
      name: "fake",
      assign: (ip) => (placed.add(ip), Promise.resolve({ ok: true })),
      release: (ip) => (placed.delete(ip), Promise.resolve({ ok: true })),
      owns: (ip) => ip === "127.0.0.7",
    },
  });
  for (const ip of ["127.0.0.7", "127.0.0.8"]) {
    await backend.apply({ op: "assign-address", key: ip, after: [], because: "test", ip }, signal);
  }
  const dns = servicePort({ protocol: "UDP", frontends: [{ kind: "NodePort", port: 53 }] });
  const { ops } = backend.plan([{ type: "add", key: dns.key, now: dns }], backend.initial);
  assert.deepEqual(ops.map(({ key }) => key), [
    "UDP/127.0.0.1:53",
    "UDP/127.0.0.2:53",
    "UDP/127.0.0.8:53",
  ], "an address that was there before is the node's own");
  await backend.close(AbortSignal.abort());
});
