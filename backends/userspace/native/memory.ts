/**
 * Memory that system calls read and write. It is handed to them as typed arrays; no pointer is kept
 * anywhere but inside structures that the same owner allocated beside what they point to. A region is
 * allocated once and never resized, so its address holds for as long as somebody holds the region.
 *
 * @module
 */

/** A fixed piece of memory. */
export interface Region {
  /** The memory, as calls take it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same memory in words; a length that is no multiple of four loses its tail. */
  readonly words: Uint32Array<ArrayBuffer>;
}

/** Allocates a region, zeroed. An `ArrayBuffer` of its own lies outside V8's heap: nothing moves it. */
export function allocate(length: number): Region {
  const buffer = new ArrayBuffer(length);
  return { bytes: new Uint8Array(buffer), words: new Uint32Array(buffer, 0, length >> 2) };
}

/** A region from some byte on, as calls take it. */
export function bytesFrom(region: Region, offset: number): Uint8Array<ArrayBuffer> {
  if (offset < 0 || offset >= region.bytes.length) {
    throw new RangeError(`Cannot take byte ${offset} of a region of ${region.bytes.length}`);
  }
  return offset === 0 ? region.bytes : region.bytes.subarray(offset);
}

const WORD = 2 ** 32;

/** Writes an address into two words of memory, low word first. User space ends far below 2^53. */
export function storeAddress(
  words: Uint32Array<ArrayBuffer>,
  index: number,
  address: number,
): void {
  words[index] = address >>> 0; // ToUint32 takes the number modulo 2^32
  words[index + 1] = Math.floor(address / WORD);
}
