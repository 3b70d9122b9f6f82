/**
 * On which addresses node ports are served.
 *
 * @module
 */
import { cidrContains, type IpFamily, parseCidr, parseIp } from "../../core/mod.ts";

/** The addresses to listen on for node ports, by family. */
export type NodePortAddresses = Readonly<Record<IpFamily, readonly string[]>>;

/** Node ports on every address of the node. */
export const ALL_ADDRESSES: NodePortAddresses = { IPv4: ["0.0.0.0"], IPv6: ["::"] };

/**
 * The node's addresses that the ranges allow. As with kube-proxy, a family without a range has all
 * of its addresses, and so has one with a range of prefix length 0.
 *
 * @param cidrs The ranges, of both families.
 * @param hostAddresses Gives the node's own addresses; asked only where they matter.
 * @throws {TypeError} If a range is not one.
 */
export function nodePortAddresses(
  cidrs: readonly string[],
  hostAddresses: () => readonly string[],
): NodePortAddresses {
  const ranges = cidrs.map((text) => {
    const range = parseCidr(text);
    if (range !== null) return range;
    throw new TypeError(
      `Cannot use "${text}" as node port addresses: it is not a CIDR like 192.168.0.0/16`,
    );
  });
  const ofFamily = (family: IpFamily): readonly string[] => {
    const own = ranges.filter((range) => range.family === family);
    if (own.length === 0 || own.some((range) => range.prefix === 0)) return ALL_ADDRESSES[family];
    const allowed = hostAddresses()
      .map(parseIp)
      .filter((ip) => ip !== null)
      .filter((ip) => own.some((range) => cidrContains(range, ip)));
    return [...new Set(allowed.map((ip) => ip.text))].sort();
  };
  return { IPv4: ofFamily("IPv4"), IPv6: ofFamily("IPv6") };
}
