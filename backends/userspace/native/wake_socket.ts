/**
 * What another thread sends to, to wake an engine that waits in `WSAPoll`: a datagram socket on
 * loopback. Whoever else sends to it wakes the engine too, which does no harm.
 *
 * @module
 */
import { allocate } from "./memory.ts";
import type { Sys, WakeHandle, WakeSource } from "./sys.ts";

/** The engine's end. */
export class WakeSocket implements WakeSource {
  /** What the poller watches. */
  readonly sock: number;
  readonly #sys: Sys;
  readonly #byte = allocate(8);

  /** Takes wake-ups from a bound socket. */
  constructor(sys: Sys, sock: number) {
    this.#sys = sys;
    this.sock = sock;
  }

  /** What the other threads need. */
  get handle(): WakeHandle {
    return { kind: "udp", port: this.#sys.localPort(this.sock) };
  }

  /** Takes the wake-ups that came. */
  drain(): void {
    while (this.#sys.receive(this.sock, this.#byte.bytes, 8) >= 0);
  }

  /** Gives it back. */
  close(): void {
    this.#sys.close(this.sock);
  }
}
