/**
 * The endpoint with the fewest connections, for services whose connections last unequally long.
 *
 * @module
 */
import type { BackendAddress } from "./backend_address.ts";
import type { Policy, Tried } from "./policy.ts";

/**
 * The endpoint with the fewest connections now. Among equals each has its turn, beginning at a
 * random one, so that a service with little to do does not live on its first endpoint alone.
 *
 * @param random Gives a number from 0 up to 1.
 */
export function leastConnections(random: () => number): Policy {
  return new LeastConnections(random);
}

class LeastConnections implements Policy {
  readonly #random: () => number;
  #backends: readonly BackendAddress[] = [];
  #next = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  pick(_client: string, except: Tried): BackendAddress | null {
    const { length } = this.#backends;
    let best: BackendAddress | null = null;
    let after = this.#next;
    for (let step = 0; step < length; step++) {
      const index = (this.#next + step) % length;
      const backend = this.#backends[index];
      if (backend === undefined || except.has(backend.address)) continue;
      if (best !== null && best.active <= backend.active) continue;
      best = backend;
      after = (index + 1) % length;
      if (best.active === 0) break;
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
