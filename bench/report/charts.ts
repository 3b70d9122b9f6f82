/**
 * The charts of a run: ratios, then figures by size, then the cases of each measure side by side.
 *
 * @module
 */
import type { CaseResult } from "../harness.ts";
import { figure, shortPeer } from "../table.ts";
import { bandOf, peerOf, ratioBandOf } from "./band.ts";
import { type Bar, barChart } from "./bar_chart.ts";
import {
  chiefRatios,
  isOwn,
  linesOf,
  type MeasureGroup,
  measureGroups,
  partsOf,
} from "./choose.ts";
import { lineChart } from "./line_chart.ts";
import type { BenchResult } from "./result.ts";

/** A chart as a file. */
export interface Chart {
  /** Its suite. */
  readonly suite: string;
  /** Whether it shows ratios or figures. */
  readonly kind: "ratios" | "figures";
  /** Its name beside the others of the run. */
  readonly file: string;
  /** What it shows, in words. */
  readonly title: string;
  /** The document. */
  readonly svg: string;
}

/** All charts of a run, suite by suite. */
export function chartsOf({ results }: BenchResult): readonly Chart[] {
  return Object.entries(results).flatMap(([suite, cases]) => [
    ...ratioCharts(suite, cases),
    ...linesOf(suite, cases).map((chart, i): Chart => ({
      suite,
      kind: "figures",
      file: `${suite}-by-size-${i + 1}.svg`,
      title: chart.title,
      svg: lineChart(chart),
    })),
    ...measureGroups(cases).map((group, i): Chart => ({
      suite,
      kind: "figures",
      file: `${suite}-${i + 1}.svg`,
      title: `${suite}, ${group.measure} (${group.unit})`,
      svg: measureChart(`${suite}: ${group.measure}`, group, cases),
    })),
  ]);
}

const MARKS = ". Upright marks: what was aimed at";

function ratioCharts(suite: string, cases: readonly CaseResult[]): readonly Chart[] {
  const chief = chiefRatios(cases);
  if (chief.length === 0) return [];
  const title = `${suite}: how many times better than the best peer`;
  const aimed = chief.some(({ target }) => target?.kind === "times-better");
  const svg = barChart({
    title,
    subtitle: `To the right of 1×: better. Thin lines: the noise${aimed ? MARKS : ""}`,
    unit: "times better",
    scale: "ratio",
    bars: chief.map((each) => ratioBar(each, cases)),
  });
  return [{ suite, kind: "ratios", file: `${suite}-ratios.svg`, title, svg }];
}

function ratioBar(own: CaseResult, cases: readonly CaseResult[]): Bar {
  const peer = peerOf(own, cases);
  const value = own.timesBetter ?? NaN;
  return {
    label: `${own.name}, against ${shortPeer(own)}`,
    value,
    text: ratioText(value),
    band: peer === null ? null : ratioBandOf(own, peer),
    aim: own.target?.kind === "times-better" ? own.target.atLeast : null,
    own: true,
  };
}

function measureChart(
  title: string,
  { unit, cases: members }: MeasureGroup,
  all: readonly CaseResult[],
): string {
  const better = members[0]?.higherIsBetter === true ? "Longer is better" : "Shorter is better";
  const aimed = members.some(({ target }) => target?.kind === "figure");
  return barChart({
    title,
    subtitle: `${better}. Thin lines: the noise${aimed ? MARKS : ""}`,
    unit,
    scale: "amount",
    bars: members.map((each) => ({
      label: partsOf(each.name).what,
      value: each.median,
      text: `${figure(each.median)} ${unit}`,
      band: bandOf(each),
      aim: each.target?.kind === "figure" ? each.target.atMost : null,
      own: isOwn(each, all),
    })),
  });
}

/** How many times, for people. */
export function ratioText(ratio: number): string {
  return ratio === Infinity ? "∞×" : Number.isNaN(ratio) ? "–" : `${figure(ratio)}×`;
}
