/**
 * How long to wait before the next attempt: client-go's reflector back-off (0.8 s, doubling to 30 s,
 * up to twice that by jitter, so that nodes that lost the server together do not come back together).
 *
 * @module
 */

const FIRST_MS = 800;
const LONGEST_MS = 30_000;
const FACTOR = 2;

/** The wait in milliseconds before attempt `failures + 1`. `random` is in [0, 1). */
export function backoffMs(failures: number, random: number): number {
  if (failures <= 0) return 0;
  const base = Math.min(LONGEST_MS, FIRST_MS * FACTOR ** (failures - 1));
  return Math.round(base * (1 + random));
}
