/**
 * Times to an answer, in buckets of half a microsecond.
 *
 * @module
 */

const BUCKETS_PER_MS = 2000;
const MOST_MS = 250;

/** Counts times; of one longer than a quarter of a second it knows no more than that. */
export class Latencies {
  readonly #buckets = new Uint32Array(MOST_MS * BUCKETS_PER_MS + 1);
  #count = 0;

  /** How many were counted. */
  get count(): number {
    return this.#count;
  }

  /** Counts one, in milliseconds. */
  add(ms: number): void {
    const bucket = Math.min(Math.max(0, ms * BUCKETS_PER_MS | 0), MOST_MS * BUCKETS_PER_MS);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#count++;
  }

  /** The time that a share of all did not exceed, in µs; infinite if too long, 0 if there are none. */
  quantile(share: number): number {
    if (this.#count === 0) return 0;
    let left = Math.ceil(this.#count * share);
    for (let bucket = 0; bucket < this.#buckets.length - 1; bucket++) {
      left -= this.#buckets[bucket] ?? 0;
      if (left <= 0) return bucket / BUCKETS_PER_MS * 1000;
    }
    return Infinity;
  }
}
