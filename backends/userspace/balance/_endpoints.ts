/**
 * Endpoints for tests of the policies.
 *
 * @module
 */
import { type BackendAddress, backendAddress } from "./backend_address.ts";
import { NOBODY, type Policy, type Tried } from "./policy.ts";

/** Endpoints of these addresses, with so many connections each. */
export function endpoints(active: Readonly<Record<string, number>>): readonly BackendAddress[] {
  return Object.entries(active).map(([address, count]) => {
    const backend = backendAddress(address);
    backend.active = count;
    return backend;
  });
}

/** So many idle endpoints, sorted. */
export function idle(count: number): readonly BackendAddress[] {
  return Array.from({ length: count }, (_, i) => `10.1.${i >> 8}.${i & 255}:80`).sort()
    .map(backendAddress);
}

/** The policy with these endpoints. */
export function over(policy: Policy, backends: readonly BackendAddress[]): Policy {
  policy.replace(backends);
  return policy;
}

/** The endpoints that some clients get, one after the other. */
export function picks(
  policy: Policy,
  count: number,
  except: Tried = NOBODY,
): (string | undefined)[] {
  return Array.from({ length: count }, (_, i) => policy.pick(clientIp(i), except)?.address);
}

/** The IP of client number n. */
export function clientIp(n: number): string {
  return `192.168.${n >> 8 & 255}.${n & 255}`;
}

/** Chance that can be repeated: a generator of numbers from 0 up to 1 (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let t = Math.imul(state ^ state >>> 15, 1 | state);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
  };
}

/** Gives these numbers, again and again. */
export function given(...numbers: readonly number[]): () => number {
  let next = 0;
  return () => numbers[next++ % numbers.length] ?? 0;
}
