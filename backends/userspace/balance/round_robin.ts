/**
 * Each endpoint in turn: the policy of kube-proxy's userspace mode.
 *
 * @module
 */
import { leastLoadInTurn } from "./in_turn.ts";
import type { Policy } from "./policy.ts";

/**
 * Each endpoint in turn: to it, all have the same load.
 *
 * @param random Gives a number from 0 up to 1.
 */
export function roundRobin(random: () => number): Policy {
  return leastLoadInTurn(random, () => 0);
}
