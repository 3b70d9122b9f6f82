// Clients on the node itself, who may use other endpoints than everybody, on every data path.
import assert from "node:assert/strict";
import { onEachPath } from "./_data_paths.ts";
import {
  ask,
  connect,
  echoPod,
  exchange,
  namedPod,
  type Rig,
  rig,
  sentAway,
  spec,
  updateOp,
} from "./_loopback.ts";
import { udpClient, udpNamed, udpSpec } from "./_udp_loopback.ts";
import type { ListenerSpec, LocalClients } from "./spec.ts";

const { signal } = new AbortController();
const SELF = "127.0.0.1/32";
const ANOTHER = "127.0.0.9/32";

async function apply({ backend }: Rig, listener: ListenerSpec): Promise<void> {
  assert.deepEqual(await backend.apply(updateOp(listener), signal), { ok: true });
}

function clientsAt(range: string, ...backends: readonly string[]): LocalClients {
  return { ranges: [range], backends };
}

onEachPath(
  "clients on the node have endpoints of their own, others are turned away",
  async (options) => {
    await using here = namedPod("h");
    await using away = namedPod("a");
    const none = spec([], { localClients: clientsAt(SELF, away.address) });
    await using subject = await rig(none, options);
    assert.equal(await ask(subject.backend), "a");
    await apply(subject, { ...none, localClients: clientsAt(ANOTHER, away.address) });
    await sentAway(subject.backend);
    await apply(subject, {
      ...none,
      backends: [here.address],
      localClients: clientsAt(ANOTHER, away.address),
    });
    assert.equal(await ask(subject.backend), "h");
    await apply(subject, {
      ...none,
      backends: [here.address],
      localClients: clientsAt(SELF, away.address),
    });
    assert.equal(await ask(subject.backend), "a");
  },
);

onEachPath(
  "affinity keeps a client on the node with its endpoint, as long as it may",
  async (options) => {
    await using here = namedPod("h");
    await using away = namedPod("a");
    const both = [here.address, away.address].sort();
    const listener = spec([here.address], {
      affinitySeconds: 60,
      localClients: clientsAt(SELF, ...both),
    });
    await using subject = await rig(listener, options);
    const first = await ask(subject.backend);
    for (let i = 0; i < 3; i++) assert.equal(await ask(subject.backend), first);
    await apply(subject, { ...listener, localClients: clientsAt(SELF, away.address) });
    assert.equal(await ask(subject.backend), "a");
    await apply(subject, { ...listener, localClients: null });
    assert.equal(await ask(subject.backend), "h");
  },
);

onEachPath(
  "a flow of a client on the node leaves an endpoint that it may not use any more",
  async (options) => {
    await using here = udpNamed("here");
    await using away = udpNamed("away");
    const listener = udpSpec([here.address], { localClients: clientsAt(SELF, away.address) });
    await using subject = await rig(listener, options);
    using client = udpClient(subject.backend);
    assert.equal(await client.ask("1"), "away");
    await apply(subject, {
      ...listener,
      localClients: clientsAt(SELF, here.address, away.address),
    });
    assert.equal(await client.ask("2"), "away", "it stays");
    await apply(subject, { ...listener, localClients: null });
    assert.equal(await client.ask("3"), "here");
  },
);

onEachPath(
  "a connection of a client on the node goes on, as long as its endpoint is known",
  async (options) => {
    await using pod = echoPod();
    const localClients = clientsAt(SELF, pod.address);
    const listener = spec([], { lingering: [], localClients });
    await using subject = await rig(listener, options);
    using conn = await connect(subject.backend);
    assert.equal(await exchange(conn, "one"), "one");
    await apply(subject, { ...listener, localClients: null, lingering: [pod.address] });
    assert.equal(await exchange(conn, "two"), "two");
    const cut = subject.event("closed");
    await apply(subject, { ...listener, localClients: null });
    const event = await cut;
    assert.equal(event.type === "closed" && event.how, "cut");
  },
);
