/**
 * Linux' `splice`: bytes go from socket to pipe to socket as references to the kernel's own pages.
 *
 * @module
 */
import { answer, type Libc } from "./libc.ts";
import { allocate } from "./memory.ts";
import type { Splicer } from "./sys.ts";

const O_NONBLOCK_CLOEXEC = 0o2004000;
const SPLICE_MOVE_NONBLOCK = 3;
const F_SETPIPE_SZ = 1031;

/** What a pipe should hold; the system may refuse (`pipe-user-pages-soft`), and then it holds less. */
export const PIPE_BYTES = 256 * 1024;

/** Pipes of libc. */
export class LinuxSplicer implements Splicer {
  readonly #libc: Libc;
  readonly #ends = allocate(8);

  /** Makes pipes by this libc. */
  constructor(libc: Libc) {
    this.#libc = libc;
  }

  /** Makes a pipe. */
  pipe(): readonly [number, number] | number {
    const result = this.#libc.call.pipe2(this.#ends.bytes, O_NONBLOCK_CLOEXEC);
    if (result < 0) return answer(this.#libc, result);
    const [readEnd = -1, writeEnd = -1] = this.#ends.words;
    this.#libc.call.fcntl(writeEnd, F_SETPIPE_SZ, PIPE_BYTES);
    return [readEnd, writeEnd];
  }

  /** Moves bytes. No `SPLICE_F_MORE`: it would hold the tail back. */
  splice(from: number, to: number, length: number): number {
    return answer(
      this.#libc,
      this.#libc.call.splice(from, null, to, null, length, SPLICE_MOVE_NONBLOCK),
    );
  }

  /** Closes one end. */
  close(end: number): void {
    this.#libc.call.close(end);
  }
}
