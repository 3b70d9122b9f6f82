/**
 * The endpoint with the fewest connections, for services whose connections last unequally long.
 *
 * @module
 */
import { leastLoadInTurn } from "./in_turn.ts";
import type { Load, Policy } from "./policy.ts";

/**
 * The endpoint with the fewest connections now. Among equals each has its turn, so that a service
 * with little to do does not live on its first endpoint alone.
 *
 * @param random Gives a number from 0 up to 1.
 * @param load Counts the connections of an endpoint.
 */
export function leastConnections(random: () => number, load: Load): Policy {
  return leastLoadInTurn(random, load);
}
