/**
 * Charts are sound documents, put values where their scales say, and can be read in light and dark.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Bar, barChart } from "./bar_chart.ts";
import { lineChart, spread } from "./line_chart.ts";
import { linear, logarithmic } from "./scale.ts";
import { escape, PALETTE, WIDTH } from "./svg.ts";

const bar = (label: string, value: number, more: Partial<Bar> = {}): Bar => {
  return { label, value, text: `${value}`, band: null, aim: null, own: true, ...more };
};

const chartOf = (scale: "amount" | "ratio", bars: readonly Bar[]) =>
  barChart({ title: "Title", subtitle: "", unit: "ms", scale, bars });

/** The bars of a chart: where they begin, how wide they are. */
function barsIn(svg: string): readonly { readonly x: number; readonly width: number }[] {
  return [...svg.matchAll(/<rect class="(?:own|peer)" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)]
    .map(([, x, width]) => ({ x: Number(x), width: Number(width) }));
}

/** Whether each element that is opened is closed, in turn. */
function isBalanced(svg: string): boolean {
  const open: string[] = [];
  for (const [, slash, name = "", empty] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
    if (slash === "/" && open.pop() !== name) return false;
    if (slash === "" && empty === "") open.push(name);
  }
  return open.length === 0;
}

Deno.test("a name that does not fit into the chart is cut there, and whole in the words", () => {
  const long = "x".repeat(200);
  const svg = chartOf("amount", [bar(long, 1), bar("short", 2)]);
  assert.match(svg, />x{90,110}…<\/text>/);
  assert.match(svg, />short<\/text>/);
  assert.ok(svg.includes(long));
});

Deno.test("bars of amounts begin at 0 and are as long as their values", () => {
  const [one, two, none] = barsIn(chartOf("amount", [bar("a", 10), bar("b", 20), bar("c", 0)]));
  assert.ok(one !== undefined && two !== undefined && none !== undefined);
  assert.equal(one.x, two.x);
  assert.ok(Math.abs(two.width - 2 * one.width) < 0.2);
  assert.equal(none.width, 1, "a value of 0 can still be seen");
});

Deno.test("bars of ratios go from 1 to the right if better, to the left if worse, equally far", () => {
  const [better, worse] = barsIn(chartOf("ratio", [bar("a", 4), bar("b", 0.25)]));
  assert.ok(better !== undefined && worse !== undefined);
  assert.ok(Math.abs(worse.x + worse.width - better.x) < 0.2, "they meet at 1");
  assert.ok(Math.abs(worse.width - better.width) < 0.2);
});

Deno.test("a case that was not measured has a line, but no bar", () => {
  const svg = chartOf("amount", [bar("here", 3), bar("not here", NaN, { text: "–" })]);
  assert.equal(barsIn(svg).length, 1);
  assert.match(svg, />not here</);
});

Deno.test("names cannot break out of a chart", () => {
  const svg = chartOf("amount", [bar(`a < b & "c" <script>`, 1)]);
  assert.ok(isBalanced(svg));
  assert.ok(svg.includes(`>${escape(`a < b & "c" <script>`)}<`));
  assert.ok(!svg.includes("<script"));
});

const figures = fc.oneof(
  fc.double({ min: 0, max: 1e9, noNaN: true }),
  fc.constantFrom(0, NaN, Infinity),
);

Deno.test("whatever the figures, a chart is whole and stays inside its frame", () => {
  const bars = fc.array(fc.tuple(figures, figures, fc.option(figures)), { maxLength: 8 });
  fc.assert(
    fc.property(bars, fc.constantFrom("amount" as const, "ratio" as const), (values, scale) => {
      const svg = chartOf(
        scale,
        values.map(([value, high, aim], i) =>
          bar(`case ${i}`, value, { band: { low: value, high }, aim })
        ),
      );
      assert.ok(isBalanced(svg));
      for (const [, , place] of svg.matchAll(/ (x|y|[xy][12]|width|height)="(.*?)"/g)) {
        assert.ok(Number.isFinite(Number(place)));
      }
      assert.doesNotMatch(svg, / d="[^"]*(NaN|Infinity)/);
      for (const { x, width } of barsIn(svg)) assert.ok(x >= 0 && x + width <= WIDTH);
    }),
  );
});

Deno.test("scales put small before large, and their ticks between their ends", () => {
  const values = fc.array(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), { minLength: 2 });
  fc.assert(fc.property(values, (some) => {
    for (const make of [linear, logarithmic]) {
      const scale = make(some, [0, 100]);
      const places = some.toSorted((a, b) => a - b).map(scale.at);
      assert.deepEqual(places, places.toSorted((a, b) => a - b));
      assert.ok(scale.ticks.length <= 20);
      assert.ok(scale.ticks.every((tick) => scale.at(tick) >= 0 && scale.at(tick) <= 100));
    }
  }));
  assert.deepEqual(linear([Number.MIN_VALUE], [0, 1]).ticks, [0, Number.MIN_VALUE]);
  assert.deepEqual(linear([42], [0, 1]).ticks, [0, 10, 20, 30, 40]);
  assert.deepEqual(logarithmic([0.1, 1000], [0, 1]).ticks, [0.1, 1, 10, 100, 1000]);
});

Deno.test("lines have a point for each size and their name at the end", () => {
  const point = (x: number, y: number) => ({ x, y, band: { low: y / 2, high: y * 2 } });
  const svg = lineChart({
    title: "Time by size",
    size: "Services",
    unit: "ms",
    series: [
      { label: "naive", own: false, points: [point(1000, 25), point(10_000, 250)] },
      { label: "ours", own: true, points: [point(1000, 0.03), point(10_000, 0.03)] },
    ],
  });
  assert.ok(isBalanced(svg));
  assert.equal(svg.match(/<circle/g)?.length, 4);
  assert.match(svg, />ms, on a logarithmic scale</);
  assert.match(svg, />10,000<\/text>/);
  assert.match(svg, /aria-label="Time by size: naive 25 at 1,000, 250 at 10,000; ours 0.03 at/);
});

Deno.test("names at the ends of lines do not cover each other", () => {
  const moved = spread([50, 10, 11, 12]);
  assert.equal(moved[1], 10);
  const sorted = moved.toSorted((a, b) => a - b);
  assert.ok(sorted.every((each, i) => i === 0 || each - (sorted[i - 1] ?? 0) >= 15));
});

/** How far two colours are apart, as WCAG 2 counts it. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const part = parseInt(colour.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const [x, y] = [luminance(a), luminance(b)];
  return Math.max(x, y) / Math.min(x, y);
}

Deno.test.each(
  [
    { name: "text", least: 4.5 },
    { name: "dim", least: 4.5 },
    { name: "own", least: 3 },
    { name: "peer", least: 3 },
    { name: "aim", least: 3 },
  ] as const,
)("$name stands out from the ground, light and dark", ({ name, least }) => {
  for (const scheme of [0, 1] as const) {
    assert.ok(contrast(PALETTE[name][scheme], PALETTE.ground[scheme]) >= least);
  }
});
