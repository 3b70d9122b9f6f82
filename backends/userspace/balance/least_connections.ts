/**
 * The endpoint with the fewest connections, for services whose connections last unequally long.
 *
 * @module
 */
import { leastLoadInTurn } from "./in_turn.ts";
import type { Policy } from "./policy.ts";

/**
 * The endpoint with the fewest connections of this listener now. Among equals each has its turn, so
 * that a service with little to do does not live on its first endpoint alone.
 *
 * @param random Gives a number from 0 up to 1.
 */
export function leastConnections(random: () => number): Policy {
  return leastLoadInTurn(random, ({ active }) => active);
}
