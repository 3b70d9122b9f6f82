/**
 * Finds a node's source VIP by the rules, and reserves one in the CNI's books where nobody has.
 *
 * Needs the permissions to read and write the books.
 *
 * @module
 */
import { RunError } from "../run_error.ts";
import type { HnsFacts, NetworkFacts } from "./facts.ts";
import { readBooks, release, type Reservation, reserve } from "./ipam.ts";
import { findSourceVip, inSubnet, isOverlay, type SourceVip } from "./source_vip_rules.ts";

/** What is needed to find a source VIP. */
export interface LocateOptions {
  /** What `--source-vip` says, `null` for nothing. */
  readonly given: string | null;
  /** The CNI's network. */
  readonly network: NetworkFacts;
  /** All endpoints of HNS. */
  readonly endpoints: HnsFacts["endpoints"];
  /** The folder of host-local's books; `null` where there are none, as on an emulated node. */
  readonly folder: string | null;
  /** Whether one may be reserved, and stale ones given back; if not, this only looks. */
  readonly reserves: boolean;
  /** Is told of each stale reservation that was given back. */
  readonly onRelease?: (ip: string) => void;
}

/**
 * Finds the source VIP of this node.
 *
 * @throws {RunError} If one must be reserved and cannot be.
 */
export async function locateSourceVip(options: LocateOptions): Promise<SourceVip> {
  const { given, network, endpoints, folder, reserves, onRelease } = options;
  if (given !== null || folder === null) {
    return findSourceVip({ given, network, endpoints, reservations: [] });
  }
  const known = { given, network, endpoints };
  try {
    const { reservations } = await readBooks(folder, network.name);
    if (reserves && isOverlay(network) && network.subnets.length > 0) {
      await dropStale(reservations.filter((each) => !inSubnet(each.ip, network)), onRelease);
    }
    const found = findSourceVip({ ...known, reservations });
    if (found.rule !== "missing" || !reserves) return found;
    const made = await reserveIn(network, folder, endpoints);
    return findSourceVip({ ...known, reservations: [made] });
  } catch (cause) {
    if (cause instanceof RunError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RunError(`Cannot reserve a source VIP in "${folder}": ${why}`, { cause });
  }
}

/** A node that joined again has another pod CIDR, and what it had reserved is nobody's. */
async function dropStale(
  stale: readonly Reservation[],
  onRelease: LocateOptions["onRelease"],
): Promise<void> {
  for (const each of stale) {
    if (await release(each)) onRelease?.(each.ip);
  }
}

async function reserveIn(
  { name: network, subnets }: NetworkFacts,
  folder: string,
  endpoints: LocateOptions["endpoints"],
): Promise<Reservation> {
  const subnet = subnets.find((each) => !each.includes(":"));
  if (subnet === undefined) {
    throw new RunError(
      `Cannot reserve a source VIP: network "${network}" has no subnet of IPv4; wait for the CNI`,
    );
  }
  const inUse = new Set(endpoints.flatMap(({ ips }) => ips));
  const made = await reserve({ folder, network, subnet, inUse });
  if (made !== null) return made;
  throw new RunError(`Cannot reserve a source VIP: no address of ${subnet} is free`);
}
