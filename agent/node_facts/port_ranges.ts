/**
 * The ports that a system keeps for itself, read from what netsh prints. Its words are in the system's language, its numbers are not. Pure.
 *
 * @module
 */
import type { PortRange } from "./facts.ts";

/** Reads `netsh interface ipv4 show dynamicportrange tcp`; `null` if it is none of that. */
export function readDynamicRange(text: string): PortRange | null {
  const [start, count] = [...text.matchAll(/[:：]\s*(\d+)\s*$/gm)].map(([, digits]) =>
    Number(digits)
  );
  if (start === undefined || count === undefined || count === 0) return null;
  return { first: start, last: start + count - 1 };
}

/**
 * Reads `netsh interface ipv4 show excludedportrange tcp`: a line for each range, its first and last
 * port, with `*` where an administrator set it.
 */
export function readExcludedRanges(text: string): readonly PortRange[] {
  return [...text.matchAll(/^\s*(\d+)\s+(\d+)\s*\*?\s*$/gm)].map(([, first, last]) => ({
    first: Number(first),
    last: Number(last),
  }));
}

/** How many ports of one range are in the other. */
export function overlap(a: PortRange, b: PortRange): number {
  return Math.max(0, Math.min(a.last, b.last) - Math.max(a.first, b.first) + 1);
}

/** A range as people write it. */
export function rangeText({ first, last }: PortRange): string {
  return first === last ? `${first}` : `${first}-${last}`;
}
