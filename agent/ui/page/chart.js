// @ts-check
/// <reference lib="dom" />
/**
 * Small charts as SVG: bars on a logarithmic scale, and a line. Each says in words what it shows.
 *
 * @module
 */
import { el, svg } from "./dom.js";
import { clockText, median, msText } from "./text.js";
/** @import { SyncPoint } from "../wire.ts" */

const SIZE = { width: 480, height: 132, left: 44, bar: 3 };
/** The ends of the scale, as powers of ten of a millisecond: 0.1 ms to 10 s. */
const SCALE = { low: -1, high: 4 };

/** @param {number} ms */
function heightOf(ms) {
  const power = Math.log10(Math.max(ms, 10 ** SCALE.low));
  const share = (power - SCALE.low) / (SCALE.high - SCALE.low);
  return Math.max(2, Math.min(1, share) * SIZE.height);
}

/** @param {SyncPoint} point */
const totalOf = ({ stepMs, planMs, applyMs }) => stepMs + planMs + applyMs;

/**
 * How long each of the last syncs took.
 *
 * @param {readonly SyncPoint[]} syncs The syncs, oldest first.
 * @returns {HTMLElement} The chart with its caption.
 */
export function syncChart(syncs) {
  const { width, height, left, bar } = SIZE;
  const shown = syncs.slice(-Math.floor((width - left) / (bar + 0.5)));
  const grid = [0, 1, 2, 3].map((power) => {
    const y = height - heightOf(10 ** power);
    const label = svg("text", { x: left - 6, y: y + 3 });
    label.textContent = msText(10 ** power).replace(".0", "");
    return svg("g", {}, svg("line", { x1: left, x2: width, y1: y, y2: y }), label);
  });
  const bars = shown.map((point, i) => {
    const tall = heightOf(totalOf(point));
    const title = svg("title");
    title.textContent = `${clockText(point.at)}: ${point.changes} changes, ` +
      `${point.ops} operations: pipeline ${msText(point.stepMs)}, plan ${msText(point.planMs)}, ` +
      `apply ${msText(point.applyMs)}`;
    const x = width - (shown.length - i) * (bar + 0.5);
    return svg("rect", { x, y: height - tall, width: bar, height: tall, rx: 1 }, title);
  });
  const took = shown.map(totalOf);
  const words = shown.length === 0
    ? "No sync yet"
    : shown.length === 1
    ? `The first sync took ${msText(Math.max(...took))}`
    : `The last ${shown.length} syncs: median ${msText(median(took))}, longest ${
      msText(Math.max(...took))
    }`;
  return el(
    "figure",
    {},
    svg(
      "svg",
      { viewBox: `0 0 ${width} ${height + 4}`, class: "bars", role: "img", "aria-label": words },
      ...grid,
      ...bars,
    ),
    el("figcaption", {}, words),
  );
}

/**
 * A line through the last values.
 *
 * @param {readonly number[]} values The values, the newest last.
 * @returns {SVGElement} The line; the number beside it says it in words.
 */
export function sparkline(values) {
  const [width, height] = [120, 26];
  const most = Math.max(1, ...values);
  const step = width / 59;
  const points = values.map((value, i) => {
    const x = width - (values.length - 1 - i) * step;
    return `${x.toFixed(1)},${(height - 1 - value / most * (height - 2)).toFixed(1)}`;
  });
  return svg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, class: "spark", "aria-hidden": "true" },
    svg("polyline", { points: points.join(" ") }),
  );
}
