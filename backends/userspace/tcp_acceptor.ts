/**
 * Accepts on one TCP socket until it is closed, whatever the platform says in between.
 *
 * @module
 */
import { sleep } from "./sleep.ts";
import type { TcpServer, TcpStream } from "./sockets.ts";

/** Who is told. Neither may throw. */
export interface AcceptorOwner {
  /** Takes a client over. */
  readonly onClient: (client: TcpStream) => void;
  /** Is told that accept failed, and for how long it pauses; `isFirst` of a row of failures. */
  readonly onFailure: (error: unknown, pauseMs: number, isFirst: boolean) => void;
}

/** How long to wait after accept failed: 5 ms at first, never more than a second. */
const PAUSE_MS = { first: 5, most: 1000 };

/** Accepts. */
export class TcpAcceptor {
  readonly #server: TcpServer;
  readonly #owner: AcceptorOwner;
  readonly #closed = new AbortController();
  readonly #accepting: Promise<void>;

  /** Takes a listening socket over. */
  constructor(server: TcpServer, owner: AcceptorOwner) {
    this.#server = server;
    this.#owner = owner;
    this.#accepting = this.#accept();
  }

  /** Stops, once; resolves when the address is free again. */
  async close(): Promise<void> {
    if (!this.#closed.signal.aborted) {
      this.#closed.abort();
      this.#server.close();
    }
    // The platform keeps the address until it has taken the last accept back.
    await this.#accepting;
  }

  async #accept(): Promise<void> {
    const { signal } = this.#closed;
    let pause = PAUSE_MS.first;
    while (!signal.aborted) {
      try {
        this.#owner.onClient(await this.#server.accept());
        pause = PAUSE_MS.first;
      } catch (error) {
        if (signal.aborted) return;
        this.#owner.onFailure(error, pause, pause === PAUSE_MS.first);
        await sleep(pause, signal);
        pause = Math.min(PAUSE_MS.most, pause * 2);
      }
    }
  }
}
