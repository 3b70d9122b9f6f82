/**
 * The functions of libc that the engine calls. Sizes go as `u32` and answers come as `i32`: nothing
 * here is larger, and Deno calls such functions several times faster than those with `usize`
 * (measured: a failing `send` takes 110 against 230 ns).
 *
 * Needs `--allow-ffi` (`library.ts` says for what).
 *
 * @module
 */
import { LIBRARIES, openLibrary } from "./library.ts";
import { allocate, type Region } from "./memory.ts";

/** `int`. */
const ERRNO_BYTES = 4;

const FD = "i32";
const FLAGS = "i32";
const AT = "buffer";
const SIZE = "u32";
const RESULT = "i32";

const SYMBOLS = {
  __errno_location: { parameters: [], result: "pointer" },
  accept4: { parameters: [FD, AT, AT, FLAGS], result: RESULT },
  bind: { parameters: [FD, AT, SIZE], result: RESULT },
  close: { parameters: [FD], result: RESULT },
  connect: { parameters: [FD, AT, SIZE], result: RESULT },
  epoll_create1: { parameters: [FLAGS], result: RESULT },
  epoll_ctl: { parameters: [FD, "i32", FD, AT], result: RESULT },
  epoll_wait: { parameters: [FD, AT, "i32", "i32"], result: RESULT },
  eventfd: { parameters: [SIZE, FLAGS], result: RESULT },
  fcntl: { parameters: [FD, "i32", "i32"], result: RESULT },
  getrlimit: { parameters: ["i32", AT], result: RESULT },
  getsockname: { parameters: [FD, AT, AT], result: RESULT },
  getsockopt: { parameters: [FD, "i32", "i32", AT, AT], result: RESULT },
  listen: { parameters: [FD, "i32"], result: RESULT },
  /** What it copies from is where errno lies. */
  copyFrom: { name: "memcpy", parameters: [AT, "pointer", SIZE], result: "void" },
  /** Copies nothing, and answers where its first buffer lies. */
  addressOf: { name: "memcpy", parameters: [AT, AT, SIZE], result: "usize" },
  pipe2: { parameters: [AT, FLAGS], result: RESULT },
  read: { parameters: [FD, AT, SIZE], result: RESULT },
  recv: { parameters: [FD, AT, SIZE, FLAGS], result: RESULT },
  recvmmsg: { parameters: [FD, AT, SIZE, FLAGS, "pointer"], result: RESULT },
  send: { parameters: [FD, AT, SIZE, FLAGS], result: RESULT },
  sendmmsg: { parameters: [FD, AT, SIZE, FLAGS], result: RESULT },
  setsockopt: { parameters: [FD, "i32", "i32", AT, SIZE], result: RESULT },
  shutdown: { parameters: [FD, "i32"], result: RESULT },
  socket: { parameters: ["i32", "i32", "i32"], result: RESULT },
  splice: { parameters: [FD, "pointer", FD, "pointer", SIZE, "u32"], result: RESULT },
  /** A system call by its number, on a thread, with a buffer and flags. */
  syscall3: { name: "syscall", parameters: ["i64", "i64", AT, "i64"], result: "i64" },
  /** The same, with the buffer's size before the flags. */
  syscall4: { name: "syscall", parameters: ["i64", "i64", AT, "i64", "i64"], result: "i64" },
  write: { parameters: [FD, AT, SIZE], result: RESULT },
} as const satisfies Deno.ForeignLibraryInterface;

/** libc, opened by one thread. */
export interface Libc {
  /** Its functions. */
  readonly call: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];
  /** Why this thread's last call failed. Ask at once: the next call may change it. */
  readonly errno: () => number;
  /** Unloads it. */
  readonly close: () => void;
}

/**
 * Opens libc for this thread.
 *
 * @throws {Error} If the library or one of its functions is missing, or may not be loaded.
 */
export function openLibc(): Libc {
  const library = openLibrary(LIBRARIES.libc, SYMBOLS);
  const { __errno_location, copyFrom } = library.symbols;
  const where = __errno_location();
  const code = allocate(8);
  return {
    call: library.symbols,
    errno: () => {
      copyFrom(code.bytes, where, ERRNO_BYTES);
      return code.words[0] ?? 0;
    },
    close: () => library.close(),
  };
}

/** What a call answered, or the negated code of why it failed. */
export function answer(libc: Libc, result: number): number {
  return result < 0 ? -libc.errno() : result;
}

/** Where a region lies: for structures that point to it, whose owner holds it as long. */
export function addressOf(libc: Libc, region: Region): number {
  return Number(libc.call.addressOf(region.bytes, region.bytes, 0));
}
