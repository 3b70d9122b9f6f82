/**
 * The endpoint with the least load, and among equals each in its turn.
 *
 * @module
 */
import type { BackendAddress } from "./backend_address.ts";
import type { Policy, Tried } from "./policy.ts";

/**
 * The endpoint with the least load; among equals each has its turn. When endpoints come and go, the
 * turn goes on where it was, so that a service that scales is not served by its first endpoints alone;
 * the first turn of all falls to a random one, so that many nodes and services do not all begin with
 * the same.
 *
 * @param random Gives a number from 0 up to 1.
 * @param load How much an endpoint has to do; never below 0.
 */
export function leastLoadInTurn(
  random: () => number,
  load: (backend: BackendAddress) => number,
): Policy {
  return new LeastLoadInTurn(random, load);
}

class LeastLoadInTurn implements Policy {
  readonly #random: () => number;
  readonly #load: (backend: BackendAddress) => number;
  #backends: readonly BackendAddress[] = [];
  #next = 0;

  constructor(random: () => number, load: (backend: BackendAddress) => number) {
    this.#random = random;
    this.#load = load;
  }

  pick(_client: string, except: Tried): BackendAddress | null {
    const { length } = this.#backends;
    let best: BackendAddress | null = null;
    let least = Infinity;
    let after = this.#next;
    for (let step = 0; step < length && least > 0; step++) {
      const index = (this.#next + step) % length;
      const backend = this.#backends[index];
      if (backend === undefined || except.has(backend.address)) continue;
      const load = this.#load(backend);
      if (load >= least) continue;
      best = backend;
      least = load;
      after = (index + 1) % length;
    }
    this.#next = after;
    return best;
  }

  replace(backends: readonly BackendAddress[]): void {
    const upcoming = this.#backends[this.#next]?.address;
    this.#backends = backends;
    this.#next = upcoming === undefined
      ? Math.floor(this.#random() * backends.length)
      : Math.max(0, backends.findIndex(({ address }) => address >= upcoming));
  }
}
