/**
 * The table of services of `windlass top`: as many columns as there is room for, the most telling
 * first. Pure.
 *
 * @module
 */
import { cell, countText, type Span, styled } from "../simulate/paint.ts";
import type { Store } from "../ui/page/store.js";
import { bytesText, rateText } from "../ui/page/text.js";
import type { Level, ServiceRow } from "../ui/wire.ts";

/** How levels are coloured. */
export const COLORS: Readonly<Record<Level, "green" | "yellow" | "red" | "dim">> = {
  good: "green",
  warn: "yellow",
  bad: "red",
  off: "dim",
};

/** How wide each column is; 0: there is no room for it. */
interface Widths {
  readonly verdict: number;
  readonly service: number;
  readonly frontend: number;
  readonly endpoints: number;
  /** Of each of open, connections and bytes a second. */
  readonly number: number;
}

const WIDEST: Widths = { verdict: 22, service: 36, frontend: 24, endpoints: 11, number: 10 };
/** A service's name says nothing in less. */
const LEAST_SERVICE = 16;

/** The service gets what the others leave. Frontends go first, then the numbers, then the state. */
function widthsFor(columns: number): Widths {
  const tries: readonly Widths[] = [
    WIDEST,
    { ...WIDEST, frontend: 22, number: 9, endpoints: 10 },
    { ...WIDEST, verdict: 21, frontend: 0, endpoints: 10, number: 9 },
    { ...WIDEST, verdict: 21, frontend: 0, endpoints: 10, number: 0 },
    { ...WIDEST, verdict: 10, frontend: 0, endpoints: 0, number: 0 },
  ];
  const last: Widths = { verdict: 0, service: columns, frontend: 0, endpoints: 0, number: 0 };
  for (const widths of tries) {
    const { verdict, frontend, endpoints, number } = widths;
    const left = columns - verdict - frontend - endpoints - 3 * number;
    if (left >= LEAST_SERVICE) return { ...widths, service: Math.min(WIDEST.service, left) };
  }
  return last;
}

/** Text in a column, with a space after it; nothing where there is no room for the column. */
function column(text: string, width: number): string {
  return width === 0 ? "" : `${cell(text, width - 1)} `;
}

function number(text: string, width: number): string {
  return width === 0 ? "" : cell(text, width, "right");
}

/** The heads of the columns. */
export function tableHead(columns: number): readonly Span[] {
  const widths = widthsFor(columns);
  return [styled(
    "dim",
    column("STATE", widths.verdict) + column("SERVICE", widths.service) +
      column("FRONTEND", widths.frontend) + number("ENDPOINTS", widths.endpoints) +
      ["OPEN", "CONN/S", "BYTES/S"].map((head) => number(head, widths.number)).join(""),
  )];
}

/** The services, as many as there is room for, and how many there are besides. */
export function serviceLines(
  rows: readonly ServiceRow[],
  store: Store,
  room: { readonly rows: number; readonly columns: number },
): readonly (readonly Span[])[] {
  const fits = rows.length <= room.rows;
  const shown = fits ? rows : rows.slice(0, Math.max(0, room.rows - 1));
  const widths = widthsFor(room.columns);
  const lines = shown.map((row) => serviceLine(row, store, widths));
  return fits
    ? lines
    : [...lines, [styled("dim", `and ${countText(rows.length - shown.length)} more`)]];
}

function serviceLine(row: ServiceRow, store: Store, widths: Widths): readonly Span[] {
  const { verdict, service, frontends, endpoints, used } = row;
  const { active, connectionRate, byteRate } = store.traffic(service);
  return [
    styled(COLORS[verdict.level], column(verdict.rule, widths.verdict)),
    column(service, widths.service),
    column(frontends[0]?.address ?? "-", widths.frontend),
    number(`${countText(used)}/${countText(endpoints)}`, widths.endpoints),
    number(countText(active), widths.number),
    number(rateText(connectionRate), widths.number),
    number(bytesText(byteRate), widths.number),
  ];
}
