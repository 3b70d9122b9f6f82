/**
 * Lines: how figures go with a size. The size stands on a logarithmic scale; so do the figures, where
 * they lie far apart. Each line has its name at its end.
 *
 * @module
 */
import type { Band } from "./band.ts";
import { linear, logarithmic } from "./scale.ts";
import { frame, label, LETTER, tag, WIDTH } from "./svg.ts";

/** A point of a line. */
export interface Point {
  /** The size. */
  readonly x: number;
  /** The figure. */
  readonly y: number;
  /** Where its samples lie; `null`: nobody knows. */
  readonly band: Band | null;
}

/** A line. */
export interface Series {
  /** What it stands for. */
  readonly label: string;
  /** Its points, by ascending size. */
  readonly points: readonly Point[];
  /** Whether it is Windlass; others stand back. */
  readonly own: boolean;
}

/** Lines with what they show. */
export interface LineChart {
  /** What they show. */
  readonly title: string;
  /** What the size is. */
  readonly size: string;
  /** The unit of the figures. */
  readonly unit: string;
  /** The lines. */
  readonly series: readonly Series[];
}

const LEFT = 72;
const TOP = 64;
const TALL = 260;
const MOST_RIGHT = 270;
const NAME_HEIGHT = 15;

/** Figures that lie so many times apart could not be told from 0 on an even scale. */
const FAR_APART = 30;

/** Dashes tell lines of one colour apart. */
const DASHES = ["none", "6 3", "2 3", "9 3 2 3", "1 5", "12 4"] as const;

/** The chart as an SVG document. */
export function lineChart({ title, size, unit, series }: LineChart): string {
  const points = series.flatMap(({ points }) => points);
  const values = points.flatMap(({ y, band }) => band === null ? [y] : [y, band.low, band.high]);
  const longest = Math.max(...series.map((each) => each.label.length));
  const right = WIDTH - Math.min(MOST_RIGHT, longest * LETTER + 28);
  const sizes = [...new Set(points.map(({ x }) => x))].sort((a, b) => a - b);
  const x = logarithmic(sizes, [LEFT, right]);
  const far = Math.min(...values) > 0 && Math.max(...values) / Math.min(...values) > FAR_APART;
  const y = (far ? logarithmic : linear)(values, [TOP + TALL, TOP]);
  const grid = [
    ...y.ticks.flatMap((tick) => [
      tag("line", { class: "grid", x1: LEFT, x2: right, y1: y.at(tick), y2: y.at(tick) }),
      label(shortNumber(tick), { class: "dim end", x: LEFT - 8, y: y.at(tick) + 4 }),
    ]),
    ...sizes.map((each) =>
      label(each.toLocaleString("en"), { class: "dim middle", x: x.at(each), y: TOP + TALL + 18 })
    ),
    label(size, { class: "dim", x: LEFT, y: TOP + TALL + 36 }),
  ];
  const ends = spread(series.map(({ points }) => y.at(points.at(-1)?.y ?? NaN)));
  const dashes = dashesOf(series);
  const lines = series.map((each, i) => {
    const at = (point: Point) => `${x.at(point.x).toFixed(1)},${y.at(point.y).toFixed(1)}`;
    const kind = each.own ? "own" : "peer";
    return tag(
      "g",
      {},
      tag("polyline", {
        class: kind,
        points: each.points.map(at).join(" "),
        "stroke-dasharray": dashes[i] ?? "none",
      }),
      ...each.points.map((point) =>
        tag("circle", { class: kind, cx: x.at(point.x), cy: y.at(point.y), r: 3 })
      ),
      ...each.points.flatMap(({ x: size, band }) =>
        band === null ? [] : [tag("line", {
          class: `band ${kind}`,
          x1: x.at(size),
          x2: x.at(size),
          y1: y.at(band.low),
          y2: y.at(band.high),
        })]
      ),
      label(each.label, { x: right + 10, y: (ends[i] ?? 0) + 4 }),
    );
  });
  const subtitle = `${unit}${far ? ", on a logarithmic scale" : ""}`;
  const words = `${title}: ${series.map(wordsOf).join("; ")}`;
  return frame({ title, subtitle, words, height: TOP + TALL + 50, content: [...grid, ...lines] });
}

/** Windlass' lines and those of others each begin with a whole one: they differ in colour. */
function dashesOf(series: readonly Series[]): readonly string[] {
  const used = { own: 0, peer: 0 };
  return series.map(({ own }) => DASHES[used[own ? "own" : "peer"]++ % DASHES.length] ?? "none");
}

function wordsOf({ label, points }: Series): string {
  return `${label} ${
    points.map(({ x, y }) => `${shortNumber(y)} at ${x.toLocaleString("en")}`).join(", ")
  }`;
}

function shortNumber(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 3, notation: "compact" });
}

/** Moves names down until none covers another; answers in the given order. */
export function spread(heights: readonly number[]): readonly number[] {
  const sorted = heights.map((height, i) => ({ height, i })).sort((a, b) => a.height - b.height);
  const moved: number[] = [];
  let least = -Infinity;
  for (const { height, i } of sorted) {
    moved[i] = Math.max(height, least);
    least = (moved[i] ?? 0) + NAME_HEIGHT;
  }
  return moved;
}
