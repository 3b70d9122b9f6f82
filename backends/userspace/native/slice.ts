/**
 * How long a thread wants to compute at a time. Linux (from 6.12 on) lets one that wants little at a
 * time run as soon as it is woken, before one that wants much, and gives neither more of the processor
 * than its fair share. So it needs no privilege, unlike a better priority; older kernels ignore it.
 *
 * @module
 */
import type { Libc } from "./libc.ts";
import { allocate, type Region } from "./memory.ts";

/** `struct sched_attr`, as it first was. */
const ATTR_BYTES = 48;
const ATTR = { size: 0, policy: 1, runtime: 6 } as const;

const SCHED_OTHER = 0;

/** libc has functions for these from 2.41 on only. */
const CALLS = Deno.build.arch === "x86_64"
  ? { set: 314n, get: 315n } as const
  : { set: 274n, get: 275n } as const;

const THIS_THREAD = 0n;
const NO_FLAGS = 0n;

/** Asks for a slice of so many nanoseconds for this thread; whether the system took the wish. */
export function askForSlice(libc: Libc, nanoseconds: number): boolean {
  const attr = attributes(libc);
  if (attr === null || attr.words[ATTR.policy] !== SCHED_OTHER) return false;
  attr.words[ATTR.size] = ATTR_BYTES;
  attr.words[ATTR.runtime] = nanoseconds;
  attr.words[ATTR.runtime + 1] = 0;
  return Number(libc.call.syscall3(CALLS.set, THIS_THREAD, attr.bytes, NO_FLAGS)) === 0;
}

/** The slice that this thread has asked for, in nanoseconds; 0 where the system does not tell. */
export function sliceOf(libc: Libc): number {
  return attributes(libc)?.words[ATTR.runtime] ?? 0;
}

function attributes(libc: Libc): Region | null {
  const attr = allocate(ATTR_BYTES);
  const { syscall4 } = libc.call;
  const result = syscall4(CALLS.get, THIS_THREAD, attr.bytes, BigInt(ATTR_BYTES), NO_FLAGS);
  return Number(result) === 0 ? attr : null;
}
