/**
 * Clients that try a socket and say what they met.
 *
 * @module
 */
import { CLIENT_IP } from "./_truth.ts";
import type { Socket } from "./_world.ts";

/** What a client met: the name of a pod, or how it was turned away. */
export type Met = string | "closed" | "refused";

const QUESTION = new TextEncoder().encode("?");

/** A TCP connection of a client. */
export class Caller {
  readonly #conn: Deno.TcpConn;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** Connects, or is turned away: nobody listens, or a listener resets at once. */
  static async dial({ ip, port }: Socket): Promise<Caller | "closed" | "refused"> {
    try {
      return new Caller(await Deno.connect({ hostname: ip, port, autoSelectFamily: false }));
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionRefused) return "closed";
      if (error instanceof Deno.errors.ConnectionReset) return "refused";
      throw error;
    }
  }

  /** Asks who is there. */
  async ask(): Promise<Met> {
    const buffer = new Uint8Array(64);
    try {
      await this.#conn.write(QUESTION);
      const n = await this.#conn.read(buffer);
      return n === null ? "refused" : new TextDecoder().decode(buffer.subarray(0, n));
    } catch (error) {
      const { ConnectionReset, BrokenPipe } = Deno.errors;
      if (error instanceof ConnectionReset || error instanceof BrokenPipe) return "refused";
      throw error;
    }
  }

  /** Hangs up. */
  [Symbol.dispose](): void {
    this.#conn.close();
  }
}

/** Asks who is there, on a connection of its own. */
export async function call(socket: Socket): Promise<Met> {
  const dialled = await Caller.dial(socket);
  if (typeof dialled === "string") return dialled;
  using caller = dialled;
  return await caller.ask();
}

/** Whether nobody has a UDP socket: it can be bound. */
export function isFree({ ip: hostname, port }: Socket): boolean {
  try {
    Deno.listenDatagram({ transport: "udp", hostname, port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}

/** A lost datagram is sent again; loopback loses some where buffers are full. */
const TRIES = 5;
const TRY_MS = 1000;

/** A UDP socket of a client: a flow, for each socket that it asks. */
export class Sender {
  readonly #conn = Deno.listenDatagram({ transport: "udp", hostname: CLIENT_IP, port: 0 });
  readonly #waiting = new Map<string, (name: string) => void>();
  readonly #hearing: Promise<void>;
  #asked = 0;
  #closed = false;

  /** Opens it. */
  constructor() {
    this.#hearing = this.#hear();
  }

  /** Asks who is there. */
  async ask(socket: Socket): Promise<Met> {
    for (let tries = 0; tries < TRIES; tries++) {
      const question = `${++this.#asked}`;
      const answer = Promise.withResolvers<string | null>();
      this.#waiting.set(question, answer.resolve);
      const timer = setTimeout(() => answer.resolve(null), TRY_MS);
      await this.send(socket, question);
      const name = await answer.promise;
      clearTimeout(timer);
      this.#waiting.delete(question);
      if (name !== null) return name;
    }
    return "refused";
  }

  /** Sends something and waits for nothing. */
  async send({ ip: hostname, port }: Socket, text: string): Promise<void> {
    const to = { transport: "udp", hostname, port } as const;
    await this.#conn.send(new TextEncoder().encode(text), to);
  }

  /** Closes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#conn.close();
    await this.#hearing;
  }

  async #hear(): Promise<void> {
    while (!this.#closed) {
      try {
        const [datagram] = await this.#conn.receive();
        const [name = "", question = ""] = new TextDecoder().decode(datagram).split(" ");
        this.#waiting.get(question)?.(name);
      } catch (error) {
        const { ConnectionRefused, ConnectionReset } = Deno.errors;
        const nobody = error instanceof ConnectionRefused || error instanceof ConnectionReset;
        if (!this.#closed && !nobody) throw error;
      }
    }
  }
}
