/**
 * A UDP client of a front end: it sends a query, again where no reply comes, as a DNS client does,
 * and says what it saw. It judges nothing.
 *
 * A try that gets no reply is no failure by itself: a datagram may be on its way to a pod that has
 * just gone. But a query is tried for longer than any scenario hides a pod's end from the proxy.
 *
 * @module
 */
import { type Exchange, PATIENCE_MS } from "./client.ts";
import type { Clock } from "./clock.ts";
import type { Ledger } from "./ledger.ts";
import type { SimFrontend } from "./model.ts";
import { peerHasGone } from "./net_errors.ts";
import { carries, encodeRequest, readReply, type Request } from "./wire.ts";

/** What a client needs. */
export interface DatagramClientOptions {
  /** Where it sends to. */
  readonly frontend: SimFrontend;
  /** Where it gets its number. */
  readonly ledger: Ledger;
  /** The time. */
  readonly clock: Clock;
  /** How long it goes on trying; {@linkcode PATIENCE_MS} by default. */
  readonly patienceMs?: number;
}

/** What came of one query. */
export interface DatagramExchange extends Exchange {
  /** When the try was sent that was answered, or the last one. */
  readonly sentAt: number;
  /** How often the query was sent again. */
  readonly retries: number;
}

/** How long the first try of a query waits for a reply; each further one waits twice as long. */
const FIRST_TRY_MS = 250;
/** A client of little patience tries more hastily. */
const FIRST_TRY_SHARE = 0.05;

/** One query while it waits for its reply. */
interface Query {
  /** Its tries, by sequence number, with the time at which they were sent. */
  readonly tries: Map<number, { readonly request: Request; readonly sentAt: number }>;
  readonly answered: AbortController;
  seen: Omit<DatagramExchange, "from" | "retries"> | null;
}

/** A UDP socket of a client: for the proxy, one flow. */
export class DatagramClient {
  /** Its number in the ledger. */
  readonly number: number;
  readonly #options: DatagramClientOptions;
  readonly #socket: Deno.DatagramConn;
  readonly #hearing: Promise<void>;
  readonly #to: Deno.NetAddr;
  #sequence = 0;
  #query: Query | null = null;
  #closed = false;

  /** Opens the socket. {@linkcode DatagramClient.close} must follow. */
  constructor(options: DatagramClientOptions) {
    const { ip: hostname, port } = options.frontend;
    this.#options = options;
    this.#to = { transport: "udp", hostname, port };
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    this.number = options.ledger.open();
    this.#hearing = this.#hear();
    this.#hearing.catch(() => {}); // told to who closes; until then it must not end the process
  }

  /** Sends a query of so many bytes, and waits for its reply. */
  async ask(bytes: number): Promise<DatagramExchange> {
    const { clock, patienceMs = PATIENCE_MS } = this.#options;
    const query: Query = { tries: new Map(), answered: new AbortController(), seen: null };
    const from = clock.now();
    let sentAt = from;
    this.#query = query;
    let waitMs = Math.min(FIRST_TRY_MS, FIRST_TRY_SHARE * patienceMs);
    for (let leftMs = patienceMs; leftMs > 0 && query.seen === null; waitMs *= 2) {
      sentAt = clock.now();
      await this.#send(query, { connection: this.number, sequence: this.#sequence++, bytes });
      await clock.sleep(Math.min(waitMs, leftMs), query.answered.signal);
      leftMs -= waitMs;
    }
    this.#query = null;
    const retries = query.tries.size - 1;
    if (query.seen !== null) return { ...query.seen, from, retries };
    const detail = `${query.tries.size} tries`;
    const [sequence = 0] = query.tries.keys();
    const to = clock.now();
    return { sight: "hang", endpoint: null, sequence, sentAt, from, to, bytes: 0, detail, retries };
  }

  /** Closes the socket. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#options.ledger.close(this.number);
    this.#socket.close();
    await this.#hearing;
  }

  async #send(query: Query, request: Request): Promise<void> {
    query.tries.set(request.sequence, { request, sentAt: this.#options.clock.now() });
    try {
      await this.#socket.send(encodeRequest(request), this.#to);
    } catch (error) {
      if (!peerHasGone(error)) throw error; // an earlier datagram found nobody; the next try tells
    }
  }

  async #hear(): Promise<void> {
    const buffer = new Uint8Array(65_536);
    while (!this.#closed) {
      try {
        const [datagram] = await this.#socket.receive(buffer);
        this.#take(datagram);
      } catch (error) {
        if (!this.#closed && !peerHasGone(error)) throw error;
      }
    }
  }

  #take(datagram: Uint8Array): void {
    const query = this.#query;
    if (query === null || query.seen !== null) return; // the second answer to a query sent twice
    const told = readReply(datagram);
    const sequence = told?.reply.sequence ?? 0;
    const asked = query.tries.get(sequence);
    // The late answer to a query that another try has settled.
    if (told !== null && asked === undefined && sequence < this.#sequence) return;
    const to = this.#options.clock.now();
    const sentAt = asked?.sentAt ?? to;
    const right = told !== null && asked !== undefined &&
      told.reply.connection === this.number && told.reply.bytes === asked.request.bytes &&
      carries(asked.request, told.payload);
    query.seen = {
      sight: right ? "reply" : "wrong-reply",
      endpoint: told?.reply.endpoint ?? null,
      sequence,
      sentAt,
      to,
      bytes: right ? datagram.length + asked.request.bytes : 0,
      detail: right ? "" : "the datagram is not the answer to what was sent",
    };
    query.answered.abort();
  }
}
