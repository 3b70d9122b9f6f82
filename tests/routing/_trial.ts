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

/** The service that has a socket, and the pod with which it keeps the client. */
interface Stuck {
  readonly service: string;
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
  const stuck = new Map<Socket, Stuck>();
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
        const met = socket.protocol === "TCP"
          ? await tryTcp(socket, truth, kept)
          : await tryUdp(socket, truth, node, sender);
        judgeAffinity(socket, truth, met, stuck);
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

/** Answers with whom a new client met. */
async function tryTcp(socket: Socket, truth: Truth, kept: Map<Socket, Kept>): Promise<Met> {
  const live = kept.get(socket);
  if (live !== undefined) {
    const met = await live.caller.ask();
    assert.equal(met, live.pod, `${nameOf(socket)}: a connection that should live`);
  }
  const met = await call(socket);
  judge(socket, truth, [met, await call(socket)]);
  if (truth.is !== "served" || live !== undefined) return met;
  const caller = await Caller.dial(socket);
  assert.ok(typeof caller !== "string", `${nameOf(socket)}: ${caller}`);
  kept.set(socket, { caller, pod: await caller.ask() });
  return met;
}

/** Answers with whom a new client met. */
async function tryUdp(socket: Socket, truth: Truth, node: Node, sender: Sender): Promise<Met> {
  switch (truth.is) {
    case "closed":
      assert.ok(isFree(socket), `${nameOf(socket)}: somebody listens, nobody should`);
      return "closed";
    case "refused":
      await tryRefused(socket, truth.why, node);
      return "refused";
    case "served": {
      await using newcomer = new Sender();
      await using another = new Sender();
      // A flow stays where it is, though its service may have come to keep clients together since.
      judge(socket, truth, [await sender.ask(socket)]);
      const met = await newcomer.ask(socket);
      judge(socket, truth, [met, await another.ask(socket)]);
      return met;
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

/** A client stays with its pod through any change, as long as its service keeps clients and may use it. */
function judgeAffinity(socket: Socket, truth: Truth, met: Met, stuck: Map<Socket, Stuck>): void {
  const before = stuck.get(socket);
  if (truth.is !== "served" || !truth.sticky) {
    stuck.delete(socket);
    return;
  }
  const { service, allowed } = truth;
  if (before?.service === service && allowed.has(before.pod)) {
    assert.equal(met, before.pod, `${nameOf(socket)} of ${service}: the client's pod has stayed`);
  }
  stuck.set(socket, { service, pod: met });
}

function list(addresses: ReadonlySet<string>): string {
  return [...addresses].join(", ");
}
