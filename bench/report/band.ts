/**
 * How far figures are strewn: between which two the true one probably lies. Where bands of two runs
 * meet, their difference may be noise.
 *
 * @module
 */
import type { CaseResult } from "../harness.ts";

/** From the low to the high end. */
export interface Band {
  /** The low end. */
  readonly low: number;
  /** The high end. */
  readonly high: number;
}

/** With fewer samples, a quartile is hardly more than one sample: then all of them are the band. */
const ENOUGH_FOR_QUARTILES = 8;

/** The middle half of the samples, or all of them if they are few; `null`: one tells no band. */
export function bandOf({ samples, q1, q3, min, max }: CaseResult): Band | null {
  if (samples < 2) return null;
  return samples >= ENOUGH_FOR_QUARTILES && Number.isFinite(q1) && Number.isFinite(q3)
    ? { low: q1, high: q3 }
    : { low: min, high: max };
}

/** The band of how many times better a case is than its peer. */
export function ratioBandOf(own: CaseResult, peer: CaseResult): Band | null {
  const [mine, other] = [bandOf(own), bandOf(peer)];
  if (mine === null || other === null) return null;
  return own.higherIsBetter
    ? { low: ratio(mine.low, other.high), high: ratio(mine.high, other.low) }
    : { low: ratio(other.low, mine.high), high: ratio(other.high, mine.low) };
}

/** Two that are equal, also both 0, are equally good. */
function ratio(a: number, b: number): number {
  return a === b ? 1 : a / b;
}

/** Whether two bands have something in common. */
export function meet(a: Band, b: Band): boolean {
  return a.low <= b.high && b.low <= a.high;
}

/** The case that another is compared with. */
export function peerOf(own: CaseResult, cases: readonly CaseResult[]): CaseResult | null {
  return own.peer === null ? null : cases.find(({ name }) => name === own.peer) ?? null;
}
