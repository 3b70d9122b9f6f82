/**
 * How many load balancers without DSR a node has room for: HNS takes a block of ephemeral ports for
 * each. Pure.
 *
 * @module
 */

/** A block of ephemeral ports, as HNS takes them: one for each load balancer without DSR. */
export const PORT_BLOCK = 64;

/** Ports from one to another. */
export interface PortSpan {
  /** The first. */
  readonly first: number;
  /** The last. */
  readonly last: number;
}

/** The ports of a node, as Windows tells of them. */
export interface PortSpace {
  /** The ports that are given out by themselves, of which HNS takes its blocks. */
  readonly dynamic: PortSpan;
  /** The ports that are taken out of it, by HNS itself, Hyper-V or an administrator. */
  readonly excluded: readonly PortSpan[];
}

/** The range that Windows gives out by itself, unless it was changed. */
export const DEFAULT_PORTS: PortSpace = { dynamic: { first: 49_152, last: 65_535 }, excluded: [] };

/** How many blocks the whole range has. */
export function blocksOf({ first, last }: PortSpan): number {
  return Math.max(0, Math.floor((last - first + 1) / PORT_BLOCK));
}

/** Widens the range, and leaves the ports that Kubernetes gives to Services out of it. */
export const WIDEN_PORTS = "netsh int ipv4 set dynamicportrange tcp start=33000 num=32536";

/** How many whole blocks lie between the ports that are excluded. */
export function freeBlocks({ dynamic, excluded }: PortSpace): number {
  let free = 0;
  let { first } = dynamic;
  for (const each of excluded.toSorted((a, b) => a.first - b.first)) {
    free += blocksOf({ first, last: Math.min(each.first - 1, dynamic.last) });
    first = Math.max(first, each.last + 1);
  }
  return free + blocksOf({ first, last: dynamic.last });
}

/**
 * How many more load balancers without DSR there is room for. Where the blocks of HNS are among what
 * is excluded, what is free says it all.
 */
export function blocksLeft(space: PortSpace, taken: number): number {
  return Math.max(0, Math.min(blocksOf(space.dynamic) - taken, freeBlocks(space)));
}
