/**
 * The structures that `recvmmsg` and `sendmmsg` take, in words of four bytes: those of 64-bit Linux,
 * which are the same for x86-64 and arm64.
 *
 * @module
 */
import { allocate, bytesFrom, type Region } from "./memory.ts";

/** No datagram is larger. */
export const DATAGRAM_BYTES = 64 * 1024;

/** Between two buffers. Not a multiple of 4 KiB, or all first lines would share a set of the cache. */
export const STRIDE = DATAGRAM_BYTES + 5 * 64;

/** `struct mmsghdr`. */
export const HEADER = {
  /** Its size in bytes. */
  bytes: 64,
  /** Its size in words. */
  words: 16,
  /** Where the address of the peer's name stands. */
  name: 0,
  /** The length of the name. */
  nameLength: 2,
  /** Where the address of the vectors stands. */
  vectors: 4,
  /** How many vectors there are. */
  vectorCount: 6,
  /** Where the address of the control messages stands. */
  control: 8,
  /** Their length. */
  controlLength: 10,
  /** How many bytes were moved. */
  length: 14,
} as const;

/** `struct iovec`. */
export const VECTOR = {
  /** Its size in bytes. */
  bytes: 16,
  /** Its size in words. */
  words: 4,
  /** Where the address of the bytes stands. */
  base: 0,
  /** How many there are. */
  length: 2,
} as const;

/** `struct cmsghdr`, and what stands in those that we know. */
export const CONTROL = {
  /** The room for the control messages of one datagram, in bytes. */
  bytes: 96,
  /** The same in words. */
  words: 24,
  /** The size of the head in bytes. */
  head: 16,
  /** Where the length stands, head included. */
  length: 0,
  /** Where the level stands. */
  level: 2,
  /** Where the type stands. */
  type: 3,
  /** Where the data begin. */
  data: 4,
  /** `struct in_pktinfo`: interface, local address, address of the header. */
  infoBytes: 12,
  /** `struct in6_pktinfo`: address, interface. */
  info6Bytes: 20,
} as const;

/** Levels and types of control messages. */
export const MESSAGE = {
  /** The level of IPv4. */
  ip: 0,
  /** The local address of an IPv4 datagram. */
  ipInfo: 8,
  /** The level of IPv6. */
  ipv6: 41,
  /** The local address of an IPv6 datagram. */
  ipv6Info: 50,
  /** The level of UDP. */
  udp: 17,
  /** The size of the datagrams that one message is cut into. */
  udpSegment: 103,
} as const;

/** `MSG_DONTWAIT`. */
export const MSG_DONTWAIT = 0x40;

/** `MSG_NOSIGNAL`. */
export const MSG_NOSIGNAL = 0x4000;

/** An array of `struct mmsghdr`. */
export interface Headers {
  /** Their words. */
  readonly words: Uint32Array<ArrayBuffer>;
  /** The array from each on, as calls take it. */
  readonly at: readonly Uint8Array<ArrayBuffer>[];
}

/** Makes headers, zeroed. */
export function makeHeaders(count: number): Headers {
  const region = allocate(count * HEADER.bytes);
  return { words: region.words, at: slicesOf(region, count, HEADER.bytes) };
}

/** A region from each of the things of a size on that lie in a row. */
export function slicesOf(region: Region, count: number, size: number): Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: count }, (_, i) => bytesFrom(region, i * size));
}
