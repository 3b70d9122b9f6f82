/**
 * Results as a table for a terminal.
 *
 * @module
 */
import type { CaseResult } from "./harness.ts";

/** The results as aligned lines, what they come to first. */
export function table(results: readonly CaseResult[]): string {
  const rows = [
    ["case", "against its peer", "target", "median", "p99", "min … max", "unit", "n"],
    ...results.map((result) => [
      result.name,
      result.timesBetter === null ? "" : `${figure(result.timesBetter)}× ${shortPeer(result)}`,
      verdict(result),
      figure(result.median),
      figure(result.p99),
      `${figure(result.min)} … ${figure(result.max)}`,
      result.unit,
      String(result.samples),
    ]),
  ];
  return aligned(rows, LEFT_COLUMNS);
}

/** Rows as lines with aligned columns: the first ones hold words, the others figures. */
export function aligned(rows: readonly (readonly string[])[], leftColumns: number): string {
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  );
  return rows.map((row) =>
    row.map((cell, column) => {
      const width = widths?.[column] ?? 0;
      return column < leftColumns ? cell.padEnd(width) : cell.padStart(width);
    }).join("  ").trimEnd()
  ).join("\n");
}

/** The peer, without what its name has in common with the case's: the measure before the colon. */
export function shortPeer({ name, peer }: Pick<CaseResult, "name" | "peer">): string {
  const measure = name.slice(0, name.lastIndexOf(": ") + 2);
  return peer?.startsWith(measure) ? peer.slice(measure.length) : peer ?? "";
}

/** Columns of words; the others are figures. */
const LEFT_COLUMNS = 3;

/** What a case should reach, and whether it has. */
export function verdict({ target, reached, unit }: CaseResult): string {
  if (target === null) return "";
  const aim = target.kind === "figure"
    ? `≤ ${figure(target.atMost)} ${unit}`
    : `≥ ${figure(target.atLeast)}×`;
  return `${aim} ${reached === null ? "no peer" : reached ? "reached" : "NOT reached"}`;
}

/** Three significant digits, without an exponent. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 4));
}
