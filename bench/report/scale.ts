/**
 * Scales: where a value stands between two points of a chart, and which values are marked.
 *
 * @module
 */

/** A scale. */
export interface Scale {
  /** Where a value stands; what is beyond an end stands at the end. */
  readonly at: (value: number) => number;
  /** The values that are marked, ascending. */
  readonly ticks: readonly number[];
}

/** From where to where a scale goes on the chart. */
export type Range = readonly [from: number, to: number];

/** About how many ticks a scale has. */
const TICKS = 5;

/** From 0 to the largest value, in even steps. */
export function linear(values: readonly number[], range: Range): Scale {
  const most = Math.max(...values.filter(Number.isFinite), 0) || 1;
  const rough = most / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const steps = [1, 2, 5, 10].map((each) => each * power);
  // A value that is nearly nothing has no smaller ones for steps.
  const step = steps.find((each) => each > 0 && each >= rough) ?? most;
  const ticks = Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, i) => i * step);
  return { at: (value) => between(value / most, range), ticks };
}

/** From the smallest value to the largest, in powers of ten; values of 0 and less are left out. */
export function logarithmic(values: readonly number[], range: Range): Scale {
  const positive = values.filter((value) => Number.isFinite(value) && value > 0);
  const low = Math.min(...positive, ...(positive.length === 0 ? [1] : []));
  const high = Math.max(...positive, low * 2);
  const decades = Math.log10(high / low);
  const steps = decades > 2 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    // Division keeps 0.1 from being 0.10000000000000001.
    const marks = steps.map((step) => power < 0 ? step / 10 ** -power : step * 10 ** power);
    ticks.push(...marks.filter((mark) => mark >= low && mark <= high));
  }
  return { at: (value) => between(Math.log10(value / low) / decades, range), ticks };
}

function between(share: number, [from, to]: Range): number {
  const inside = Math.min(1, Math.max(0, share));
  return from + (Number.isNaN(inside) ? 0 : inside) * (to - from);
}
