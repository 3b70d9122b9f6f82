/**
 * What a test and its proxy, a process of its own, say to each other: one JSON document a line.
 *
 * @module
 */
import type {
  ApplyResult,
  UserspaceOp,
  UserspaceOptions,
  UserspaceStats,
} from "../../backends/mod.ts";

/** How the process is set up: its only argument. */
export interface ProxySetup {
  /** The options of the backend, as plain data. */
  readonly options: UserspaceOptions;
  /** Whether the time of day goes back by an hour whenever somebody looks. */
  readonly wallClockGoesBack: boolean;
}

/** What the test asks. */
export type Question =
  | { readonly ask: "apply"; readonly op: UserspaceOp }
  | { readonly ask: "stats" };

/** How the proxy is. */
export interface Health {
  /** How its backend is. */
  readonly stats: UserspaceStats;
  /** The memory of its process, in bytes. */
  readonly rss: number;
}

/** What the proxy answers, in the order of the questions. */
export type Answer =
  | { readonly to: "apply"; readonly result: ApplyResult }
  | { readonly to: "stats"; readonly health: Health };
