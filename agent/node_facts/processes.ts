/**
 * The programs that run on a Windows machine, by the names of their files.
 *
 * Needs `--allow-ffi` for kernel32.dll.
 *
 * @module
 */
import type { ProcessFacts } from "./facts.ts";

/** Programs that serve services, and so get in each other's way. */
const PROXIES = /^(kube-proxy|windlass|kpng)(\.exe)?$/i;

/** The service proxies among the running programs, this process left out. */
export function runningProxies(): readonly ProcessFacts[] {
  return processes().filter(({ pid, name }) => pid !== Deno.pid && PROXIES.test(name));
}

const KERNEL32 = "C:\\Windows\\System32\\kernel32.dll";

const SYMBOLS = {
  CloseHandle: { parameters: ["pointer"], result: "i32" },
  CreateToolhelp32Snapshot: { parameters: ["u32", "u32"], result: "pointer" },
  Process32FirstW: { parameters: ["pointer", "buffer"], result: "i32" },
  Process32NextW: { parameters: ["pointer", "buffer"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

const SNAPSHOT_PROCESSES = 2;
const INVALID_HANDLE = 2n ** 64n - 1n;

/** A PROCESSENTRY32W on 64-bit Windows. */
const ENTRY = { bytes: 568, pid: 8, name: 44 } as const;

function processes(): readonly ProcessFacts[] {
  const library = Deno.dlopen(KERNEL32, SYMBOLS);
  try {
    const { CreateToolhelp32Snapshot, Process32FirstW, Process32NextW, CloseHandle } =
      library.symbols;
    const snapshot = CreateToolhelp32Snapshot(SNAPSHOT_PROCESSES, 0);
    if (snapshot === null || BigInt(Deno.UnsafePointer.value(snapshot)) === INVALID_HANDLE) {
      throw new Error("Cannot list the running programs: CreateToolhelp32Snapshot failed");
    }
    try {
      const entry = new Uint8Array(ENTRY.bytes);
      const view = new DataView(entry.buffer);
      view.setUint32(0, ENTRY.bytes, true);
      const found: ProcessFacts[] = [];
      let more = Process32FirstW(snapshot, entry);
      while (more !== 0) {
        found.push({ pid: view.getUint32(ENTRY.pid, true), name: nameIn(entry) });
        more = Process32NextW(snapshot, entry);
      }
      return found;
    } finally {
      CloseHandle(snapshot);
    }
  } finally {
    library.close();
  }
}

function nameIn(entry: Uint8Array<ArrayBuffer>): string {
  const text = new TextDecoder("utf-16le").decode(entry.subarray(ENTRY.name));
  return text.split("\0")[0] ?? "";
}
