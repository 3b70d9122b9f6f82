/**
 * The flags of `windlass simulate`, as data.
 *
 * @module
 */
import { DEFAULT_OPTIONS as SIMULATION, LIMITS } from "../simulate/options.ts";
import { SCENARIOS } from "../simulate/scenario_names.ts";
import type { Flag } from "./flag.ts";

/** Every flag that only `simulate` has, by the name under which the command reads its value. */
export const SIMULATE_FLAGS = {
  services: {
    kind: "whole",
    name: "services",
    metavar: "N",
    default: SIMULATION.services,
    min: LIMITS.services.least,
    max: LIMITS.services.most,
    help: "How many Services there are",
  },
  podsPerService: {
    kind: "whole",
    name: "pods-per-service",
    metavar: "N",
    default: SIMULATION.podsPerService,
    min: LIMITS.podsPerService.least,
    max: LIMITS.podsPerService.most,
    help: "How many pods each Service starts with",
  },
  nodes: {
    kind: "whole",
    name: "nodes",
    metavar: "N",
    default: SIMULATION.nodes,
    min: LIMITS.nodes.least,
    max: LIMITS.nodes.most,
    help: "How many nodes the pods are spread over",
  },
  duration: {
    kind: "duration",
    name: "duration",
    metavar: "DURATION",
    default: SIMULATION.durationMs,
    help: "How long traffic flows",
  },
  scenario: {
    kind: "choice",
    name: "scenario",
    choices: SCENARIOS,
    default: "all",
    help: "What happens to the cluster meanwhile",
  },
  seed: {
    kind: "whole",
    name: "seed",
    metavar: "N",
    default: SIMULATION.seed,
    min: LIMITS.seed.least,
    max: LIMITS.seed.most,
    help: "Which run of chance: the same seed makes the same choices",
  },
  simulatedWorkers: {
    kind: "whole",
    name: "workers",
    metavar: "N",
    default: SIMULATION.workers,
    min: 0,
    max: 64,
    help:
      "How many threads carry the bytes at most; 0: the one of everything else, by Deno's sockets",
  },
  connections: {
    kind: "whole",
    name: "connections",
    metavar: "N",
    default: SIMULATION.connections,
    min: LIMITS.connections.least,
    max: LIMITS.connections.most,
    help: "How many clients talk to the Services at the same time",
  },
} as const satisfies Readonly<Record<string, Flag>>;
