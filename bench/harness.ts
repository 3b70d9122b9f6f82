/**
 * The benchmark harness: the cases of a suite are measured in turn, round by round, so that a drift
 * of the machine's speed hits all alike; what counts is the ratio of medians within one run.
 *
 * @module
 */
import { unreachable } from "../core/mod.ts";

/** One thing that is measured. */
export interface Case {
  /** What it is, unique within its suite. */
  readonly name: string;
  /** The unit of its figures: `ms`, `MB`, `req/s`. */
  readonly unit: string;
  /** Whether a higher figure is the better one. */
  readonly higherIsBetter?: boolean;
  /** The cases that its ratio is taken to, to the best of them; none for a baseline. */
  readonly peers?: readonly string[];
  /** What it should reach. */
  readonly target?: Target;
  /** How many rounds at most, for slow cases. */
  readonly rounds?: number;
  /** Takes one or more samples, in the unit. */
  readonly sample: () => Promise<readonly number[]> | readonly number[];
}

/** What a case should reach. */
export type Target =
  | {
    /** Against the best of its peers. */
    readonly kind: "times-better";
    /** How many times better it should be at least. */
    readonly atLeast: number;
  }
  | {
    /** By itself. */
    readonly kind: "figure";
    /** What its median should not exceed, in its unit. */
    readonly atMost: number;
  };

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
  readonly groups: (options: GroupOptions) => readonly Group[];
}

/** What groups are told. */
export interface GroupOptions {
  /** Whether they should be small. */
  readonly quick: boolean;
  /** Takes what a reader of the figures should know. */
  readonly note: (text: string) => void;
}

/** Prepares cases that are measured in turn, round by round. */
export type Group = () => Prepared | Promise<Prepared>;

/** Cases that can be measured; what they need is given back when the group is disposed of. */
export type Prepared = readonly Case[] | (AsyncDisposable & { readonly cases: readonly Case[] });

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
  /** The sample that a quarter of all do not exceed. */
  readonly q1: number;
  /** The sample that three quarters of all do not exceed. */
  readonly q3: number;
  /** The smallest sample. */
  readonly min: number;
  /** The largest sample. */
  readonly max: number;
  /** The case that the ratio is taken to, `null` for a baseline. */
  readonly peer: string | null;
  /** How many times better than the peer's median, `null` for a baseline. */
  readonly timesBetter: number | null;
  /** What it should reach; `null`: nothing. */
  readonly target: Target | null;
  /** Whether it has; `null`: there is no target, or nothing to compare with. */
  readonly reached: boolean | null;
}

/** Measures the cases of a group. */
export async function measure(group: Group, rounds: number): Promise<readonly CaseResult[]> {
  const prepared = await group();
  if (!("cases" in prepared)) return await measureCases(prepared, rounds);
  await using disposable = prepared;
  return await measureCases(disposable.cases, rounds);
}

async function measureCases(
  cases: readonly Case[],
  rounds: number,
): Promise<readonly CaseResult[]> {
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
    const peer = bestOf(each.peers ?? [], median, higherIsBetter);
    const ratio = peer === null
      ? null
      : timesBetter(median(each.name), median(peer), higherIsBetter);
    return {
      name: each.name,
      unit: each.unit,
      higherIsBetter,
      samples: own.length,
      median: median(each.name),
      p99: quantile(own, 0.99),
      q1: quantile(own, 0.25),
      q3: quantile(own, 0.75),
      min: quantile(own, 0),
      max: quantile(own, 1),
      peer,
      timesBetter: ratio,
      target: each.target ?? null,
      reached: each.target === undefined ? null : hasReached(each.target, median(each.name), ratio),
    };
  });
}

/** The best of those that were measured. */
function bestOf(
  names: readonly string[],
  median: (name: string) => number,
  higherIsBetter: boolean,
): string | null {
  const measured = names.filter((name) => Number.isFinite(median(name)));
  const [best = null] = measured.toSorted((a, b) =>
    higherIsBetter ? median(b) - median(a) : median(a) - median(b)
  );
  return best;
}

function hasReached(target: Target, median: number, ratio: number | null): boolean | null {
  switch (target.kind) {
    case "times-better":
      return ratio === null ? null : ratio >= target.atLeast;
    case "figure":
      return median <= target.atMost;
    default:
      return unreachable(target);
  }
}

/** A peer and a case that both lose nothing are equally good. */
function timesBetter(own: number, peer: number, higherIsBetter: boolean): number {
  if (own === peer) return 1;
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
