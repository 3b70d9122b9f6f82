/**
 * Socket addresses as the kernel lays them out, and as text. IPv4: family, port, address; IPv6:
 * family, port, flow, address, scope. The family is in the machine's byte order, the rest in the
 * network's. Linux and Windows differ only in the number of the IPv6 family.
 *
 * @module
 */
import { allocate, type Region } from "./memory.ts";

/** An address family. */
export type Family = "IPv4" | "IPv6";

/** The bytes that any of our addresses takes, rounded up to words of eight. */
export const SOCKADDR_BYTES = 32;

/** The number of the IPv4 family, on every system. */
export const AF_INET = 2;

/** An address and port, as text has it. */
export interface TextAddress {
  /** The family of the address. */
  readonly family: Family;
  /** The address, without brackets. */
  readonly ip: string;
  /** The port. */
  readonly port: number;
}

/** A socket address that calls can take, or fill. */
export interface SockAddr {
  /** Where it lies. */
  readonly region: Region;
  /** How many bytes of it count. */
  length: number;
}

/** Makes an address for calls to fill. */
export function emptySockAddr(): SockAddr {
  return { region: allocate(SOCKADDR_BYTES), length: SOCKADDR_BYTES };
}

/** Reads `192.0.2.1:80` or `[2001:db8::1]:80`. `null` if it is neither. */
export function parseEndpoint(text: string): TextAddress | null {
  const colon = text.lastIndexOf(":");
  const digits = text.slice(colon + 1);
  if (colon < 1 || !/^\d{1,5}$/.test(digits) || Number(digits) > 65535) return null;
  const bracketed = text.startsWith("[") && text[colon - 1] === "]";
  const ip = bracketed ? text.slice(1, colon - 1) : text.slice(0, colon);
  const family = bracketed ? "IPv6" : "IPv4";
  return ipBytes(ip)?.length === (bracketed ? 16 : 4) ? { family, ip, port: Number(digits) } : null;
}

/** The bytes of an address in canonical text: 4 for IPv4, 16 for IPv6. `null` if it is none. */
export function ipBytes(ip: string): Uint8Array | null {
  return ip.includes(":") ? ipv6Bytes(ip) : ipv4Bytes(ip);
}

function ipv4Bytes(ip: string): Uint8Array | null {
  const octets = ip.split(".");
  const good = octets.length === 4 &&
    octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) < 256);
  return good ? Uint8Array.from(octets, Number) : null;
}

function ipv6Bytes(ip: string): Uint8Array | null {
  const halves = ip.split("::");
  const [head, tail] = halves.map((half) => half === "" ? [] : half.split(":"));
  if (head === undefined || halves.length > 2) return null;
  const zeros = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? zeros !== 0 : zeros < 1) return null;
  const groups = [...head, ...Array<string>(zeros).fill("0"), ...(tail ?? [])];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return null;
  const bytes = new Uint8Array(16);
  groups.forEach((group, i) => {
    const value = parseInt(group, 16);
    bytes[2 * i] = value >> 8;
    bytes[2 * i + 1] = value & 0xff;
  });
  return bytes;
}

/**
 * Lays an address out for calls.
 *
 * @throws {TypeError} If the address is none: callers have checked theirs.
 */
export function sockAddrOf(ip: string, port: number, inet6: number): SockAddr {
  const address = ipBytes(ip);
  if (address === null) throw new TypeError(`Cannot lay out "${ip}": it is not an IP address`);
  const v4 = address.length === 4;
  const result = emptySockAddr();
  const { bytes } = result.region;
  new Uint16Array(bytes.buffer, 0, 1)[0] = v4 ? AF_INET : inet6;
  bytes[2] = port >> 8;
  bytes[3] = port & 0xff;
  bytes.set(address, v4 ? 4 : 8);
  result.length = v4 ? 16 : 28;
  return result;
}

/** The port of an address that lies at a byte of a region. */
export function portAt(bytes: Uint8Array, offset: number): number {
  return (bytes[offset + 2] ?? 0) << 8 | (bytes[offset + 3] ?? 0);
}

/** The canonical text of the address that lies at a byte of a region (RFC 5952 for IPv6). */
export function ipAt(bytes: Uint8Array, offset: number): string {
  const v4 = bytes[offset] === AF_INET;
  return v4 ? ipv4Text(bytes, offset + 4) : ipv6Text(bytes, offset + 8);
}

function ipv4Text(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

function ipv6Text(bytes: Uint8Array, at: number): string {
  const groups = Array.from(
    { length: 8 },
    (_, i) => (bytes[at + 2 * i] ?? 0) << 8 | (bytes[at + 2 * i + 1] ?? 0),
  );
  let start = 0;
  let length = 0;
  let run = 0;
  for (let i = 0; i < 8; i++) {
    run = groups[i] === 0 ? run + 1 : 0;
    if (run > length) {
      length = run;
      start = i - run + 1;
    }
  }
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(":");
  return `${hex.slice(0, start).join(":")}::${hex.slice(start + length).join(":")}`;
}
