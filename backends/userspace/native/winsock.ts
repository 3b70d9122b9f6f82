/**
 * The functions of Winsock that the engine calls. Sockets go as 32 bits: a handle has no more that
 * count, on 64-bit Windows too.
 *
 * Needs `--allow-ffi` (`library.ts` says for what).
 *
 * @module
 */
import { fromWinsock } from "./errno.ts";
import { LIBRARIES, openLibrary } from "./library.ts";
import { allocate } from "./memory.ts";

const SOCKET = "i32";
const AT = "buffer";
const SIZE = "i32";
const RESULT = "i32";

const SYMBOLS = {
  WSAGetLastError: { parameters: [], result: "i32" },
  WSAIoctl: {
    parameters: [SOCKET, "u32", AT, "u32", "pointer", "u32", AT, "pointer", "pointer"],
    result: RESULT,
  },
  WSAPoll: { parameters: [AT, "u32", "i32"], result: RESULT },
  WSASocketW: { parameters: ["i32", "i32", "i32", "pointer", "u32", "u32"], result: SOCKET },
  WSAStartup: { parameters: ["u16", AT], result: RESULT },
  accept: { parameters: [SOCKET, AT, AT], result: SOCKET },
  bind: { parameters: [SOCKET, AT, SIZE], result: RESULT },
  closesocket: { parameters: [SOCKET], result: RESULT },
  connect: { parameters: [SOCKET, AT, SIZE], result: RESULT },
  getsockname: { parameters: [SOCKET, AT, AT], result: RESULT },
  getsockopt: { parameters: [SOCKET, "i32", "i32", AT, AT], result: RESULT },
  ioctlsocket: { parameters: [SOCKET, "u32", AT], result: RESULT },
  listen: { parameters: [SOCKET, "i32"], result: RESULT },
  recv: { parameters: [SOCKET, AT, SIZE, "i32"], result: RESULT },
  recvfrom: { parameters: [SOCKET, AT, SIZE, "i32", AT, AT], result: RESULT },
  send: { parameters: [SOCKET, AT, SIZE, "i32"], result: RESULT },
  sendto: { parameters: [SOCKET, AT, SIZE, "i32", AT, SIZE], result: RESULT },
  setsockopt: { parameters: [SOCKET, "i32", "i32", AT, SIZE], result: RESULT },
  shutdown: { parameters: [SOCKET, "i32"], result: RESULT },
} as const satisfies Deno.ForeignLibraryInterface;

const KERNEL_SYMBOLS = {
  SetHandleInformation: { parameters: ["i32", "u32", "u32"], result: "i32" },
  SetThreadPriority: { parameters: ["isize", "i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** Winsock, opened by one thread. */
export interface Winsock {
  /** Its functions. */
  readonly call: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];
  /** Of the kernel's library: whether child processes get a handle, and how soon a thread runs. */
  readonly kernel: Deno.DynamicLibrary<typeof KERNEL_SYMBOLS>["symbols"];
  /** Unloads it. */
  close(): void;
}

/** WSADATA is smaller. */
const STARTUP_BYTES = 512;
const VERSION_2_2 = 0x0202;

/**
 * Opens Winsock for this thread.
 *
 * @throws {Error} If a library or one of its functions is missing, or may not be loaded.
 */
export function openWinsock(): Winsock {
  const library = openLibrary(LIBRARIES.winsock, SYMBOLS);
  const kernel = openLibrary(LIBRARIES.kernel, KERNEL_SYMBOLS);
  const code = library.symbols.WSAStartup(VERSION_2_2, allocate(STARTUP_BYTES).bytes);
  if (code !== 0) throw new Error(`Cannot start Winsock 2.2: error ${code}`);
  return {
    call: library.symbols,
    kernel: kernel.symbols,
    // No WSACleanup: Deno's own sockets are Winsock's too, and the count of starts is the process's.
    close: () => {
      library.close();
      kernel.close();
    },
  };
}

/** What a call answered, or the negated code of why it failed. Ask at once: the next call may differ. */
export function answer(winsock: Winsock, result: number): number {
  if (result >= 0) return result;
  const code = winsock.call.WSAGetLastError();
  return -fromWinsock(code);
}
