/**
 * The data paths that bad days, random histories and the soak are tried on.
 *
 * @module
 */
import type { UserspaceOptions } from "../../backends/mod.ts";

/** A data path. */
export interface DataPathCase {
  /** Its name, for the names of tests. */
  readonly name: string;
  /** The options of the backend that choose it, as plain data. */
  readonly options: UserspaceOptions;
  /** What a process that uses it may do beside the network. */
  readonly permissions: readonly string[];
  /** Whether it passes an endpoint's reset on as one; the portable one has no call for that. */
  readonly resets: boolean;
}

/** Every data path that works on this machine. */
export const DATA_PATHS: readonly DataPathCase[] = [
  { name: "deno", options: {}, permissions: [], resets: false },
];
