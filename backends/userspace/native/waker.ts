/**
 * Wakes an engine from another thread, so that it returns from its turn and sees to its messages: post
 * the message, then wake.
 *
 * @module
 */
import { allocate } from "./memory.ts";
import { type Libc, openLibc } from "./libc.ts";
import { sockAddrOf } from "./sockaddr.ts";
import type { Sys, WakeHandle } from "./sys.ts";
import { openWindows } from "./sys_windows.ts";

/** Wakes one engine. */
export interface Waker extends Disposable {
  /** Wakes it. Costs a system call, however often; an engine that is gone is not minded. */
  wake(): void;
}

/**
 * Makes a waker of an engine's handle. Do it while the engine lives: from then on the waker stands on
 * its own, and never touches a descriptor that has become somebody else's.
 *
 * @throws {Error} If the system's library may not be loaded, or the engine is gone.
 */
export function openWaker(handle: WakeHandle): Waker {
  return handle.kind === "eventfd"
    ? new EventWaker(openLibc(), handle.fd)
    : new DatagramWaker(openWindows(), handle.port);
}

const COUNTER_BYTES = 8;
const F_DUPFD_CLOEXEC = 1030;

/** Adds to a Linux event counter, by a descriptor of its own. */
class EventWaker implements Waker {
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #one = allocate(COUNTER_BYTES);

  constructor(libc: Libc, fd: number) {
    this.#libc = libc;
    this.#fd = libc.call.fcntl(fd, F_DUPFD_CLOEXEC, 0);
    this.#one.words[0] = 1;
    if (this.#fd >= 0) return;
    libc.close();
    throw new Error(`Cannot make a waker of descriptor ${fd}: it is not open`);
  }

  wake(): void {
    this.#libc.call.write(this.#fd, this.#one.bytes, COUNTER_BYTES);
  }

  [Symbol.dispose](): void {
    this.#libc.call.close(this.#fd);
    this.#libc.close();
  }
}

/** Sends a datagram of one byte to a port on loopback. */
class DatagramWaker implements Waker {
  readonly #sys: Sys;
  readonly #sock: number;
  readonly #byte = allocate(8);

  constructor(sys: Sys, port: number) {
    this.#sys = sys;
    this.#sock = sys.socket("IPv4", "datagram");
    const address = sockAddrOf("127.0.0.1", port, sys.inet6);
    if (this.#sock >= 0 && sys.connect(this.#sock, address) === 0) return;
    if (this.#sock >= 0) sys.close(this.#sock);
    sys[Symbol.dispose]();
    throw new Error(`Cannot make a waker of port ${port}: no socket is to be had`);
  }

  wake(): void {
    this.#sys.send(this.#sock, this.#byte.bytes, 1);
  }

  [Symbol.dispose](): void {
    this.#sys.close(this.#sock);
    this.#sys[Symbol.dispose]();
  }
}
