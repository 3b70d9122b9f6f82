/**
 * Gives busy copy loops their turns, one after the other, so that small requests are served beside
 * bulk ones.
 *
 * Why not `setImmediate`: Deno's event loop asks the platform for news from sockets only when it has
 * nothing else to do, or after a hundred-odd operations. Beside bulk connections, which always have
 * something to do, a request then waits while 32 MiB pass by (150 ms and more were measured). Here
 * each turn is rung in by a byte that the process sends to itself over loopback: to hear it, the
 * event loop must look at its sockets, and then it sees the others' news too. The same request waits
 * for 1 MiB (half a millisecond), and bulk throughput stays what it was.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { Logger } from "../../core/mod.ts";
import { messageOf, type Sockets, type TcpStream } from "./sockets.ts";

/** A connection of the process with itself. */
interface Bell {
  readonly rope: TcpStream;
  readonly ear: TcpStream;
}

const DING = new Uint8Array(1);

/** How long opening may take, in milliseconds: those who wait for it carry nothing. */
const OPENING_MS = 5000;

/** A queue in which copy loops stand for their next turn. */
export class Turns {
  readonly #sockets: Sockets;
  readonly #log: Logger;
  readonly #waiting: (() => void)[] = [];
  #bell: Bell | null = null;
  /** Whether it was tried to open the bell. That is done once, and who waits meanwhile is rung in. */
  #tried = false;
  #closed = false;

  /** Makes an empty queue. It opens its sockets when somebody first waits. */
  constructor(sockets: Sockets, log: Logger) {
    this.#sockets = sockets;
    this.#log = log;
  }

  /** Resolves when it is the caller's turn. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#waiting.push(resolve) === 1) this.#ring();
    });
  }

  /** Gives the sockets back. Who still waits, or comes later, gets turns all the same. */
  close(): void {
    this.#closed = true;
    this.#drop();
  }

  #ring(): void {
    if (this.#bell !== null) {
      // What comes of a failure is seen at the other end, where the sockets are given up.
      this.#bell.rope.write(DING).catch(() => this.#drop());
    } else if (this.#tried || this.#closed) {
      setImmediate(() => this.#grant());
    } else {
      void this.#open();
    }
  }

  #grant(): void {
    this.#waiting.shift()?.();
    if (this.#waiting.length > 0) this.#ring();
  }

  /** Opens the bell, rings it and listens to it. Without one, turns come by setImmediate. */
  async #open(): Promise<void> {
    this.#tried = true;
    try {
      const bell = await openBell(this.#sockets);
      this.#bell = bell;
      if (this.#closed) this.#drop();
      else this.#ring();
      const into = new Uint8Array(8);
      while (await bell.ear.read(into) !== null) this.#grant();
    } catch (error) {
      if (this.#closed) return;
      this.#log.warn("Cannot use a loopback connection to share time among connections", {
        error: messageOf(error),
        instead: "setImmediate, which lets bulk connections delay others",
      });
    } finally {
      this.#drop();
      if (this.#waiting.length > 0) setImmediate(() => this.#grant());
    }
  }

  #drop(): void {
    const bell = this.#bell;
    this.#bell = null;
    bell?.rope.close();
    bell?.ear.close();
  }
}

async function openBell(sockets: Sockets): Promise<Bell> {
  const server = sockets.listen("127.0.0.1", 0);
  const tooLong = new AbortController();
  const timer = setTimeout(() => tooLong.abort(), OPENING_MS);
  try {
    const rope = await sockets.connect("127.0.0.1", server.addr.port, tooLong.signal);
    const ear = await server.accept();
    if (ear.remoteAddr.port !== rope.localAddr.port) {
      rope.close();
      ear.close();
      throw new Error("another process was faster to connect");
    }
    rope.setNoDelay(true);
    rope.unref();
    ear.unref();
    return { rope, ear };
  } finally {
    clearTimeout(timer);
    server.close();
  }
}
