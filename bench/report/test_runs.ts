/**
 * Runs of the benchmark for tests: made up, and small.
 *
 * @module
 */
import type { CaseResult } from "../harness.ts";
import type { BenchResult } from "./result.ts";

/** A case whose samples lie evenly around its median. */
export function aCase(
  name: string,
  median: number,
  { strewn = 0.1, ...more }: Partial<CaseResult> & {
    /** How far the quartiles lie from the median, as a share of it. @default 0.1 */
    readonly strewn?: number;
  } = {},
): CaseResult {
  return {
    name,
    unit: "ms",
    higherIsBetter: false,
    samples: 20,
    median,
    p99: median * (1 + 2 * strewn),
    q1: median * (1 - strewn),
    q3: median * (1 + strewn),
    min: median * (1 - 2 * strewn),
    max: median * (1 + 2 * strewn),
    peer: null,
    timesBetter: null,
    target: null,
    reached: null,
    ...more,
  };
}

/** A run on a machine that had nothing else to do. */
export function aRun(
  results: BenchResult["results"],
  more: Partial<BenchResult> = {},
): BenchResult {
  return {
    date: "2026-11-21T16:07:00.000Z",
    versions: { deno: "2.9.6" },
    machine: {
      os: "linux",
      arch: "x86_64",
      cores: 4,
      cpu: "A Processor",
      kernel: "6.18",
      loadBefore: [0.1, 0.1, 0.1],
      loadAfter: [1, 0.5, 0.1],
    },
    quick: false,
    titles: {},
    results,
    notes: {},
    ...more,
  };
}
