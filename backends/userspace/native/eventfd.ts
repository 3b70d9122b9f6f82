/**
 * Linux' event counter: what another thread writes to wake an engine that waits in `epoll_wait`.
 *
 * @module
 */
import { answer, type Libc } from "./libc.ts";
import { allocate } from "./memory.ts";
import type { WakeHandle, WakeSource } from "./sys.ts";

const EFD_NONBLOCK_CLOEXEC = 0o2004000;
const COUNTER_BYTES = 8;

/** The engine's end. */
export class EventCounter implements WakeSource {
  /** What the poller watches. */
  readonly sock: number;
  readonly #libc: Libc;
  readonly #counter = allocate(COUNTER_BYTES);

  private constructor(libc: Libc, sock: number) {
    this.#libc = libc;
    this.sock = sock;
  }

  /** Makes a counter, or says why it cannot. */
  static create(libc: Libc): EventCounter | number {
    const sock = answer(libc, libc.call.eventfd(0, EFD_NONBLOCK_CLOEXEC));
    return sock < 0 ? sock : new EventCounter(libc, sock);
  }

  /** What the other threads need. */
  get handle(): WakeHandle {
    return { kind: "eventfd", fd: this.sock };
  }

  /** Takes the wake-ups that came. */
  drain(): void {
    this.#libc.call.read(this.sock, this.#counter.bytes, COUNTER_BYTES);
  }

  /** Gives it back. */
  close(): void {
    this.#libc.call.close(this.sock);
  }
}
