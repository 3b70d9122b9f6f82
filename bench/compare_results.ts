/**
 * Two runs of the benchmark beside each other: what got worse, what got better, and what cannot be
 * told from noise. A case that has the same peer in both runs is judged by its ratio to it, because
 * that leaves the machine out; any other by its figure.
 *
 * @module
 */
import { decide, type Rule } from "../core/mod.ts";
import { type Band, bandOf, meet, peerOf, ratioBandOf } from "./report/band.ts";
import { type BenchResult, wasBusy } from "./report/result.ts";
import type { CaseResult } from "./harness.ts";

/** What is said of a case. */
export type Verdict = "worse" | "better" | "same" | "unsure" | "gone" | "new";

/** A figure with its noise. */
export interface Measured {
  /** The median, or the ratio of medians. */
  readonly value: number;
  /** Where its samples lie; `null`: nobody knows. */
  readonly band: Band | null;
}

/** One case of both runs. */
export interface Compared {
  /** Its suite. */
  readonly suite: string;
  /** The case. */
  readonly name: string;
  /** What is said of it. */
  readonly verdict: Verdict;
  /** The rule that said it. */
  readonly rule: string;
  /** What was compared: its ratio to a peer, or its figure by itself. */
  readonly by: "ratio" | "figure";
  /** The unit; that of ratios is `×`. */
  readonly unit: string;
  /** In the first run; `null`: it has none. */
  readonly before: Measured | null;
  /** In the second run; `null`: it has none. */
  readonly after: Measured | null;
  /** How many times better it is in the second run; `null`: that cannot be told. */
  readonly timesBetter: number | null;
}

/** What is compared of a case. */
interface Pair {
  readonly by: Compared["by"];
  readonly unit: string;
  readonly higherIsBetter: boolean;
  readonly before: Measured | null;
  readonly after: Measured | null;
}

const isNumber = (measured: Measured | null) => measured !== null && !Number.isNaN(measured.value);

/** The band, or the one sample that there is. */
const bandOrPoint = ({ value, band }: Measured) => band ?? { low: value, high: value };

const bandsMeet = ({ before, after }: Pair) =>
  before !== null && after !== null && meet(bandOrPoint(before), bandOrPoint(after));

const isWorse = ({ before, after, higherIsBetter }: Pair) =>
  before !== null && after !== null && higherIsBetter === after.value < before.value;

/** Up to so many times better or worse, a case has hardly changed. */
const HARDLY = 1.05;

/** What is said of a case: the first rule that holds. */
export const VERDICTS: readonly Rule<Pair, string, Verdict>[] = [
  {
    name: "not-measured-again",
    why: "the second run has no figure for it",
    when: ({ after }) => !isNumber(after),
    then: "gone",
  },
  {
    name: "not-measured-before",
    why: "the first run has no figure for it, or one in another unit",
    when: ({ before }) => !isNumber(before),
    then: "new",
  },
  {
    name: "equal",
    why: "both runs came to the same",
    when: ({ before, after }) => before?.value === after?.value,
    then: "same",
  },
  {
    name: "within-noise",
    why: "the samples of both runs lie in part between the same figures",
    when: bandsMeet,
    then: "same",
  },
  {
    name: "noise-unknown",
    why: "a run took one sample only, which may be any of those that it could have taken",
    when: ({ before, after }) => before?.band === null || after?.band === null,
    then: "unsure",
  },
  {
    name: "hardly-changed",
    why: "runs of the same program differ by a few per cent, more than the samples of one run tell",
    when: (pair) => {
      const times = timesBetterOf(pair) ?? Infinity;
      return times < HARDLY && times > 1 / HARDLY;
    },
    then: "same",
  },
  {
    name: "worse-beyond-noise",
    why: "the samples of both runs lie apart, those of the second on the bad side",
    when: isWorse,
    then: "worse",
  },
  {
    name: "better-beyond-noise",
    why: "the samples of both runs lie apart, those of the second on the good side",
    when: () => true,
    then: "better",
  },
];

