/**
 * The TCP load: clients that talk to the services for as long as the simulation goes on. Half of them
 * open a connection, ask a few times and close it; the others keep one connection and come back to
 * it. Each waits for its reply and then rests, so that the machine is used and not drowned.
 *
 * @module
 */
import { ClientConnection, type Exchange } from "./client.ts";
import type { Clock } from "./clock.ts";
import type { Ledger } from "./ledger.ts";
import type { SimFrontend, SimService } from "./model.ts";
import type { Random } from "./random.ts";
import type { Referee } from "./referee.ts";
import type { Tally } from "./tally.ts";
import type { Verdict } from "./verdict.ts";

/** What the load needs, this one and that of UDP. */
export interface TrafficOptions {
  /** The services. */
  readonly services: readonly SimService[];
  /** How many TCP clients; UDP takes its share of them. */
  readonly connections: number;
  /** Where connections and UDP sockets are entered. */
  readonly ledger: Ledger;
  /** Who judges. */
  readonly referee: Pick<Referee, "judge">;
  /** Where connections and flows are counted. */
  readonly tally: Tally;
  /** The time. */
  readonly clock: Clock;
  /** The chance behind who asks whom for how much. */
  readonly random: Random;
  /** Hears of each right answer. */
  readonly onAnswer: (service: SimService, endpoint: string, at: number) => void;
  /** Takes what should never happen. */
  readonly onError: (error: unknown) => void;
  /** How long a client waits for a reply, over UDP with all its tries. */
  readonly patienceMs?: number;
}

/** All clients together ask about this often in a second; each rests as long as that takes. */
const REQUESTS_PER_SECOND = 1000;
/** One request in so many is large enough to need many reads. */
const LARGE_EVERY = 20;
const SMALL = { least: 8, most: 512 };
const LARGE = { least: 16 * 1024, most: 64 * 1024 };

/** The load, until it is stopped. */
export class Traffic {
  readonly #options: TrafficOptions;
  readonly #stopping = new AbortController();
  readonly #clients: readonly Promise<void>[];
  readonly #open = new Set<ClientConnection>();
  readonly #probes = new Set<Promise<void>>();

  /** Starts the clients. */
  constructor(options: TrafficOptions) {
    this.#options = options;
    this.#clients = Array.from({ length: options.connections }, (_, index) => {
      const random = options.random.fork(`client ${index}`);
      const client = index % 2 === 0
        ? this.#comeAndGo(random)
        : this.#stay(random, Math.floor(index / 2));
      return client.catch(options.onError);
    });
  }

  /** How many connections are open. */
  get open(): number {
    return this.#open.size;
  }

  /**
   * Opens short connections to a service, one after the other, for as long as the caller wants.
   */
  probe(service: SimService, wanted: () => boolean): void {
    const random = this.#options.random.fork(`probe ${service.name}`);
    const probing = this.#probe(service, wanted, random)
      .catch(this.#options.onError)
      .finally(() => this.#probes.delete(probing));
    this.#probes.add(probing);
  }

  /** Asks for nothing more; resolves when every client has its last reply and has gone. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#clients, ...this.#probes]);
  }

  async #probe(service: SimService, wanted: () => boolean, random: Random): Promise<void> {
    while (wanted() && !this.#stopping.signal.aborted) {
      await this.#visit(service, random, 1);
      await this.#rest(2);
    }
  }

  async #comeAndGo(random: Random): Promise<void> {
    const { services } = this.#options;
    await this.#rest(random.next() * this.#restMs);
    while (!this.#stopping.signal.aborted) {
      await this.#visit(random.pick(services), random, 1 + random.int(3));
      await this.#rest((0.5 + random.next()) * this.#restMs);
    }
  }

  /** One short connection. Every other one closes its own half before the last reply. */
  async #visit(service: SimService, random: Random, requests: number): Promise<void> {
    const halfClose = random.chance(0.5);
    await this.#connect("short", service, random, async (ask) => {
      for (let left = requests; left > 0; left--) {
        if (await ask(halfClose && left === 1) !== "answered") return;
      }
    });
  }

  /** Keeps one connection, to the service of that number first; to the next one after its end. */
  async #stay(random: Random, first: number): Promise<void> {
    const { services } = this.#options;
    await this.#rest(random.next() * this.#restMs);
    for (let round = 0; !this.#stopping.signal.aborted; round++) {
      const service = services[(first + round) % services.length] ?? random.pick(services);
      await this.#connect("kept", service, random, async (ask) => {
        while (await ask(false) === "answered") {
          await this.#rest((0.5 + random.next()) * this.#restMs);
          if (this.#stopping.signal.aborted) return;
        }
      });
      await this.#rest(this.#restMs);
    }
  }

  /** Opens a connection for a talk and closes it afterwards. */
  async #connect(
    kind: "short" | "kept",
    service: SimService,
    random: Random,
    talk: (ask: (last: boolean) => Promise<Verdict>) => Promise<void>,
  ): Promise<void> {
    const { ledger, clock, tally, patienceMs } = this.#options;
    const frontend = random.pick(service.frontends);
    const connection = new ClientConnection({
      frontend,
      ledger,
      clock,
      ...(patienceMs === undefined ? {} : { patienceMs }),
    });
    this.#open.add(connection);
    tally.now.connections += 1;
    let before: string | null = null;
    try {
      await talk(async (last) => {
        const { story } = tally;
        const exchange = await connection.ask(payloadBytes(random), last);
        const verdict = this.#judge({
          kind,
          service,
          frontend,
          connection,
          before,
          exchange,
          story,
        });
        before = exchange.endpoint ?? before;
        return verdict;
      });
    } finally {
      this.#open.delete(connection);
      connection.close();
    }
  }

  #judge(call: Call): Verdict {
    const { referee, onAnswer } = this.#options;
    const { service, exchange, connection } = call;
    const verdict = referee.judge({
      ...call,
      protocol: "TCP",
      connection: connection.number,
      dialedAt: connection.dialedAt,
    });
    if (verdict === "answered" && exchange.endpoint !== null) {
      onAnswer(service, exchange.endpoint, exchange.to);
    }
    return verdict;
  }

  get #restMs(): number {
    return Math.max(5, this.#options.connections * 1000 / REQUESTS_PER_SECOND);
  }

  #rest(ms: number): Promise<void> {
    return this.#options.clock.sleep(ms, this.#stopping.signal);
  }
}

interface Call {
  readonly kind: "short" | "kept";
  readonly service: SimService;
  readonly frontend: SimFrontend;
  readonly connection: ClientConnection;
  readonly before: string | null;
  readonly exchange: Exchange;
  readonly story: Tally["story"];
}

function payloadBytes(random: Random): number {
  const { least, most } = random.int(LARGE_EVERY) === 0 ? LARGE : SMALL;
  return least + random.int(most - least + 1);
}
