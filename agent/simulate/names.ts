/**
 * The names of simulated things, as Kubernetes and people make them.
 *
 * @module
 */
import type { Random } from "./random.ts";

const SERVICES = [
  "web",
  "cart",
  "catalog",
  "checkout",
  "search",
  "users",
  "orders",
  "images",
  "stock",
  "ratings",
  "mail",
  "login",
] as const;

/** The characters that Kubernetes makes the endings of generated names of: no word comes out. */
const ENDING = [..."bcdfghjklmnpqrstvwxz2456789"];

/** The name of the service with that index, from 0. */
export function serviceName(index: number): string {
  const name = SERVICES[index % SERVICES.length] ?? SERVICES[0];
  const round = Math.floor(index / SERVICES.length);
  return round === 0 ? name : `${name}-${round + 1}`;
}

/** A name as `generateName` makes it: `web-x7f2k`. */
export function generatedName(base: string, random: Random): string {
  const ending = Array.from({ length: 5 }, () => random.pick(ENDING)).join("");
  return `${base}-${ending}`;
}
