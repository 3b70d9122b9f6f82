/**
 * Results as a table for a terminal.
 *
 * @module
 */
import type { CaseResult } from "./harness.ts";

/** The results as aligned lines. */
export function table(results: readonly CaseResult[]): string {
  const rows = [
    ["case", "median", "p99", "min … max", "unit", "n", "against its peer"],
    ...results.map((result) => [
      result.name,
      figure(result.median),
      figure(result.p99),
      `${figure(result.min)} … ${figure(result.max)}`,
      result.unit,
      String(result.samples),
      result.timesBetter === null ? "" : `${figure(result.timesBetter)}× ${result.peer}`,
    ]),
  ];
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  );
  return rows.map((row) =>
    row.map((cell, column) => {
      const width = widths?.[column] ?? 0;
      return column === 0 || column === 6 ? cell.padEnd(width) : cell.padStart(width);
    }).join("  ").trimEnd()
  ).join("\n");
}

/** Three significant digits, without an exponent. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 4));
}
