/**
 * Two nodes, their pods and a client outside, each in a network namespace, with routes between them as
 * a CNI makes them.
 *
 * ```text
 *   client ─┐            ┌─ servers (10.244.1.5, .6)        n1, n2: proxies, and their own programs
 *          wire ─ n1 ─ cni0 ─ pod (10.244.1.100)            client: routes to the service addresses
 *           │                                               over n1
 *           └──── n2 ─ cni0 ─ servers (10.244.2.5, .6)
 * ```
 *
 * @module
 */
import { NODES, PLACES } from "./_cluster.ts";
import { type Host, makeHost, wire } from "./namespaces.ts";

/** The test-bed's hosts. */
export interface Testbed extends AsyncDisposable {
  /** A node. */
  readonly n1: Host;
  /** The other node. */
  readonly n2: Host;
  /** The pods of n1 that serve. */
  readonly servers1: Host;
  /** The pods of n2 that serve. */
  readonly servers2: Host;
  /** A pod on n1 that is a client. */
  readonly pod: Host;
  /** A client that is no part of the cluster. */
  readonly client: Host;
}

/** The address of the pod that is a client. */
export const POD_IP = "10.244.1.100";

/** The client's address. */
export const CLIENT_IP = "192.0.2.50";

/** The interface for service addresses. */
export const DEVICE = "windlass0";

/** Makes the hosts and lays the wires. */
export async function layTestbed(): Promise<Testbed> {
  await using made = new AsyncDisposableStack();
  const host = async (title: string): Promise<Host> => made.use(await makeHost(`wl-${title}`));
  const [middle, n1, n2] = [await host("wire"), await host("n1"), await host("n2")];
  const [servers1, servers2] = [await host("servers1"), await host("servers2")];
  const [pod, client] = [await host("pod"), await host("client")];

  await addBridge(middle, "br0");
  await wire({ host: middle, link: "to-n1", bridge: "br0" }, onWire(n1, NODES.n1));
  await wire({ host: middle, link: "to-n2", bridge: "br0" }, onWire(n2, NODES.n2));
  await wire({ host: middle, link: "to-client", bridge: "br0" }, onWire(client, CLIENT_IP));
  for (
    const { node, net, peerNet, peer } of [
      { node: n1, net: "10.244.1", peerNet: "10.244.2", peer: NODES.n2 },
      { node: n2, net: "10.244.2", peerNet: "10.244.1", peer: NODES.n1 },
    ]
  ) {
    await addBridge(node, "cni0");
    await node.ip("address", "add", `${net}.1/24`, "dev", "cni0");
    await node.ip("route", "add", `${peerNet}.0/24`, "via", peer);
    await node.sh("echo 1 > /proc/sys/net/ipv4/ip_forward");
    await addDevice(node);
  }
  await plug(n1, servers1, ["10.244.1.5", "10.244.1.6"]);
  await plug(n1, pod, [POD_IP]);
  await plug(n2, servers2, ["10.244.2.5", "10.244.2.6"]);
  for (const ip of [PLACES.web.externalIP, PLACES.edge.loadBalancerIP]) {
    await client.ip("route", "add", `${ip}/32`, "via", NODES.n1);
  }
  const stack = made.move();
  return {
    ...{ n1, n2, servers1, servers2, pod, client },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function onWire(host: Host, ip: string) {
  return { host, link: "eth0", address: `${ip}/24` };
}

async function addBridge(host: Host, name: string): Promise<void> {
  await host.ip("link", "add", name, "type", "bridge");
  await host.ip("link", "set", name, "up");
}

/** The program makes the interface itself, a dummy; a kernel without those gets a bridge without ports. */
async function addDevice(node: Host): Promise<void> {
  try {
    await node.ip("link", "add", "try0", "type", "dummy");
    await node.ip("link", "delete", "try0");
  } catch (error) {
    if (!(error instanceof Error && /Unknown device type/.test(error.message))) throw error;
    await addBridge(node, DEVICE);
  }
}

/** Plugs pods with one namespace into a node. */
async function plug(node: Host, pods: Host, ips: readonly string[]): Promise<void> {
  const link = pods.name.slice(0, 14);
  const [first = "", ...more] = ips;
  await wire(
    { host: node, link, bridge: "cni0" },
    { host: pods, link: "eth0", address: `${first}/24` },
  );
  for (const ip of more) await pods.ip("address", "add", `${ip}/24`, "dev", "eth0");
  const gateway = `${first.slice(0, first.lastIndexOf("."))}.1`;
  await pods.ip("route", "add", "default", "via", gateway);
}
