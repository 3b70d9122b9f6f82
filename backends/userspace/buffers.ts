/**
 * The copy buffers of all connections. A direction starts with 2 KiB and climbs to 256 KiB while its
 * reads come back full, so that an idle connection costs little and a bulk one takes few turns; what
 * all of them together hold above the smallest size has a budget.
 *
 * @module
 */

/** The sizes a buffer can have, smallest first. */
export const BUFFER_SIZES = [2 * 1024, 16 * 1024, 64 * 1024, 256 * 1024] as const;

const SMALLEST = BUFFER_SIZES[0];

/** How much memory a pool may use. */
export interface BufferPoolOptions {
  /**
   * How many bytes may be lent in buffers above the smallest size; a buffer that would break the
   * budget does not grow.
   *
   * @default {67108864}
   */
  readonly budget?: number;
  /**
   * How many bytes the pool keeps for the next taker; the rest is left to the garbage collector.
   *
   * @default {8388608}
   */
  readonly keep?: number;
}

/** Lends buffers. A buffer belongs to its borrower until it is given back, once. */
export class BufferPool {
  readonly #budget: number;
  readonly #keep: number;
  readonly #free: readonly Uint8Array<ArrayBuffer>[][] = BUFFER_SIZES.map(() => []);
  #lentAbove = 0;
  #kept = 0;

  /** Makes an empty pool. */
  constructor(options: BufferPoolOptions = {}) {
    this.#budget = options.budget ?? 64 * 1024 * 1024;
    this.#keep = options.keep ?? 8 * 1024 * 1024;
  }

  /** The bytes lent in buffers above the smallest size. */
  get lentAboveSmallest(): number {
    return this.#lentAbove;
  }

  /** Lends a buffer of the smallest size. Never refused: the number of connections bounds these. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#lend(0, SMALLEST);
  }

  /** Swaps a buffer for one of the next size, or answers with the same one where that cannot be. */
  grow(buffer: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const index = indexOf(buffer) + 1;
    const size = BUFFER_SIZES[index];
    if (size === undefined) return buffer;
    const held = buffer.length === SMALLEST ? 0 : buffer.length;
    if (this.#lentAbove - held + size > this.#budget) return buffer;
    this.give(buffer);
    return this.#lend(index, size);
  }

  /** Swaps a buffer for one of the size below; the smallest stays. */
  shrink(buffer: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    if (buffer.length === SMALLEST) return buffer;
    const index = indexOf(buffer) - 1;
    this.give(buffer);
    return this.#lend(index, BUFFER_SIZES[index] ?? SMALLEST);
  }

  /** Takes a buffer back. */
  give(buffer: Uint8Array<ArrayBuffer>): void {
    const size = buffer.length;
    if (size !== SMALLEST) this.#lentAbove -= size;
    if (this.#kept + size > this.#keep) return;
    this.#kept += size;
    this.#free[indexOf(buffer)]?.push(buffer);
  }

  #lend(index: number, size: number): Uint8Array<ArrayBuffer> {
    if (size !== SMALLEST) this.#lentAbove += size;
    const kept = this.#free[index]?.pop();
    if (kept === undefined) return new Uint8Array(size);
    this.#kept -= size;
    return kept;
  }
}

function indexOf(buffer: Uint8Array): number {
  switch (buffer.length) {
    case 2 * 1024:
      return 0;
    case 16 * 1024:
      return 1;
    case 64 * 1024:
      return 2;
    default:
      return 3;
  }
}
