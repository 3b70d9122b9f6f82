/**
 * IP addresses and CIDRs, as kube-proxy reads them. ip-num validates and computes; its text is never
 * used, because it does not write IPv6 canonically (RFC 5952) and text is what we compare by.
 *
 * @module
 */
import { IPv4, IPv4CidrRange, IPv6, IPv6CidrRange } from "ip-num";
import type { IpFamily } from "./objects.ts";

/** An IP address. Two are equal when their texts are. */
export interface Ip {
  /** The family. An IPv4-mapped IPv6 address is an IPv4 address. */
  readonly family: IpFamily;
  /** The canonical text: dotted decimals without leading zeros, or RFC 5952. */
  readonly text: string;
}

/** A range of addresses with a common prefix. */
export interface Cidr {
  /** The family. */
  readonly family: IpFamily;
  /** The canonical text, host bits cleared: `192.0.2.0/24`. */
  readonly text: string;
  /** The length of the prefix in bits. */
  readonly prefix: number;
  /** The first address as a number. */
  readonly first: bigint;
  /** The last address as a number. */
  readonly last: bigint;
}

/**
 * Reads an address. Octets with leading zeros are decimal, an IPv4-mapped IPv6 address is IPv4, and
 * what has blanks, a prefix length or a zone is no address (kube-proxy: `netutils.ParseIPSloppy`).
 */
export function parseIp(text: string): Ip | null {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

/**
 * Reads a CIDR and clears its host bits. A bare address is no CIDR; leading zeros of the length do
 * not matter (kube-proxy: `netutils.ParseCIDRSloppy`).
 */
export function parseCidr(text: string): Cidr | null {
  const slash = text.indexOf("/");
  if (slash === -1) return null;
  const ip = parseIp(text.slice(0, slash));
  const digits = text.slice(slash + 1);
  if (ip === null || !/^\d+$/.test(digits)) return null;
  const mapped = ip.family === "IPv4" && text.includes(":");
  const prefix = Number(digits) - (mapped ? 96 : 0);
  if (prefix < 0 || prefix > (ip.family === "IPv4" ? 32 : 128)) return null;
  const range = ip.family === "IPv4"
    ? IPv4CidrRange.fromCidr(`${ip.text}/${prefix}`)
    : IPv6CidrRange.fromCidr(`${ip.text}/${prefix}`);
  const first = range.getFirst().getValue();
  return {
    family: ip.family,
    text: `${textOf(ip.family, first)}/${prefix}`,
    prefix,
    first,
    last: range.getLast().getValue(),
  };
}

/** Whether the range holds the address. Never, across families. */
export function cidrContains(cidr: Cidr, ip: Ip): boolean {
  if (cidr.family !== ip.family) return false;
  const value = valueOf(ip);
  return cidr.first <= value && value <= cidr.last;
}

function valueOf(ip: Ip): bigint {
  return (ip.family === "IPv4" ? new IPv4(ip.text) : new IPv6(ip.text)).getValue();
}

/** Hot: every endpoint of a list passes here, so IPv4 is scanned by hand and seldom copied. */
function parseIpv4(text: string): Ip | null {
  let octets = 0;
  let value = -1;
  let canonical = true;
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 46;
    if (code === 46) {
      if (value === -1 || ++octets > 4) return null;
      value = -1;
    } else if (code >= 48 && code <= 57) {
      if (value === 0) canonical = false;
      value = (value === -1 ? 0 : value * 10) + code - 48;
      if (value > 255) return null;
    } else {
      return null;
    }
  }
  if (octets !== 4) return null;
  return { family: "IPv4", text: canonical ? text : text.split(".").map(Number).join(".") };
}

/** Zeros before another digit of a group or octet: kube-proxy's reader takes any number of them. */
const LEADING_ZEROS = /(^|[:.])0+(?=[0-9a-fA-F])/g;

function parseIpv6(text: string): Ip | null {
  // ip-num lets zones in; kube-proxy does not.
  if (!/^[0-9a-fA-F:.]+$/.test(text)) return null;
  try {
    const value = new IPv6(text.replace(LEADING_ZEROS, "$1")).getValue();
    return value >> 32n === 0xffffn
      ? { family: "IPv4", text: textOf("IPv4", value & 0xffffffffn) }
      : { family: "IPv6", text: textOf("IPv6", value) };
  } catch {
    return null; // how ip-num says that a text is no address
  }
}

function textOf(family: IpFamily, value: bigint): string {
  if (family === "IPv4") {
    return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join(".");
  }
  const groups = Array.from(
    { length: 8 },
    (_, i) => Number((value >> BigInt(112 - 16 * i)) & 0xffffn),
  );
  const zeros = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (zeros.length < 2) return hex.join(":");
  const head = hex.slice(0, zeros.start).join(":");
  return `${head}::${hex.slice(zeros.start + zeros.length).join(":")}`;
}

/** RFC 5952 §4.2: the longest run of zero groups is shortened, the first of equals. */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  groups.forEach((group, index) => {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: index - length + 1, length };
  });
  return best;
}
