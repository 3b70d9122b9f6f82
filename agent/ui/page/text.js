// @ts-check
/**
 * Numbers and times for people. Pure.
 *
 * @module
 */

const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/**
 * A count: `12,345`.
 *
 * @param {number} value The count.
 * @returns {string} The text.
 */
export function countText(value) {
  return NUMBER.format(value);
}

/**
 * A rate: `0.4`, `12`.
 *
 * @param {number} value So many a second.
 * @returns {string} The text.
 */
export function rateText(value) {
  return value > 0 && value < 9.95 ? value.toFixed(1) : countText(value);
}

/**
 * So many bytes: `1.5 MiB`.
 *
 * @param {number} bytes The bytes.
 * @returns {string} The text.
 */
export function bytesText(bytes) {
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024;
  const digits = unit > 0 && value < 10 ? 1 : 0;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/**
 * So many milliseconds: `0.35 ms`, `120 ms`, `2.5 s`.
 *
 * @param {number} ms The milliseconds.
 * @returns {string} The text.
 */
export function msText(ms) {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms < 1 ? ms.toFixed(2) : ms < 10 ? ms.toFixed(1) : countText(ms)} ms`;
}

/**
 * The time of day, where the reader is: `15:04:05`.
 *
 * @param {number} at Milliseconds since 1970.
 * @returns {string} The text.
 */
export function clockText(at) {
  return new Date(at).toLocaleTimeString("en-GB");
}

/**
 * How long something goes on: `42 s`, `3 min`, `5 h 12 min`, `3 d 4 h`.
 *
 * @param {number} ms The milliseconds.
 * @returns {string} The text.
 */
export function spanText(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [minutes, hours, days] = [60, 3600, 86_400].map((unit) => Math.floor(seconds / unit));
  if (days) return `${days} d ${(hours ?? 0) % 24} h`;
  if (hours) return `${hours} h ${(minutes ?? 0) % 60} min`;
  return minutes ? `${minutes} min` : `${seconds} s`;
}

/**
 * The middle of some values; 0 of none.
 *
 * @param {readonly number[]} values The values.
 * @returns {number} The middle.
 */
export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
