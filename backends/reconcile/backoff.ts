/**
 * How long to wait before an operation that failed is tried again.
 *
 * @module
 */

/** The bounds of the wait. */
export interface BackoffOptions {
  /**
   * The longest wait after the first failure, in milliseconds; each further failure doubles it.
   *
   * @default {100}
   */
  readonly baseMs?: number;
  /**
   * The longest wait of all, in milliseconds.
   *
   * @default {30000}
   */
  readonly maxMs?: number;
}

/**
 * The wait after the given number of failures: doubling, bounded, and spread over its upper half so
 * that what failed together does not come back together.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(backoff(1, 1), 100);
 * assert.equal(backoff(3, 0), 200);
 * ```
 *
 * @param failures How often it has failed in a row, from 1.
 * @param random A number from 0 up to 1 that chooses within the spread.
 */
export function backoff(failures: number, random: number, options: BackoffOptions = {}): number {
  const { baseMs = 100, maxMs = 30_000 } = options;
  const longest = Math.min(maxMs, baseMs * 2 ** (failures - 1));
  return longest / 2 + random * longest / 2;
}
