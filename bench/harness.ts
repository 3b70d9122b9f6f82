/**
 * The benchmark harness: the cases of a suite are measured in turn, round by round, so that a drift
 * of the machine's speed hits all alike; what counts is the ratio of medians within one run.
 *
 * @module
 */

/** One thing that is measured. */
export interface Case {
  /** What it is, unique within its suite. */
  readonly name: string;
  /** The unit of its figures: `ms`, `MB`, `req/s`. */
  readonly unit: string;
  /** Whether a higher figure is the better one. */
  readonly higherIsBetter?: boolean;
  /** The case that its ratio is taken to; none for a baseline. */
  readonly peer?: string;
  /** How many rounds at most, for slow cases. */
  readonly rounds?: number;
  /** Takes one or more samples, in the unit. */
  readonly sample: () => Promise<readonly number[]> | readonly number[];
}

/** Cases that belong together. */
export interface Suite {
  /** The name on the command line. */
  readonly name: string;
  /** What it shows, in a sentence. */
  readonly title: string;
  /**
   * Groups of cases. A group is prepared, measured and dropped before the next one, so that it does
   * not pay for the memory of the others; peers stand in one group. `quick` asks for small ones.
   */
  readonly groups: (options: { readonly quick: boolean }) => readonly Group[];
}

/** Prepares cases that are measured in turn, round by round. */
export type Group = () => readonly Case[] | Promise<readonly Case[]>;

/** The figures of one case. */
export interface CaseResult {
  /** The case. */
  readonly name: string;
  /** The unit. */
  readonly unit: string;
  /** Whether a higher figure is the better one. */
  readonly higherIsBetter: boolean;
  /** How many samples were taken. */
  readonly samples: number;
  /** The middle sample. */
  readonly median: number;
  /** The sample that 99 % do not exceed. */
  readonly p99: number;
  /** The smallest sample. */
  readonly min: number;
  /** The largest sample. */
  readonly max: number;
  /** The case that the ratio is taken to, `null` for a baseline. */
  readonly peer: string | null;
  /** How many times better than the peer's median, `null` for a baseline. */
  readonly timesBetter: number | null;
}

/** Measures the cases of a group. */
export async function measure(group: Group, rounds: number): Promise<readonly CaseResult[]> {
  const cases = await group();
  const samples = new Map<string, number[]>(cases.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const each of cases) {
      if (round >= (each.rounds ?? rounds)) continue;
      samples.get(each.name)?.push(...await each.sample());
    }
  }
  const median = (name: string) => quantile(samples.get(name) ?? [], 0.5);
  return cases.map((each) => {
    const own = samples.get(each.name) ?? [];
    const higherIsBetter = each.higherIsBetter ?? false;
    return {
      name: each.name,
      unit: each.unit,
      higherIsBetter,
      samples: own.length,
      median: median(each.name),
      p99: quantile(own, 0.99),
      min: quantile(own, 0),
      max: quantile(own, 1),
      peer: each.peer ?? null,
      timesBetter: each.peer === undefined
        ? null
        : timesBetter(median(each.name), median(each.peer), higherIsBetter),
    };
  });
}

function timesBetter(own: number, peer: number, higherIsBetter: boolean): number {
  return higherIsBetter ? own / peer : peer / own;
}

/** The sample that the given share of all samples does not exceed; `NaN` if there are none. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const index = Math.min(sorted.length - 1, Math.floor(share * sorted.length));
  return sorted[index] ?? NaN;
}

/** Runs something and answers how long it took, in milliseconds. */
export async function timed(run: () => unknown): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}