/** All cases of two runs, in the order of the first; those that are new follow their suite. */
export function compare(before: BenchResult, after: BenchResult): readonly Compared[] {
  const suites = new Set([...Object.keys(before.results), ...Object.keys(after.results)]);
  return [...suites].flatMap((suite) => {
    const [first, second] = [before.results[suite] ?? [], after.results[suite] ?? []];
    const names = new Set([...first, ...second].map(({ name }) => name));
    return [...names].map((name): Compared => {
      const pair = pairOf(name, first, second);
      const { rule, value: verdict } = decide(VERDICTS, pair);
      const { by, unit } = pair;
      const timesBetter = timesBetterOf(pair);
      const { before, after } = pair;
      return { suite, name, verdict, rule, by, unit, before, after, timesBetter };
    });
  });
}

function pairOf(
  name: string,
  first: readonly CaseResult[],
  second: readonly CaseResult[],
): Pair {
  const [a, b] = [caseOf(name, first), caseOf(name, second)];
  const [ratioA, ratioB] = [ratioOf(a, first), ratioOf(b, second)];
  if (a?.peer === b?.peer && ratioA !== null && ratioB !== null) {
    return { by: "ratio", unit: "×", higherIsBetter: true, before: ratioA, after: ratioB };
  }
  return {
    by: "figure",
    unit: (b ?? a)?.unit ?? "",
    higherIsBetter: (b ?? a)?.higherIsBetter === true,
    before: a !== null && (b === null || a.unit === b.unit) ? figureOf(a) : null,
    after: b === null ? null : figureOf(b),
  };
}

function caseOf(name: string, cases: readonly CaseResult[]): CaseResult | null {
  return cases.find((each) => each.name === name) ?? null;
}

function ratioOf(own: CaseResult | null, cases: readonly CaseResult[]): Measured | null {
  const peer = own === null ? null : peerOf(own, cases);
  if (own === null || peer === null || !Number.isFinite(own.timesBetter)) return null;
  return { value: own.timesBetter ?? NaN, band: ratioBandOf(own, peer) };
}

function figureOf(each: CaseResult): Measured {
  return { value: each.median, band: bandOf(each) };
}

function timesBetterOf({ before, after, higherIsBetter }: Pair): number | null {
  if (before === null || after === null) return null;
  if (before.value === after.value) return 1;
  const times = higherIsBetter ? after.value / before.value : before.value / after.value;
  return Number.isNaN(times) ? null : times;
}

/** Why two runs should not be compared, or with care. */
export function cautions(before: BenchResult, after: BenchResult): readonly string[] {
  const [a, b] = [before.machine, after.machine];
  const machine = ({ os, arch, cores, cpu }: typeof a) =>
    `${os} ${arch}, ${cores} processors${cpu === null ? "" : ` (${cpu})`}`;
  const knownCpus = a.cpu !== null && b.cpu !== null;
  const sameMachine = a.os === b.os && a.arch === b.arch && a.cores === b.cores &&
    (!knownCpus || a.cpu === b.cpu);
  return [
    ...(sameMachine
      ? []
      : [`The machines differ: ${machine(a)}, then ${machine(b)}. Only ratios can be compared`]),
    ...(before.quick === after.quick
      ? []
      : ["One run was quick, the other was not: few cases are the same in both"]),
    ...(before.quick && after.quick
      ? ["Both runs were quick: they show that everything runs, not how fast"]
      : []),
    ...(wasBusy(a) ? [busy("first")] : []),
    ...(wasBusy(b) ? [busy("second")] : []),
    ...(before.versions["deno"] === after.versions["deno"]
      ? []
      : [`Deno differs: ${before.versions["deno"]}, then ${after.versions["deno"]}`]),
  ];
}

function busy(which: string): string {
  return `The machine was busy with something else before the ${which} run: trust no figure`;
}
