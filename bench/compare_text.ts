/**
 * A comparison of two runs as text: what got worse comes first, what is the same is only counted.
 *
 * @module
 */
import type { Compared, Measured, Verdict } from "./compare_results.ts";
import { aligned, figure } from "./table.ts";

/** How verdicts are headed, in the order in which they are shown. */
const HEADINGS: readonly (readonly [Verdict, string])[] = [
  ["worse", "Worse, beyond the noise"],
  ["unsure", "Changed, but one sample tells no noise"],
  ["better", "Better, beyond the noise"],
  ["gone", "Not measured in the second run"],
  ["new", "Not measured in the first run"],
  ["same", "The same, within the noise"],
];

const LEFT_COLUMNS = 2;

/** The comparison; with `all`, also what is the same. */
export function comparison(
  compared: readonly Compared[],
  { all = false, cautions = [] }: {
    /** Whether to list what is the same, too. @default false */
    readonly all?: boolean;
    /** What to know before. @default [] */
    readonly cautions?: readonly string[];
  } = {},
): string {
  const parts = cautions.map((text) => `! ${text}`);
  if (parts.length > 0) parts.push("");
  for (const [verdict, heading] of HEADINGS) {
    const rows = compared.filter((each) => each.verdict === verdict);
    if (rows.length === 0) {
      if (verdict === "worse") parts.push("Nothing got worse beyond the noise", "");
      continue;
    }
    const listed = all || verdict !== "same";
    parts.push(`${heading}: ${rows.length}${listed ? "" : " (--all lists them)"}`);
    if (listed) parts.push(table(sorted(rows)));
    parts.push("");
  }
  return parts.join("\n").trimEnd();
}

/** The largest change first. */
function sorted(rows: readonly Compared[]): readonly Compared[] {
  const size = ({ timesBetter }: Compared) =>
    timesBetter === null || timesBetter === 0 ? Infinity : Math.abs(Math.log(timesBetter));
  return rows.toSorted((a, b) => size(a) === size(b) ? 0 : size(b) - size(a));
}

function table(rows: readonly Compared[]): string {
  return aligned([
    ["suite", "case", "times better", "before", "noise", "after", "noise", "unit"],
    ...rows.map((row) => [
      row.suite,
      row.name,
      row.timesBetter === null ? "" : `${figure(row.timesBetter)}×`,
      ...cells(row.before),
      ...cells(row.after),
      row.by === "ratio" ? "× its peer" : row.unit,
    ]),
  ], LEFT_COLUMNS);
}

function cells(measured: Measured | null): readonly [value: string, band: string] {
  if (measured === null) return ["", ""];
  const { value, band } = measured;
  return [figure(value), band === null ? "?" : `${figure(band.low)} … ${figure(band.high)}`];
}
