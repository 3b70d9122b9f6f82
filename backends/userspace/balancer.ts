/**
 * Which endpoint a new connection goes to.
 *
 * @module
 */

/** One endpoint of a listener, as the data path keeps it. */
export interface BackendAddress {
  /** `ip:port`. */
  readonly address: string;
  /** The address to dial. */
  readonly ip: string;
  /** The port to dial. */
  readonly port: number;
  /** Whether the last dial failed; kept here so that only the first failure of a row is shouted. */
  failing: boolean;
}

/** Chooses endpoints. Live connections are not its business. */
export interface Balancer {
  /** How many endpoints there are. */
  readonly size: number;
  /**
   * The endpoint for a client's next connection, or `null` if there is none.
   *
   * @param client The client's IP.
   * @param except Endpoints, as `ip:port`, that this connection has tried in vain.
   */
  pick(client: string, except: Pick<ReadonlySet<string>, "has">): BackendAddress | null;
  /** Makes these the endpoints, as `ip:port`, sorted. */
  replace(addresses: readonly string[]): void;
}

/**
 * Each endpoint in turn. When endpoints come and go, the turn goes on where it was, so that a
 * service that scales is not served by its first endpoints alone; the first turn of all falls to a
 * random one, so that many nodes and services do not all begin with the same.
 *
 * @param random Gives a number from 0 up to 1.
 */
export function roundRobin(random: () => number): Balancer {
  return new RoundRobin(random);
}

class RoundRobin implements Balancer {
  readonly #random: () => number;
  #backends: readonly BackendAddress[] = [];
  #next = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  get size(): number {
    return this.#backends.length;
  }

  pick(_client: string, except: Pick<ReadonlySet<string>, "has">): BackendAddress | null {
    const { length } = this.#backends;
    for (let step = 0; step < length; step++) {
      const backend = this.#backends[this.#next];
      this.#next = (this.#next + 1) % length;
      if (backend !== undefined && !except.has(backend.address)) return backend;
    }
    return null;
  }

  replace(addresses: readonly string[]): void {
    const known = new Map(this.#backends.map((backend) => [backend.address, backend]));
    const upcoming = this.#backends[this.#next]?.address;
    this.#backends = addresses.map((address) => known.get(address) ?? parseAddress(address));
    this.#next = upcoming === undefined
      ? Math.floor(this.#random() * addresses.length)
      : Math.max(0, addresses.findIndex((address) => address >= upcoming));
  }
}

function parseAddress(address: string): BackendAddress {
  const colon = address.lastIndexOf(":");
  const host = address.slice(0, colon);
  return {
    address,
    ip: host.startsWith("[") ? host.slice(1, -1) : host,
    port: Number(address.slice(colon + 1)),
    failing: false,
  };
}
