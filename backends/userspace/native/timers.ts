/**
 * One deadline per number, the earliest first: a binary heap over arrays that knows where each number
 * stands, so that a deadline is moved or taken back in logarithmic time and nothing is left behind.
 *
 * @module
 */

/** Deadlines of small whole numbers. */
export class Timers {
  /** The numbers, in heap order. */
  #heap: Int32Array<ArrayBuffer>;
  /** Where each number stands in the heap; -1: it has no deadline. */
  #place: Int32Array<ArrayBuffer>;
  #at: Float64Array<ArrayBuffer>;
  #size = 0;

  /** Makes room for numbers below the capacity; more is made as needed. */
  constructor(capacity = 64) {
    this.#heap = new Int32Array(capacity);
    this.#place = new Int32Array(capacity).fill(-1);
    this.#at = new Float64Array(capacity);
  }

  /** How many numbers have a deadline. */
  get size(): number {
    return this.#size;
  }

  /** The earliest deadline; infinity if there is none. */
  next(): number {
    return this.#size === 0 ? Infinity : this.#at[this.#heap[0] ?? 0] ?? Infinity;
  }

  /** Gives a number a deadline, instead of the one that it has. */
  set(id: number, at: number): void {
    if (id >= this.#place.length) this.#grow(id + 1);
    this.#at[id] = at;
    let place = this.#place[id] ?? -1;
    if (place === -1) {
      place = this.#size++;
      this.#put(place, id);
    }
    this.#settle(place);
  }

  /** Takes a number's deadline back, if it has one. */
  clear(id: number): void {
    const place = this.#place[id] ?? -1;
    if (place === -1) return;
    this.#place[id] = -1;
    const last = this.#heap[--this.#size] ?? 0;
    if (place === this.#size) return;
    this.#put(place, last);
    this.#settle(place);
  }

  /** Takes the earliest number whose deadline has come; -1 if there is none. */
  take(now: number): number {
    if (this.next() > now) return -1;
    const id = this.#heap[0] ?? 0;
    this.clear(id);
    return id;
  }

  #settle(start: number): void {
    let place = start;
    const id = this.#heap[place] ?? 0;
    const at = this.#at[id] ?? 0;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const other = this.#heap[above] ?? 0;
      if ((this.#at[other] ?? 0) <= at) break;
      this.#put(place, other);
      place = above;
    }
    for (let below = 2 * place + 1; below < this.#size; below = 2 * place + 1) {
      if (below + 1 < this.#size && this.#atPlace(below + 1) < this.#atPlace(below)) below++;
      if (this.#atPlace(below) >= at) break;
      this.#put(place, this.#heap[below] ?? 0);
      place = below;
    }
    this.#put(place, id);
  }

  #atPlace(place: number): number {
    return this.#at[this.#heap[place] ?? 0] ?? 0;
  }

  #put(place: number, id: number): void {
    this.#heap[place] = id;
    this.#place[id] = place;
  }

  #grow(needed: number): void {
    const capacity = Math.max(needed, 2 * this.#place.length);
    const heap = new Int32Array(capacity);
    const place = new Int32Array(capacity).fill(-1);
    const at = new Float64Array(capacity);
    heap.set(this.#heap);
    place.set(this.#place);
    at.set(this.#at);
    this.#heap = heap;
    this.#place = place;
    this.#at = at;
  }
}
