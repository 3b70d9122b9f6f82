/**
 * Addresses by IP Helper, Windows' own functions for them: no process is started, and thousands of
 * addresses take seconds. What it puts on an interface is gone with the next start of the system.
 *
 * Needs the permission `--allow-ffi` for iphlpapi.dll.
 *
 * @module
 */
import {
  FAMILIES,
  fillRow,
  readAdapters,
  readRows,
  ROW_BYTES,
  TABLE_HEADER_BYTES,
} from "./rows.ts";
import { NOT_FOUND, refusalOf } from "./refusals.ts";
import type { AddressWay, Look, OpenedWay, Refusal, WindowsInterface } from "./way.ts";

const SYMBOLS = {
  CreateUnicastIpAddressEntry: { parameters: ["buffer"], result: "u32", nonblocking: true },
  DeleteUnicastIpAddressEntry: { parameters: ["buffer"], result: "u32", nonblocking: true },
  FreeMibTable: { parameters: ["pointer"], result: "void" },
  GetAdaptersAddresses: {
    parameters: ["u32", "u32", "pointer", "buffer", "buffer"],
    result: "u32",
  },
  GetUnicastIpAddressTable: { parameters: ["u16", "buffer"], result: "u32" },
  InitializeUnicastIpAddressEntry: { parameters: ["buffer"], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

type Library = Deno.DynamicLibrary<typeof SYMBOLS>;

/** With `--allow-ffi=PATH` a bare name is no help, so the place where Windows keeps it is tried too. */
const LIBRARY = ["iphlpapi.dll", "C:\\Windows\\System32\\iphlpapi.dll"] as const;

/** Of an adapter nothing but its names is wanted: no unicast, anycast, multicast, DNS addresses. */
const NAMES_ONLY = 0x1 | 0x2 | 0x4 | 0x8;
const BUFFER_OVERFLOW = 111;
const NO_DATA = 232;

/**
 * Opens IP Helper.
 *
 * @param names Where the library may be; a test gives a stand-in.
 */
export function openIpHelper(names: readonly string[] = LIBRARY): OpenedWay {
  const allowed = names.filter((path) =>
    Deno.permissions.querySync({ name: "ffi", path }).state === "granted"
  );
  let why = `it needs --allow-ffi=${names.at(-1)}`;
  for (const name of allowed) {
    try {
      return { ok: true, way: new IpHelper(Deno.dlopen(name, SYMBOLS)) };
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
  }
  return { ok: false, why: `iphlpapi.dll cannot be used: ${why}` };
}

class IpHelper implements AddressWay {
  readonly name = "iphelper";
  readonly #library: Library;

  constructor(library: Library) {
    this.#library = library;
  }

  look(): Promise<Look> {
    const interfaces = this.#adapters();
    const names = new Map(interfaces.map(({ luid, name }) => [luid, name]));
    const addresses = this.#rows().map(({ luid, ...row }) => ({
      ...row,
      interfaceName: names.get(luid) ?? "",
    }));
    return Promise.resolve({ interfaces, addresses });
  }

  add(
    on: WindowsInterface,
    ips: readonly string[],
  ): Promise<ReadonlyMap<string, Refusal>> {
    return this.#each("CreateUnicastIpAddressEntry", on, ips);
  }

  remove(
    on: WindowsInterface,
    ips: readonly string[],
  ): Promise<ReadonlyMap<string, Refusal>> {
    return this.#each("DeleteUnicastIpAddressEntry", on, ips, NOT_FOUND);
  }

  close(): void {
    this.#library.close();
  }

  /** Calls the function for each address, one after the other: Windows does them so in any case. */
  async #each(
    call: "CreateUnicastIpAddressEntry" | "DeleteUnicastIpAddressEntry",
    { luid }: WindowsInterface,
    ips: readonly string[],
    fine = 0,
  ): Promise<ReadonlyMap<string, Refusal>> {
    if (luid === null) throw new TypeError(`Cannot call ${call}: the interface has no number`);
    const { symbols } = this.#library;
    const refused = new Map<string, Refusal>();
    for (const ip of ips) {
      const row = new Uint8Array(ROW_BYTES);
      symbols.InitializeUnicastIpAddressEntry(row);
      fillRow(row, ip, luid);
      const code = await symbols[call](row);
      if (code !== 0 && code !== fine) refused.set(ip, refusalOf(call, code));
    }
    return refused;
  }

  #adapters(): readonly WindowsInterface[] {
    const size = new Uint32Array([32 * 1024]);
    // The list may grow between two calls; each call says how much it needs.
    for (let tries = 0; tries < 5; tries++) {
      const bytes = new Uint8Array(size[0] ?? 0);
      const code = this.#library.symbols.GetAdaptersAddresses(
        FAMILIES.any,
        NAMES_ONLY,
        null,
        bytes,
        new Uint8Array(size.buffer),
      );
      if (code === NO_DATA) return [];
      if (code === 0) return readAdapters(bytes, addressOf(bytes));
      if (code !== BUFFER_OVERFLOW) throw failure("interfaces", "GetAdaptersAddresses", code);
    }
    throw failure("interfaces", "GetAdaptersAddresses", BUFFER_OVERFLOW);
  }

  #rows(): ReturnType<typeof readRows> {
    const { GetUnicastIpAddressTable, FreeMibTable } = this.#library.symbols;
    const slot = new BigUint64Array(1);
    const code = GetUnicastIpAddressTable(FAMILIES.any, new Uint8Array(slot.buffer));
    const table = Deno.UnsafePointer.create(slot[0] ?? 0n);
    if (code !== 0 || table === null) {
      throw failure("addresses", "GetUnicastIpAddressTable", code);
    }
    try {
      const view = new Deno.UnsafePointerView(table);
      const bytes = new Uint8Array(view.getUint32(0) * ROW_BYTES);
      view.copyInto(bytes, TABLE_HEADER_BYTES);
      return readRows(bytes);
    } finally {
      FreeMibTable(table);
    }
  }
}

function addressOf(bytes: Uint8Array<ArrayBuffer>): bigint {
  return BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)));
}

function failure(what: string, call: string, code: number): Error {
  return new Error(`Cannot list the ${what} of this machine: ${refusalOf(call, code).why}`);
}
