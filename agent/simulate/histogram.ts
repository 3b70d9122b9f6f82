/**
 * Counts of measured values in buckets that grow by 2 %, so that percentiles over days of traffic
 * take a fixed amount of memory and are right to 1 %.
 *
 * @module
 */

const GROWTH = 1.02;
/** Values below are counted as this: 1 µs where the unit is milliseconds. */
const LEAST = 0.001;
const BUCKETS = 1200; // up to LEAST × 1.02^1200 ≈ 2 × 10^7, five hours in milliseconds

/** Measured values, for percentiles. */
export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;
  #largest = 0;

  /** How many values were added. */
  get count(): number {
    return this.#total;
  }

  /** Adds a value, 0 or more. */
  add(value: number): void {
    const index = Math.ceil(Math.log(Math.max(value, LEAST) / LEAST) / Math.log(GROWTH));
    this.#increase(Math.min(index, BUCKETS - 1), 1);
    this.#total += 1;
    this.#largest = Math.max(this.#largest, value);
  }

  /** Adds all values of another one. */
  addAll(other: Histogram): void {
    other.#counts.forEach((count, index) => this.#increase(index, count));
    this.#total += other.#total;
    this.#largest = Math.max(this.#largest, other.#largest);
  }

  /** The smallest value that at least that share of all values does not exceed; 0 if there are none. */
  quantile(share: number): number {
    const wanted = Math.max(1, Math.ceil(share * this.#total));
    if (wanted > this.#total) return 0;
    let seen = 0;
    for (const [index, count] of this.#counts.entries()) {
      seen += count;
      // The middle of a bucket, on a logarithmic scale, is never more than 1 % away.
      if (seen >= wanted) return Math.min(LEAST * GROWTH ** (index - 0.5), this.#largest);
    }
    return this.#largest;
  }

  #increase(index: number, by: number): void {
    this.#counts[index] = (this.#counts[index] ?? 0) + by;
  }
}
