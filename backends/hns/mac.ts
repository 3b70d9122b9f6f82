/**
 * MAC addresses: one way to write them, and the made-up ones of remote endpoints.
 *
 * @module
 */
import { DASH, digitAt as h } from "./hex.ts";

const [ZERO, ONE, TWO] = [0x30, 0x31, 0x32];

/**
 * The MAC address of a remote endpoint, as kube-proxy makes it from the address: never on the wire,
 * but unique, because equal ones break load balancing.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(remoteMac("10.244.3.9"), "02-11-0a-f4-03-09");
 * ```
 */
export function remoteMac(ip: string): string {
  const value = ip.includes(":") ? lastBytesReversed(ip) : ipv4Number(ip);
  if (value === null) return "02-11-22-33-44-55";
  // deno-fmt-ignore
  return String.fromCharCode(
    ZERO, TWO, DASH, ONE, ONE, DASH,
    h(value, 28), h(value, 24), DASH, h(value, 20), h(value, 16), DASH,
    h(value, 12), h(value, 8), DASH, h(value, 4), h(value, 0),
  );
}

/** The 32 bits of an IPv4 address in canonical text, `null` for anything else. */
export function ipv4Number(ip: string): number | null {
  let value = 0;
  let octet = -1;
  let octets = 0;
  for (let i = 0; i <= ip.length; i++) {
    const code = i < ip.length ? ip.charCodeAt(i) : 46;
    if (code >= 48 && code <= 57) {
      octet = (octet < 0 ? 0 : octet * 10) + code - 48;
    } else {
      if (code !== 46 || octet < 0 || octet > 255) return null;
      value = value * 256 + octet;
      octet = -1;
      octets++;
    }
  }
  return octets === 4 ? value : null;
}

/** The address as HNS writes it, in lower case with dashes; `""` if it is none. */
export function normalMac(text: string): string {
  const mac = text.trim().toLowerCase().replaceAll(":", "-");
  return /^[0-9a-f]{2}(-[0-9a-f]{2}){5}$/.test(mac) ? mac : "";
}

/** Bytes 15, 14, 13 and 12 of an IPv6 address in canonical text. */
function lastBytesReversed(ip: string): number {
  // Between the two halves of a shortened address there are at least two groups of zeros; one is
  // enough for the last two groups to be right.
  const groups = ip.replace("::", ":0:0:").split(":").filter((group) => group !== "").slice(-2);
  const value = groups.reduce((sum, group) => sum * 0x10000 + parseInt(group, 16), 0);
  return ((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) |
    (value >>> 24);
}
