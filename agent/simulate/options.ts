/**
 * What a person may choose about a simulation, and the check of it.
 *
 * @module
 */
import { parseScenario, type ScenarioChoice, SCENARIOS } from "./scenario_names.ts";

/** What a person may choose about a simulation. */
export interface SimulateOptions {
  /** How many Services there are. */
  readonly services: number;
  /** How many pods each Service starts with. */
  readonly podsPerService: number;
  /** How many nodes the pods are spread over; the agent runs as the first one. */
  readonly nodes: number;
  /** How long traffic flows, in milliseconds. */
  readonly durationMs: number;
  /** What happens to the cluster meanwhile, one of {@linkcode SCENARIOS}. */
  readonly scenario: string;
  /** Which run of chance: the same seed makes the same choices. */
  readonly seed: number;
  /** How many clients talk to the Services at the same time. */
  readonly connections: number;
  /** How many workers carry the traffic; 0: the thread of everything else. */
  readonly workers: number;
  /** What carries it in workers: the system's calls, Deno's sockets, or what works here. */
  readonly dataPath: "auto" | "deno" | "native";
  /** A live picture and a summary in words, or one JSON document at the end. */
  readonly output: "text" | "json";
}

/** A good show for a newcomer: half a minute, every scenario. */
export const DEFAULT_OPTIONS: SimulateOptions = {
  services: 12,
  podsPerService: 3,
  nodes: 3,
  durationMs: 30_000,
  scenario: "all",
  seed: 1,
  connections: 32,
  workers: 0,
  dataPath: "auto",
  output: "text",
};

/** The bounds of each number: below, nothing is simulated; above, the block of addresses is full. */
export const LIMITS = {
  services: { least: 1, most: 10_000 },
  podsPerService: { least: 1, most: 1_000 },
  nodes: { least: 1, most: 1_000 },
  durationMs: { least: 100, most: 7 * 24 * 3_600_000 },
  seed: { least: 0, most: 2 ** 32 - 1 },
  connections: { least: 1, most: 1_000 },
} as const;

/** The most pods that all Services together may start with, each is a listening socket. */
export const MOST_PODS = 20_000;

/** The command line's flag for each option, as messages name it. */
const FLAGS: Readonly<Record<keyof typeof LIMITS, string>> = {
  services: "--services",
  podsPerService: "--pods-per-service",
  nodes: "--nodes",
  durationMs: "--duration",
  seed: "--seed",
  connections: "--connections",
};

/** What came of checking options: a scenario that exists, or what is wrong in words. */
export type OptionsCheck =
  | {
    /** Everything can be simulated. */
    readonly ok: true;
    /** The scenario. */
    readonly scenario: ScenarioChoice;
  }
  | {
    /** Something cannot. */
    readonly ok: false;
    /** The flag, the value given, what is allowed. */
    readonly why: string;
  };

/** Checks what the flags' types do not say. */
export function checkOptions(options: SimulateOptions): OptionsCheck {
  for (const name of Object.keys(LIMITS).filter(isLimited)) {
    const value = options[name];
    const { least, most } = LIMITS[name];
    if (!Number.isInteger(value) || value < least || value > most) {
      const unit = name === "durationMs" ? " milliseconds" : "";
      return {
        ok: false,
        why: `Cannot simulate with ${FLAGS[name]} ${value}${unit}: give a whole number from ` +
          `${least} to ${most}${unit}`,
      };
    }
  }
  const pods = options.services * options.podsPerService;
  if (pods > MOST_PODS) {
    return {
      ok: false,
      why: `Cannot simulate ${pods} pods (--services ${options.services} times ` +
        `--pods-per-service ${options.podsPerService}): each is a listening socket, ` +
        `so at most ${MOST_PODS} are allowed`,
    };
  }
  if (options.workers === 0 && options.dataPath === "native") {
    return {
      ok: false,
      why: "Cannot simulate --data-path native without a worker: it blocks the thread that it " +
        "runs in; give --workers 1 or more",
    };
  }
  const scenario = parseScenario(options.scenario);
  if (scenario === null) {
    return {
      ok: false,
      why: `Cannot simulate --scenario "${options.scenario}": ` +
        `choose one of ${SCENARIOS.join(", ")}`,
    };
  }
  return { ok: true, scenario };
}

function isLimited(name: string): name is keyof typeof LIMITS {
  return name in LIMITS;
}
