/**
 * Each endpoint in turn: the policy of kube-proxy's userspace mode.
 *
 * @module
 */
import type { BackendAddress } from "./backend_address.ts";
import type { Policy, Tried } from "./policy.ts";

/**
 * Each endpoint in turn. When endpoints come and go, the turn goes on where it was, so that a
 * service that scales is not served by its first endpoints alone; the first turn of all falls to a
 * random one, so that many nodes and services do not all begin with the same.
 *
 * @param random Gives a number from 0 up to 1.
 */
export function roundRobin(random: () => number): Policy {
  return new RoundRobin(random);
}

class RoundRobin implements Policy {
  readonly #random: () => number;
  #backends: readonly BackendAddress[] = [];
  #next = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  pick(_client: string, except: Tried): BackendAddress | null {
    const { length } = this.#backends;
    for (let step = 0; step < length; step++) {
      const backend = this.#backends[this.#next];
      this.#next = (this.#next + 1) % length;
      if (backend !== undefined && !except.has(backend.address)) return backend;
    }
    return null;
  }

  replace(backends: readonly BackendAddress[]): void {
    const upcoming = this.#backends[this.#next]?.address;
    this.#backends = backends;
    this.#next = upcoming === undefined
      ? Math.floor(this.#random() * backends.length)
      : Math.max(0, backends.findIndex(({ address }) => address >= upcoming));
  }
}
