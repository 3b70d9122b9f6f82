/**
 * The less loaded of two random endpoints: nearly as even as counting them all, at a fixed cost, and
 * many proxies that know only their own connections do not rush to one endpoint.
 *
 * @module
 */
import type { BackendAddress } from "./backend_address.ts";
import { type Load, type Policy, type Tried, untried } from "./policy.ts";

/**
 * The one with fewer connections of two random endpoints.
 *
 * @param random Gives a number from 0 up to 1.
 * @param load Counts the connections of an endpoint.
 */
export function powerOfTwo(random: () => number, load: Load): Policy {
  let backends: readonly BackendAddress[] = [];
  const lessLoaded = ([a, b]: Pair) => a === null || b === null || load(a) <= load(b) ? a : b;
  return {
    pick(_client: string, except: Tried): BackendAddress | null {
      const pair = twoOf(backends, random);
      const tried = pair.some((each) => each !== null && except.has(each.address));
      return lessLoaded(tried ? twoOf(untried(backends, except), random) : pair);
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
