/**
 * Whether a client may use a load balancer VIP, by `loadBalancerSourceRanges`. Asked for each
 * connection, so the ranges are numbers.
 *
 * @module
 */
import { parseCidr, parseIp } from "../../../core/mod.ts";

/** Whether a client's IP is in one of some ranges. */
export type SourceCheck = (ip: string) => boolean;

const EVERYBODY: SourceCheck = () => true;

/**
 * Makes the check of some ranges, given as CIDRs. Without a range everybody may come; what is no
 * CIDR holds nobody. An IPv4 client is one in IPv4-mapped form too.
 */
export function sourceCheck(ranges: readonly string[]): SourceCheck {
  if (ranges.length === 0) return EVERYBODY;
  const v4: [first: number, last: number][] = [];
  const v6: [first: bigint, last: bigint][] = [];
  for (const { family, first, last } of ranges.map(parseCidr).filter((cidr) => cidr !== null)) {
    if (family === "IPv4") v4.push([Number(first), Number(last)]);
    else v6.push([first, last]);
  }
  return (text) => {
    const ip = parseIp(text);
    if (ip === null) return false;
    const list: readonly (readonly [number | bigint, number | bigint])[] = ip.family === "IPv4"
      ? v4
      : v6;
    if (list.length === 0) return false;
    const value = ip.family === "IPv4" ? ipv4Value(ip.text) : ipv6Value(ip.text);
    return list.some(([first, last]) => first <= value && value <= last);
  };
}

/** A client's IP as text that is the same whichever socket it came by. */
export function plainIp(text: string): string {
  return text.startsWith("::ffff:") ? parseIp(text)?.text ?? text : text;
}

/** The number of an address in canonical text. */
function ipv4Value(text: string): number {
  return text.split(".").reduce((value, octet) => value * 256 + Number(octet), 0);
}

/** The number of an address in canonical text, which has no dots. */
function ipv6Value(text: string): bigint {
  const [head = "", tail] = text.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => "0");
  return [...left, ...zeros, ...right]
    .reduce((value, group) => value << 16n | BigInt(`0x${group}`), 0n);
}
