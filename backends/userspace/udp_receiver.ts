/**
 * Receives on one UDP socket until it is closed, whatever the platform says in between.
 *
 * @module
 */
import { sleep } from "./sleep.ts";
import type { DatagramBuffers } from "./udp_buffers.ts";
import { type DatagramSocket, isPeerGone } from "./udp_sockets.ts";

/** Who sends a datagram on. None of these may throw. */
export interface Forwarder {
  /** Sends it; `null`: it was dropped. */
  forward(datagram: Uint8Array): Promise<unknown> | null;
  /** Is told that it was sent. */
  forwarded(bytes: number): void;
  /** Is told why it was not. */
  failed(error: unknown): void;
}

/** Who is told. None of these may throw. */
export interface ReceiverOwner {
  /** Where buffers come from. */
  readonly buffers: DatagramBuffers;
  /**
   * Who sends a client's datagram on; `null`: it is dropped. Nothing more is received until it is
   * sent, or until {@linkcode UdpReceiver.letGo}.
   */
  readonly forwarderOf: (from: Deno.Addr) => Forwarder | null;
  /** Is told that somebody was gone to whom a datagram was sent before. */
  readonly onGone: () => void;
  /** Is told that receive failed, and for how long it pauses; `isFirst` of a row of failures. */
  readonly onFailure: (error: unknown, pauseMs: number, isFirst: boolean) => void;
}

/** How long to wait after receive failed: 5 ms at first, never more than a second. */
const PAUSE_MS = { first: 5, most: 1000 };

/** As often in a row may receive say that a client is gone before it counts as failing. */
const MOST_GONE = 64;

/** Receives. */
export class UdpReceiver {
  readonly #socket: DatagramSocket;
  readonly #owner: ReceiverOwner;
  readonly #closed = new AbortController();
  #receiving: Promise<void>;
  /** Which of the loops receives; those before it only wait for their last datagram. */
  #round = 0;

  /** Takes a bound socket over. */
  constructor(socket: DatagramSocket, owner: ReceiverOwner) {
    this.#socket = socket;
    this.#owner = owner;
    this.#receiving = this.#receive();
  }

  /** Stops, once; resolves when the address is free again. */
  async close(): Promise<void> {
    if (!this.#closed.signal.aborted) {
      this.#closed.abort();
      this.#socket.close();
    }
    // The platform keeps the address until it has taken the last receive back.
    await this.#receiving;
  }

  /** Receives again, while somebody still has a datagram: only to be called while that is so. */
  letGo(): void {
    this.#round++;
    if (!this.#closed.signal.aborted) this.#receiving = this.#receive();
  }

  async #receive(): Promise<void> {
    const { buffers, forwarderOf, onGone, onFailure } = this.#owner;
    const { signal } = this.#closed;
    const round = this.#round;
    const buffer = buffers.take();
    let pause = PAUSE_MS.first;
    let gone = 0;
    while (this.#round === round && !signal.aborted) {
      try {
        const [datagram, from] = await this.#socket.receive(buffer);
        pause = PAUSE_MS.first;
        gone = 0;
        const forwarder = forwarderOf(from);
        const sending = forwarder?.forward(datagram) ?? null;
        if (forwarder === null || sending === null) continue;
        try {
          await sending; // one await for each datagram, and no promise but the platform's own
          forwarder.forwarded(datagram.length);
        } catch (error) {
          forwarder.failed(error);
        }
      } catch (error) {
        if (signal.aborted) break;
        if (isPeerGone(error) && ++gone < MOST_GONE) {
          onGone();
          continue;
        }
        onFailure(error, pause, pause === PAUSE_MS.first);
        await sleep(pause, signal);
        pause = Math.min(PAUSE_MS.most, pause * 2);
      }
    }
    buffers.give(buffer);
  }
}
