/**
 * Durations as Go reads and writes them, which is how Kubernetes' tools take them on the command line.
 *
 * @module
 */

const MS_PER_UNIT: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  "µs": 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g;

/** Reads a duration: `300ms`, `1m30s`, `0`. The answer is in milliseconds; `null` if it is none. */
export function parseDuration(text: string): number | null {
  if (text === "0") return 0;
  let total = 0;
  let read = 0;
  for (const [part, amount, unit] of text.matchAll(PART)) {
    total += Number(amount) * (MS_PER_UNIT[unit ?? ""] ?? NaN);
    read += part.length;
  }
  return read === text.length && read > 0 && Number.isFinite(total) ? total : null;
}

/** Writes milliseconds as Go does: `1m30s`, `300ms`, `0s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return "0s";
  if (ms < 1000) return `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor(ms / 60_000) % 60;
  const seconds = (ms % 60_000) / 1000;
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}
