/**
 * The structures of IP Helper, as bytes: rows of addresses, and the list of adapters. The offsets are
 * those of 64-bit Windows (netioapi.h, iptypes.h). Pure.
 *
 * @module
 */
import { parseCidr, parseIp } from "../../../core/mod.ts";
import { ADDRESS_STATES, type AddressState, hostPrefix } from "./way.ts";

/** The family of a table or a row, by Windows' numbers. */
export const FAMILIES = { any: 0, IPv4: 2, IPv6: 23 } as const;

/** The size of a MIB_UNICASTIPADDRESS_ROW, and where the first one begins in a table. */
export const ROW_BYTES = 80;
/** Where the first row of a table begins. */
export const TABLE_HEADER_BYTES = 8;

const ROW = {
  luid: 32,
  prefix: 60,
  skipAsSource: 61,
  dadState: 64,
} as const;

/** IpDadStatePreferred: at once, without duplicate detection, as Wintun's users have it too. */
const PREFERRED = ADDRESS_STATES.indexOf("preferred");

/** A row of the table of addresses. */
export interface AddressRow {
  /** The address, in canonical text. */
  readonly ip: string;
  /** The number of its interface. */
  readonly luid: bigint;
  /** The length of its prefix. */
  readonly prefix: number;
  /** Where duplicate detection stands. */
  readonly state: AddressState;
  /** Whether Windows never sends from it by itself. */
  readonly skipAsSource: boolean;
}

/**
 * Fills in a row for one of our addresses. InitializeUnicastIpAddressEntry comes first: it sets
 * lifetimes without end, among others.
 */
export function fillRow(row: Uint8Array<ArrayBuffer>, ip: string, luid: bigint): void {
  const parsed = parseCidr(`${ip}/${hostPrefix(ip)}`);
  if (parsed === null) throw new TypeError(`Cannot write a row for "${ip}": it is no IP address`);
  const view = new DataView(row.buffer, row.byteOffset, row.byteLength);
  view.setUint16(0, FAMILIES[parsed.family], true);
  const [at, length] = parsed.family === "IPv4" ? [4, 4] : [8, 16];
  for (let index = 0; index < length; index++) {
    row[at + length - 1 - index] = Number((parsed.first >> BigInt(8 * index)) & 0xffn);
  }
  view.setBigUint64(ROW.luid, luid, true);
  view.setUint8(ROW.prefix, hostPrefix(ip));
  view.setUint8(ROW.skipAsSource, 1);
  view.setUint32(ROW.dadState, PREFERRED, true);
}

/** Reads the rows of a table; those of other families than IP are left out. */
export function readRows(bytes: Uint8Array<ArrayBuffer>): readonly AddressRow[] {
  const rows: AddressRow[] = [];
  for (let at = 0; at + ROW_BYTES <= bytes.length; at += ROW_BYTES) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, ROW_BYTES);
    const ip = ipAt(view);
    if (ip === null) continue;
    rows.push({
      ip,
      luid: view.getBigUint64(ROW.luid, true),
      prefix: view.getUint8(ROW.prefix),
      state: ADDRESS_STATES[view.getUint32(ROW.dadState, true)] ?? "unknown",
      skipAsSource: view.getUint8(ROW.skipAsSource) !== 0,
    });
  }
  return rows;
}

function ipAt(view: DataView<ArrayBuffer>): string | null {
  switch (view.getUint16(0, true)) {
    case FAMILIES.IPv4:
      return `${view.getUint8(4)}.${view.getUint8(5)}.${view.getUint8(6)}.${view.getUint8(7)}`;
    case FAMILIES.IPv6: {
      const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(8 + 2 * index));
      return parseIp(groups.map((each) => each.toString(16)).join(":"))?.text ?? null;
    }
    default:
      return null;
  }
}

const ADAPTER = {
  next: 8,
  description: 64,
  friendlyName: 72,
  luid: 224,
  bytes: 232,
} as const;

/** An adapter, as far as addresses need it. */
export interface Adapter {
  /** The name that people see. */
  readonly name: string;
  /** What its driver calls it. */
  readonly description: string;
  /** The number by which Windows knows it. */
  readonly luid: bigint;
}

/**
 * Reads the list that GetAdaptersAddresses writes. Its pointers lead into the same memory.
 *
 * @param base The address of the first byte.
 */
export function readAdapters(bytes: Uint8Array<ArrayBuffer>, base: bigint): readonly Adapter[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const follow = (at: number): number => {
    const to = view.getBigUint64(at, true) - base;
    return to > 0n && to < BigInt(bytes.length) ? Number(to) : -1;
  };
  const textAt = (at: number): string => {
    let text = "";
    for (; at >= 0 && at + 2 <= bytes.length; at += 2) {
      const unit = view.getUint16(at, true);
      if (unit === 0) break;
      text += String.fromCharCode(unit);
    }
    return text;
  };
  const adapters: Adapter[] = [];
  for (let at = 0; at >= 0 && at + ADAPTER.bytes <= bytes.length; at = follow(at + ADAPTER.next)) {
    adapters.push({
      name: textAt(follow(at + ADAPTER.friendlyName)),
      description: textAt(follow(at + ADAPTER.description)),
      luid: view.getBigUint64(at + ADAPTER.luid, true),
    });
  }
  return adapters;
}
