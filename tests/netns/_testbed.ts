/**
 * Two nodes, their pods and a client outside, each in a network namespace, with routes between them as
 * a CNI makes them, in both families.
 *
 * ```text
 *   client ─┐            ┌─ servers (10.244.1.5, .6)        n1, n2: proxies, and their own programs
 *          wire ─ n1 ─ cni0 ─ pod (10.244.1.100)            client: routes to the service addresses
 *           │                                               over n1
 *           └──── n2 ─ cni0 ─ servers (10.244.2.5, .6)      IPv6: fd00:244:1::5 and so on
 * ```
 *
 * @module
 */
import { NODES, type Pair, PLACES } from "./_cluster.ts";
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

/** The lengths of the prefixes of what is on one wire. */
const PREFIXES = [24, 64] as const;

/** The pod with a number of the node with a number. */
export function podIps(node: 1 | 2, pod: number): Pair {
  return [`10.244.${node}.${pod}`, `fd00:244:${node}::${pod}`];
}

/** The addresses of the pod that is a client. */
export const POD_IPS: Pair = podIps(1, 100);

/** The client's addresses. */
export const CLIENT_IPS: Pair = ["192.0.2.50", "2001:db8::50"];

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
  await wire({ host: middle, link: "to-client", bridge: "br0" }, onWire(client, CLIENT_IPS));
  for (
    const { node, own, other, peer } of [
      { node: n1, own: 1, other: 2, peer: NODES.n2 },
      { node: n2, own: 2, other: 1, peer: NODES.n1 },
    ] as const
  ) {
    await addBridge(node, "cni0");
    await address(node, "cni0", podIps(own, 1));
    await route(node, podIps(other, 0), { prefixes: PREFIXES, via: peer });
    await node.sh("echo 1 > /proc/sys/net/ipv4/ip_forward");
    await node.sh("echo 1 > /proc/sys/net/ipv6/conf/all/forwarding");
    await addDevice(node);
  }
  await plug(n1, servers1, { gateway: podIps(1, 1), ips: [podIps(1, 5), podIps(1, 6)] });
  await plug(n1, pod, { gateway: podIps(1, 1), ips: [POD_IPS] });
  await plug(n2, servers2, { gateway: podIps(2, 1), ips: [podIps(2, 5), podIps(2, 6)] });
  for (const ips of [PLACES.web.externalIPs, PLACES.edge.loadBalancerIPs]) {
    await route(client, ips, { prefixes: [32, 128], via: NODES.n1 });
  }
  const stack = made.move();
  return {
    ...{ n1, n2, servers1, servers2, pod, client },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function onWire(host: Host, ips: Pair) {
  return { host, link: "eth0", addresses: cidrs(ips) };
}

function cidrs(ips: Pair): readonly string[] {
  return PREFIXES.map((prefix, family) => `${ips[family]}/${prefix}`);
}

async function address(host: Host, device: string, ips: Pair): Promise<void> {
  for (const cidr of cidrs(ips)) await host.address(device, cidr);
}

async function route(
  host: Host,
  to: Pair,
  { prefixes, via }: { readonly prefixes: readonly [number, number]; readonly via: Pair },
): Promise<void> {
  for (const [family, gateway] of via.entries()) {
    await host.ip("route", "add", `${to[family]}/${prefixes[family]}`, "via", gateway);
  }
}

/** Makes an interface without a wire. */
export async function addBridge(host: Host, name: string): Promise<void> {
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
async function plug(
  node: Host,
  pods: Host,
  { gateway, ips }: { readonly gateway: Pair; readonly ips: readonly Pair[] },
): Promise<void> {
  const link = pods.name.slice(0, 14);
  await wire({ host: node, link, bridge: "cni0" }, { host: pods, link: "eth0" });
  for (const each of ips) await address(pods, "eth0", each);
  await route(pods, ["0.0.0.0", "::"], { prefixes: [0, 0], via: gateway });
}
