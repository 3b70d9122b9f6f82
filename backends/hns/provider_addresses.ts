/**
 * Which node has a pod's address, by the routes that the CNI adds to an overlay network.
 *
 * @module
 */
import { ipv4Number } from "./mac.ts";
import type { RemoteSubnet } from "./read_documents.ts";

/** Finds provider addresses. */
export interface ProviderAddresses {
  /** The address of the node that has this one; `""` if no route knows it. */
  of(ip: string): string;
}

/**
 * The provider addresses of a network. A route holds for an address in its prefix and for its own
 * provider address; of several that hold the last one counts (kube-proxy does the same: it is not
 * the longest prefix). Overlay networks are IPv4 only. Prefixes are indexed by their length, so that
 * the cost of a question does not grow with the number of nodes.
 */
export function providerAddresses(routes: readonly RemoteSubnet[]): ProviderAddresses {
  const byLength = new Map<number, Map<number, number>>();
  const byProvider = new Map<string, number>();
  routes.forEach(({ prefix, providerAddress }, index) => {
    if (prefix.family !== "IPv4") return;
    let networks = byLength.get(prefix.prefix);
    if (networks === undefined) byLength.set(prefix.prefix, networks = new Map());
    networks.set(Number(prefix.first), index);
    byProvider.set(providerAddress, index);
  });
  return {
    of(ip) {
      let last = byProvider.get(ip) ?? -1;
      const address = ipv4Number(ip);
      if (address !== null) {
        for (const [length, networks] of byLength) {
          const size = 2 ** (32 - length);
          last = Math.max(last, networks.get(address - address % size) ?? -1);
        }
      }
      return routes[last]?.providerAddress ?? "";
    },
  };
}
