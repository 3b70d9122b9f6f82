/**
 * Bars: one for each case, with the band of its samples, and a mark for what it should reach.
 *
 * @module
 */
import type { Band } from "./band.ts";
import { linear, logarithmic, type Scale } from "./scale.ts";
import { fitted, frame, label, tag, WIDTH } from "./svg.ts";

/** One bar. */
export interface Bar {
  /** What it stands for. */
  readonly label: string;
  /** How long it is. */
  readonly value: number;
  /** The value in words, at the end of its line. */
  readonly text: string;
  /** Where its samples lie; `null`: nobody knows. */
  readonly band: Band | null;
  /** What it should reach; `null`: nothing. */
  readonly aim: number | null;
  /** Whether it is Windlass; others stand back. */
  readonly own: boolean;
}

/** Bars with what they show. */
export interface BarChart {
  /** What they show. */
  readonly title: string;
  /** How to read them. */
  readonly subtitle: string;
  /** The unit, for the scale. */
  readonly unit: string;
  /** From 0 in even steps, or both ways from 1 in powers of ten. */
  readonly scale: "amount" | "ratio";
  /** The bars, from top to bottom. */
  readonly bars: readonly Bar[];
}

const LEFT = 16;
const RIGHT = 120;
const TOP = 64;
const ROW = 38;
const THICK = 12;

/** The chart as an SVG document. */
export function barChart({ title, subtitle, unit, scale: kind, bars }: BarChart): string {
  const scale = scaleOf(kind, bars);
  const bottom = TOP + bars.length * ROW;
  const base = scale.at(kind === "ratio" ? 1 : 0);
  const grid = scale.ticks.flatMap((tick) => {
    const x = scale.at(tick);
    const tickClass = x === base ? "base" : "grid";
    return [
      tag("line", { class: tickClass, x1: x, x2: x, y1: TOP - 4, y2: bottom }),
      label(`${tick.toLocaleString("en")}${kind === "ratio" ? "×" : ""}`, {
        class: "dim middle",
        x,
        y: bottom + 16,
      }),
    ];
  });
  const unitLabel = label(unit, { class: "dim end", x: WIDTH - LEFT, y: bottom + 16 });
  const words = `${title}: ${bars.map((bar) => `${bar.label} ${bar.text}`).join("; ")}`;
  const rows = bars.map((bar, i) => row(bar, { scale, base, y: TOP + i * ROW }));
  return frame({
    title,
    subtitle,
    words,
    height: bottom + 28,
    content: [...grid, unitLabel, ...rows],
  });
}

function scaleOf(kind: BarChart["scale"], bars: readonly Bar[]): Scale {
  const values = bars.flatMap(({ value, band, aim }) => [
    value,
    ...(band === null ? [] : [band.low, band.high]),
    ...(aim === null ? [] : [aim]),
  ]);
  const range = [LEFT, WIDTH - RIGHT] as const;
  return kind === "amount" ? linear(values, range) : logarithmic([...values, 0.5, 2], range);
}

interface Place {
  readonly scale: Scale;
  readonly base: number;
  readonly y: number;
}

function row({ label: name, value, text, band, aim, own }: Bar, { scale, base, y }: Place): string {
  const middle = y + 18 + THICK / 2;
  const end = scale.at(value);
  const parts = [
    label(fitted(name, WIDTH - 2 * LEFT), { x: LEFT + 5, y: y + 12 }),
    label(text, { class: "end", x: WIDTH - LEFT, y: middle + 4 }),
  ];
  if (!Number.isNaN(value)) {
    const bar = { x: Math.min(base, end), y: y + 18, width: Math.max(1, Math.abs(end - base)) };
    parts.push(tag("rect", { class: own ? "own" : "peer", ...bar, height: THICK, rx: 1 }));
  }
  if (band !== null) {
    const [low, high] = [scale.at(band.low), scale.at(band.high)];
    const d = `M${low.toFixed(1)} ${middle}H${high.toFixed(1)}` +
      [low, high].map((x) => `M${x.toFixed(1)} ${middle - 3}v6`).join("");
    parts.push(tag("path", { class: "band", d }));
  }
  if (aim !== null) {
    const x = scale.at(aim);
    parts.push(tag("line", { class: "aim", x1: x, x2: x, y1: y + 15, y2: y + 21 + THICK }));
  }
  return tag("g", {}, ...parts);
}
