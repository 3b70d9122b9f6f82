/**
 * The less loaded of two random endpoints: nearly as even as counting them all, at a fixed cost, and
 * many proxies that know only their own connections do not rush to one endpoint.
 *
 * @module
 */
import type { BackendAddress } from "./backend_address.ts";
import { type Policy, type Tried, untried } from "./policy.ts";

/**
 * The one with fewer connections of two random endpoints.
 *
 * @param random Gives a number from 0 up to 1.
 */
export function powerOfTwo(random: () => number): Policy {
  let backends: readonly BackendAddress[] = [];
  return {
    pick(_client: string, except: Tried): BackendAddress | null {
      const [a, b] = twoOf(backends, random);
      const tried = a !== null && except.has(a.address) || b !== null && except.has(b.address);
      return tried ? lessLoaded(...twoOf(untried(backends, except), random)) : lessLoaded(a, b);
    },
    replace(now: readonly BackendAddress[]): void {
      backends = now;
    },
  };
}

type Pair = readonly [BackendAddress | null, BackendAddress | null];

/** Two different ones, the only one and none, or none at all. */
function twoOf(backends: readonly BackendAddress[], random: () => number): Pair {
  const { length } = backends;
  if (length < 2) return [backends[0] ?? null, null];
  const first = Math.floor(random() * length);
  const other = Math.floor(random() * (length - 1));
  const second = other < first ? other : other + 1;
  return [backends[first] ?? null, backends[second] ?? null];
}

function lessLoaded(...[a, b]: Pair): BackendAddress | null {
  return a === null || b === null || a.active <= b.active ? a : b;
}
