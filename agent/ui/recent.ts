/**
 * The last few of something, so that memory has a bound, with a number for each so that it can be
 * told what came since.
 *
 * @module
 */

/** The last few of something. */
export class Recent<T> {
  readonly #most: number;
  #items: T[] = [];
  #count = 0;

  /** Remembers so many. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many there ever were: the number for {@linkcode between}. */
  get count(): number {
    return this.#count;
  }

  /** Takes one in. */
  push(item: T): void {
    this.#count++;
    this.#items.push(item);
    // Twice the room, halved: cheaper than to shift each time.
    if (this.#items.length >= 2 * this.#most) this.#items = this.#items.slice(-this.#most);
  }

  /**
   * Those that came when there had been `from` and up to when there were `to`, as far as they are
   * remembered; oldest first.
   */
  between(from: number, to: number): readonly T[] {
    const end = this.#items.length - (this.#count - to);
    const start = Math.max(0, end - Math.min(to - from, this.#most));
    return this.#items.slice(start, Math.max(start, end));
  }
}
