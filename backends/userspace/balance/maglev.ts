/**
 * Consistent hashing of the client's IP: a client comes to the same endpoint through every node and
 * after every restart, and when endpoints come or go few clients move. (Eisenbud and others, "Maglev:
 * A Fast and Reliable Software Network Load Balancer", NSDI 2016, §3.4.)
 *
 * @module
 */
import type { BackendAddress } from "./backend_address.ts";
import { hash } from "./hash.ts";
import type { Policy, Tried } from "./policy.ts";

/**
 * The sizes of the table, and for how many endpoints each serves; both primes. Clients move when a
 * service passes from one size to the other, so that must be rare: a thousand endpoints.
 */
export const MAGLEV_SIZES = [
  { size: 16_381, upTo: 1_000 },
  { size: 131_071, upTo: 100_000 },
] as const;

/** Consistent hashing of the client's IP. */
export function maglev(): Policy {
  return new Maglev();
}

class Maglev implements Policy {
  /** Sorted, so that the order in which they were told does not matter. */
  #backends: readonly BackendAddress[] = [];
  /** Made when the first client asks: a service that nobody uses costs nothing. */
  #table: Uint32Array | null = null;

  pick(client: string, except: Tried): BackendAddress | null {
    if (this.#backends.length === 0) return null;
    const table = this.#table ??= maglevTable(this.#backends.map(({ address }) => address));
    const start = hash(client) % table.length;
    const backend = this.#backends[table[start] ?? 0] ?? null;
    if (backend === null || !except.has(backend.address)) return backend;
    if (this.#backends.every(({ address }) => except.has(address))) return null;
    return this.#nextAfter(table, start, except);
  }

  replace(backends: readonly BackendAddress[]): void {
    this.#backends = backends.toSorted((a, b) => a.address < b.address ? -1 : 1);
    this.#table = null;
  }

  /** The next one in the table: each client of an endpoint that fails has a second choice of its own. */
  #nextAfter(table: Uint32Array, start: number, except: Tried): BackendAddress | null {
    for (let step = 1; step < table.length; step++) {
      const backend = this.#backends[table[(start + step) % table.length] ?? 0];
      if (backend !== undefined && !except.has(backend.address)) return backend;
    }
    return null;
  }
}

/**
 * The table: in each place the index of an endpoint. Each endpoint has an order of its own in which
 * it likes the places, and in turn each takes the first that is free; so shares differ by one place
 * at most.
 *
 * @param addresses The endpoints, sorted, each once, at least one.
 */
export function maglevTable(addresses: readonly string[]): Uint32Array {
  const { length } = addresses;
  const size = (MAGLEV_SIZES.find(({ upTo }) => length <= upTo) ?? MAGLEV_SIZES[1]).size;
  const place = Uint32Array.from(addresses, (address) => hash(address, 1) % size);
  const skip = Uint32Array.from(addresses, (address) => hash(address, 2) % (size - 1) + 1);
  const table = new Uint32Array(size);
  const taken = new Uint8Array(size);
  for (let filled = 0; filled < size; filled++) {
    const index = filled % length;
    const step = skip[index] ?? 1;
    let at = place[index] ?? 0;
    while (taken[at] === 1) at = (at + step) % size;
    taken[at] = 1;
    table[at] = index;
    place[index] = (at + step) % size;
  }
  return table;
}
