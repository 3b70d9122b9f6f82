/**
 * The balancing policies by name.
 *
 * @module
 */
import { unreachable } from "../../../core/mod.ts";
import type { BalancingPolicy } from "../spec.ts";
import { leastConnections } from "./least_connections.ts";
import { maglev } from "./maglev.ts";
import type { Load, Policy } from "./policy.ts";
import { powerOfTwo } from "./power_of_two.ts";
import { randomChoice } from "./random.ts";
import { roundRobin } from "./round_robin.ts";

/**
 * A policy without endpoints.
 *
 * @param name Which one.
 * @param random Gives a number from 0 up to 1.
 * @param load How much an endpoint has to do.
 */
export function policyOf(name: BalancingPolicy, random: () => number, load: Load): Policy {
  switch (name) {
    case "round-robin":
      return roundRobin(random);
    case "random":
      return randomChoice(random);
    case "least-connections":
      return leastConnections(random, load);
    case "power-of-two":
      return powerOfTwo(random, load);
    case "maglev":
      return maglev();
    default:
      return unreachable(name);
  }
}
