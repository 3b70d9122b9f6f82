/**
 * One history against real sockets: after each batch every socket is tried, and what is met must be
 * what the view says; while a batch is carried out, what the views before and after it both serve
 * must be served by one of theirs.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { UserspaceOptions } from "../../backends/mod.ts";
import { addressOf, type NodeView } from "../../core/mod.ts";
import { call, Caller, isFree, type Met, Sender } from "./_clients.ts";
import type { Happening } from "./_histories.ts";
import { type Node, startNode } from "./_node.ts";
import { CLIENT_IP, type Truth, truthAt } from "./_truth.ts";
import type { Socket, World } from "./_world.ts";

/** A connection that must go on to its end, whatever becomes of its service. */
interface Kept {
  readonly caller: Caller;
  readonly pod: Met;
}

/** How a history is played. */
export interface TrialOptions extends UserspaceOptions {
  /** Whether the node takes the clients for its own. */
  readonly clientsOnNode: boolean;
}

/** Plays a history to its end; throws on the first thing that is not as the view says. */
export async function play(
  history: readonly (readonly Happening[])[],
  world: World,
  { clientsOnNode, ...options }: TrialOptions,
): Promise<void> {
  const kept = new Map<Socket, Kept>();
  const { nodeIp } = world;
  const hostAddresses = () => clientsOnNode ? [nodeIp, CLIENT_IP] : [nodeIp];
  await using node = startNode(nodeIp, { hostAddresses, ...options });
  const truthOf = (view: NodeView, socket: Socket) =>
    truthAt(view, socket, { nodeIp, clientsOnNode });
  await using sender = new Sender();
  try {
    await node.take(NOTHING);
    for (const batch of history) {
      const before = node.view;
      const taken = node.take(batch.map((happening) => world.tell(happening)));
      const after = node.view;
      const during = world.sockets.map((socket) =>
        tryDuring(socket, truthOf(before, socket), truthOf(after, socket), sender)
      );
      await Promise.all([taken, ...during]);
      for (const socket of world.sockets) {
        const truth = truthOf(after, socket);
        if (socket.protocol === "TCP") await tryTcp(socket, truth, kept);
        else await tryUdp(socket, truth, node, sender);
      }
    }
  } finally {
    for (const { caller } of kept.values()) caller[Symbol.dispose]();
  }
}

/** Services and slices have been listed, there are none. */
const NOTHING = (["Service", "EndpointSlice"] as const).map((kind) => {
  return { type: "list", kind, objects: [], unreadable: [] } as const;
});

function nameOf({ protocol, ip, port }: Socket): string {
  return `${protocol} ${addressOf(ip, port)}`;
}

/** A socket that is served before and after a change is served all the time. */
async function tryDuring(
  socket: Socket,
  before: Truth,
  after: Truth,
  sender: Sender,
): Promise<void> {
  if (before.is !== "served" || after.is !== "served") return;
  const met = socket.protocol === "TCP" ? await call(socket) : await sender.ask(socket);
  const allowed = before.allowed.union(after.allowed);
  assert.ok(
    allowed.has(met),
    `during a change: ${nameOf(socket)}: ${met}, not one of ${list(allowed)}`,
  );
}

async function tryTcp(socket: Socket, truth: Truth, kept: Map<Socket, Kept>): Promise<void> {
  const live = kept.get(socket);
  if (live !== undefined) {
    const met = await live.caller.ask();
    assert.equal(met, live.pod, `${nameOf(socket)}: a connection that should live`);
  }
  const met = [await call(socket), await call(socket)];
  judge(socket, truth, met);
  if (truth.is !== "served" || live !== undefined) return;
  const caller = await Caller.dial(socket);
  assert.ok(typeof caller !== "string", `${nameOf(socket)}: ${caller}`);
  kept.set(socket, { caller, pod: await caller.ask() });
}

async function tryUdp(socket: Socket, truth: Truth, node: Node, sender: Sender): Promise<void> {
  switch (truth.is) {
    case "closed":
      return assert.ok(isFree(socket), `${nameOf(socket)}: somebody listens, nobody should`);
    case "refused":
      return await tryRefused(socket, truth.why, node);
    case "served": {
      await using newcomer = new Sender();
      await using another = new Sender();
      // A flow stays where it is, though its service may have come to keep clients together since.
      judge(socket, truth, [await sender.ask(socket)]);
      return judge(socket, truth, [await newcomer.ask(socket), await another.ask(socket)]);
    }
  }
}

/** A datagram of a client that is not taken is dropped, and counted under that cause. */
async function tryRefused(
  socket: Socket,
  why: (Truth & { readonly is: "refused" })["why"],
  node: Node,
): Promise<void> {
  await using newcomer = new Sender();
  const dropped = async (): Promise<number> => {
    const { listeners } = await node.stats();
    const listener = listeners.find(({ key }) =>
      key === `${socket.protocol}/${addressOf(socket.ip, socket.port)}`
    );
    assert.ok(listener?.udp !== undefined, `${nameOf(socket)}: nobody listens, somebody should`);
    return listener.udp.dropped[why];
  };
  const before = await dropped();
  await newcomer.send(socket, "?");
  while (await dropped() === before) await new Promise((resolve) => setTimeout(resolve));
}

/** What clients met there, one after the other, must be what the view says. */
function judge(socket: Socket, truth: Truth, met: readonly Met[]): void {
  const where = nameOf(socket);
  if (truth.is !== "served") {
    for (const each of met) assert.equal(each, truth.is, where);
    return;
  }
  const { allowed, service, sticky } = truth;
  for (const each of met) {
    assert.ok(allowed.has(each), `${where} of ${service}: ${each}, not one of ${list(allowed)}`);
  }
  if (sticky) assert.equal(new Set(met).size, 1, `${where} of ${service}: affinity is not kept`);
}

function list(addresses: ReadonlySet<string>): string {
  return [...addresses].join(", ");
}
