/**
 * Lines of coloured text that know their width.
 *
 * @module
 */
import { styleText } from "node:util";

/** A colour or weight. */
export type Style = "bold" | "dim" | "green" | "yellow" | "red" | "cyan";

/** Some text in one style; text alone is plain. */
export type Span = string | { readonly text: string; readonly style: Style };

/** Text in a style. */
export function styled(style: Style, text: string): Span {
  return { style, text };
}

/** A line, cut to the width, as the terminal takes it. Each character is one cell wide. */
export function paintLine(
  line: readonly Span[],
  options: { readonly columns: number; readonly color: boolean },
): string {
  let left = options.columns;
  let painted = "";
  for (const span of line) {
    const plain = typeof span === "string" ? span : span.text;
    const cut = [...plain].slice(0, left);
    left -= cut.length;
    const text = cut.join("");
    painted += typeof span === "string" || !options.color || text === ""
      ? text
      : styleText(span.style, text, { validateStream: false });
  }
  return painted;
}

/** Text, filled with spaces or cut to the width. */
export function cell(text: string, width: number, side: "left" | "right" = "left"): string {
  const cut = text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text;
  return side === "left" ? cut.padEnd(width) : cut.padStart(width);
}

const NUMBER = new Intl.NumberFormat("en-US");

/** A count: `12,345`. */
export function countText(value: number): string {
  return NUMBER.format(Math.round(value));
}

/** Milliseconds with about two digits that matter: `0.35`, `4.2`, `120`. */
export function msText(ms: number): string {
  return ms < 1 ? ms.toFixed(2) : ms < 10 ? ms.toFixed(1) : countText(ms);
}

/** Seconds with one digit after the point. */
export function secondsText(ms: number): string {
  return (ms / 1000).toFixed(1);
}

const BARS = [..."▁▂▃▄▅▆▇█"];

/** The last values as little bars, the largest as the highest. */
export function sparkline(values: readonly number[], width: number): string {
  const shown = values.slice(-width);
  const most = Math.max(1, ...shown);
  return shown.map((value) => {
    return BARS[Math.min(BARS.length - 1, Math.floor(value / most * BARS.length))] ?? "";
  }).join("");
}
