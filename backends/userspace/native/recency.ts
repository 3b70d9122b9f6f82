/**
 * Rings of things by their last use, in flat arrays: each thing is a number, and stands in one ring.
 *
 * @module
 */

/** One ring; it is made empty, with -1. */
export interface RecencyRing {
  /** What was used last; -1 if there is nothing in it. */
  newest: number;
}

/** The links of all rings over the same numbers. */
export class RecencyLinks {
  readonly #older: Int32Array<ArrayBuffer>;
  /** After the newest comes the oldest. */
  readonly #newer: Int32Array<ArrayBuffer>;

  /** Links so many numbers. */
  constructor(capacity: number) {
    this.#older = new Int32Array(capacity);
    this.#newer = new Int32Array(capacity);
  }

  /** What was not used for longest; -1 if there is nothing. */
  oldest({ newest }: RecencyRing): number {
    return newest === -1 ? -1 : this.#newer[newest] ?? -1;
  }

  /** Adds something that is in no ring, as the newest. */
  append(ring: RecencyRing, it: number): void {
    const oldest = ring.newest === -1 ? it : this.oldest(ring);
    const newest = ring.newest === -1 ? it : ring.newest;
    this.#older[it] = newest;
    this.#newer[newest] = it;
    this.#newer[it] = oldest;
    this.#older[oldest] = it;
    ring.newest = it;
  }

  /** Takes something out of its ring. */
  remove(ring: RecencyRing, it: number): void {
    const older = this.#older[it] ?? -1;
    const newer = this.#newer[it] ?? -1;
    if (ring.newest === it) ring.newest = older === it ? -1 : older;
    this.#newer[older] = newer;
    this.#older[newer] = older;
  }

  /** Makes something of the ring the newest. */
  renew(ring: RecencyRing, it: number): void {
    if (ring.newest === it) return;
    this.remove(ring, it);
    this.append(ring, it);
  }
}
