/**
 * The UDP load: half of its clients open a socket, send a query or three and close it; the others
 * keep one socket, for the proxy one flow, and come back to it. There is a UDP client for every four
 * TCP clients, because the proxy keeps a socket for each flow until it has been idle for a while.
 *
 * @module
 */
import { DatagramClient } from "./datagram_client.ts";
import type { SimFrontend, SimService } from "./model.ts";
import type { Random } from "./random.ts";
import type { TrafficOptions } from "./traffic.ts";
import type { Verdict } from "./verdict.ts";

/** A flow of a client, and what it has seen. */
interface Talk {
  readonly kind: "short" | "kept";
  readonly service: SimService;
  readonly frontend: SimFrontend;
  readonly client: DatagramClient;
  before: string | null;
  /** When that was asked for: the proxy has known of the flow ever since. */
  beforeAt: number;
}

/** One UDP client for so many TCP clients. */
const SHARE = 4;
const LEAST_CLIENTS = 2;
/** All clients together ask about this often in a second. */
const QUERIES_PER_SECOND = 250;
/** One query in so many is large, though never as large as a datagram may be. */
const LARGE_EVERY = 20;
const SMALL = { least: 8, most: 512 };
const LARGE = { least: 2 * 1024, most: 16 * 1024 };

/** The UDP load, until it is stopped. */
export class DatagramTraffic {
  readonly #options: TrafficOptions;
  readonly #stopping = new AbortController();
  readonly #clients: readonly Promise<void>[];
  readonly #restMs: number;
  #open = 0;

  /** Starts the clients. */
  constructor(options: TrafficOptions) {
    this.#options = options;
    const clients = Math.max(LEAST_CLIENTS, Math.floor(options.connections / SHARE));
    this.#restMs = clients * 1000 / QUERIES_PER_SECOND;
    this.#clients = Array.from({ length: clients }, (_, index) => {
      const random = options.random.fork(`udp client ${index}`);
      const kind = index % 2 === 0 ? "short" : "kept";
      return this.#work(kind, random, Math.floor(index / 2)).catch(options.onError);
    });
  }

  /** How many sockets are open. */
  get open(): number {
    return this.#open;
  }

  /** Asks for nothing more; resolves when every client has its last reply and has gone. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#clients);
  }

  async #work(kind: Talk["kind"], random: Random, first: number): Promise<void> {
    const { services } = this.#options;
    const { signal } = this.#stopping;
    await this.#rest(random.next() * this.#restMs);
    for (let round = 0; !signal.aborted; round++) {
      const kept = services[(first + round) % services.length] ?? random.pick(services);
      const service = kind === "kept" ? kept : random.pick(services);
      const queries = kind === "kept" ? Infinity : 1 + random.int(3);
      await this.#talk(kind, service, random, queries);
      await this.#rest((0.5 + random.next()) * this.#restMs);
    }
  }

  /** Opens a socket, asks so often or until something goes wrong, and closes it. */
  async #talk(
    kind: Talk["kind"],
    service: SimService,
    random: Random,
    queries: number,
  ): Promise<void> {
    const { ledger, clock, tally, patienceMs } = this.#options;
    const frontend = random.pick(service.frontends);
    const patience = patienceMs === undefined ? {} : { patienceMs };
    const client = new DatagramClient({ frontend, ledger, clock, ...patience });
    const talk: Talk = { kind, service, frontend, client, before: null, beforeAt: 0 };
    for (const counts of [tally.now, tally.now.udp]) counts.connections += 1;
    this.#open += 1;
    try {
      for (let left = queries; left > 0 && !this.#stopping.signal.aborted; left--) {
        if (await this.#ask(talk, payloadBytes(random)) !== "answered") return;
        if (kind === "kept") await this.#rest((0.5 + random.next()) * this.#restMs);
      }
    } finally {
      this.#open -= 1;
      await client.close();
    }
  }

  async #ask(talk: Talk, bytes: number): Promise<Verdict> {
    const { referee, tally, onAnswer } = this.#options;
    const { story } = tally;
    const exchange = await talk.client.ask(bytes);
    tally.of(story).udp.retries += exchange.retries;
    const verdict = referee.judge({
      ...talk,
      protocol: "UDP",
      connection: talk.client.number,
      dialedAt: exchange.sentAt,
      exchange,
      story,
    });
    if (verdict === "answered" && exchange.endpoint !== null) {
      talk.before = exchange.endpoint;
      talk.beforeAt = exchange.sentAt;
      onAnswer(talk.service, exchange.endpoint, exchange.to);
    }
    return verdict;
  }

  #rest(ms: number): Promise<void> {
    return this.#options.clock.sleep(ms, this.#stopping.signal);
  }
}

function payloadBytes(random: Random): number {
  const { least, most } = random.int(LARGE_EVERY) === 0 ? LARGE : SMALL;
  return least + random.int(most - least + 1);
}
