/**
 * A client's connection to a front end of a service: it asks, waits for the reply as long as a
 * patient client would, and says what it saw. It judges nothing.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import type { Ledger } from "./ledger.ts";
import type { SimFrontend } from "./model.ts";
import { errorText, peerHasGone } from "./net_errors.ts";
import type { Sight } from "./verdict.ts";
import { carries, encodeRequest, FrameReader, parseReply, type Request, writeAll } from "./wire.ts";

/**
 * How long a client waits for a whole reply before it calls the connection hung. Long, because what
 * is slow on a loaded machine has not hung: the latencies tell of it.
 */
export const PATIENCE_MS = 30_000;

/** What a connection needs. */
export interface ClientOptions {
  /** Where it goes. */
  readonly frontend: SimFrontend;
  /** Where it is entered. */
  readonly ledger: Ledger;
  /** The time. */
  readonly clock: Clock;
  /** How long it waits for a reply; {@linkcode PATIENCE_MS} by default. */
  readonly patienceMs?: number;
}

/** What came of one request. */
export interface Exchange {
  /** What the client saw. */
  readonly sight: Sight;
  /** The endpoint that answered, `null` if none did. */
  readonly endpoint: string | null;
  /** The number of the request on its connection, from 0. */
  readonly sequence: number;
  /** When it began: with the dial, for the first one. */
  readonly from: number;
  /** When the reply was whole, or hope was given up. */
  readonly to: number;
  /** The bytes that went out and came in. */
  readonly bytes: number;
  /** What the socket said, for a person; `""` if nothing. */
  readonly detail: string;
}

/** A connection that has asked for nothing yet, not even to be opened. */
export class ClientConnection {
  /** Its number in the ledger. */
  readonly number: number;
  /** When it was dialled. */
  readonly dialedAt: number;
  readonly #options: ClientOptions;
  #link: Link | null = null;
  #sequence = 0;
  readonly #closing = new AbortController();

  /** A connection to that front end. {@linkcode ClientConnection.close} must follow. */
  constructor(options: ClientOptions) {
    this.#options = options;
    this.number = options.ledger.open();
    this.dialedAt = options.clock.now();
  }

  /**
   * Sends a request, after the dial if it is the first one, and waits for the reply. After the
   * `last` one it closes its own half of the connection first, and waits for the end of the other.
   */
  async ask(bytes: number, last = false): Promise<Exchange> {
    const { clock, patienceMs = PATIENCE_MS } = this.#options;
    const request: Request = { connection: this.number, sequence: this.#sequence++, bytes };
    const from = request.sequence === 0 ? this.dialedAt : clock.now();
    let hung = false;
    const patience = setTimeout(() => {
      hung = true;
      this.#cut();
    }, patienceMs);
    const saw = await this.#exchange(request, last);
    clearTimeout(patience);
    const sight = hung && saw.sight !== "reply" ? "hang" : saw.sight;
    return { ...saw, sight, sequence: request.sequence, from };
  }

  async #exchange(request: Request, last: boolean): Promise<Seen> {
    let endpoint: string | null = null;
    const seen = (sight: Sight, detail = "", bytes = 0): Seen => {
      return { sight, endpoint, to: this.#options.clock.now(), bytes, detail };
    };
    try {
      this.#link ??= await this.#dial();
    } catch (error) {
      // A reset comes from who has taken the connection: the system refuses where nobody listens.
      const reset = error instanceof Deno.errors.ConnectionReset;
      return seen(reset ? "end" : "no-connection", errorText(error));
    }
    const { conn, frames } = this.#link;
    try {
      const sent = encodeRequest(request);
      await writeAll(conn, sent);
      if (last) await conn.closeWrite();
      const line = await frames.line();
      if (line === null) return seen("end");
      const reply = parseReply(line);
      if (reply === null || !answers(reply, request)) {
        return seen("wrong-reply", `the reply begins with "${line}"`);
      }
      endpoint = reply.endpoint;
      const payload = await frames.exactly(request.bytes);
      if (payload.length < request.bytes) return seen("end", "in the middle of the reply");
      if (!carries(request, payload)) return seen("wrong-reply", "the bytes are not those sent");
      const whole = seen("reply", "", sent.length + line.length + 1 + payload.length);
      if (!last || await frames.line() === null) return whole;
      return seen("wrong-reply", "more bytes came after the last reply");
    } catch (error) {
      if (!peerHasGone(error)) throw error;
      return seen("end", errorText(error));
    }
  }

  /** Closes the connection; what is being asked ends with it. */
  close(): void {
    this.#cut();
    this.#options.ledger.close(this.number);
  }

  #cut(): void {
    this.#closing.abort();
    this.#link?.conn.close();
    this.#link = null;
  }

  async #dial(): Promise<Link> {
    const { ip, port } = this.#options.frontend;
    const { signal } = this.#closing;
    signal.throwIfAborted();
    const conn = await Deno.connect({ hostname: ip, port, autoSelectFamily: false, signal });
    conn.setNoDelay(true);
    return { conn, frames: new FrameReader(conn) };
  }
}

interface Link {
  readonly conn: Deno.TcpConn;
  readonly frames: FrameReader;
}

type Seen = Omit<Exchange, "sequence" | "from">;

function answers(reply: Request, request: Request): boolean {
  return reply.connection === request.connection && reply.sequence === request.sequence &&
    reply.bytes === request.bytes;
}
