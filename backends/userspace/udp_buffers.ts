/**
 * Buffers for datagrams. Every waiting flow holds one that takes the largest datagram there is, for
 * who receives a datagram into less loses the rest. They are cut from large blocks, which the system
 * backs with memory only where it was written to: a flow of small datagrams costs one page.
 *
 * @module
 */

/** The size of a buffer; a datagram has at most 65,527 bytes. */
export const DATAGRAM_BYTES = 64 * 1024;

/** Blocks of 4 MiB: large enough for the allocator to ask the system, which gives untouched pages. */
const BUFFERS_PER_BLOCK = 64;

/** A datagram's buffer. */
export type DatagramBuffer = Uint8Array<ArrayBuffer>;

/** Lends buffers. */
export class DatagramBuffers {
  /** Of each block that there is, the buffers that are free. */
  readonly #free = new Map<ArrayBuffer, DatagramBuffer[]>();
  /** The blocks with a free buffer, the one to take from first. */
  readonly #withRoom = new Set<ArrayBuffer>();
  #lent = 0;

  /** How many buffers are lent. */
  get lent(): number {
    return this.#lent;
  }

  /** How many bytes the blocks have, touched or not. */
  get reserved(): number {
    return this.#free.size * BUFFERS_PER_BLOCK * DATAGRAM_BYTES;
  }

  /** Lends a buffer, with anything in it. */
  take(): DatagramBuffer {
    const [block = this.#grow()] = this.#withRoom;
    const free = this.#free.get(block) ?? [];
    const buffer = free.pop() ?? new Uint8Array(DATAGRAM_BYTES);
    if (free.length === 0) this.#withRoom.delete(block);
    this.#lent++;
    return buffer;
  }

  /** Takes a buffer back that was lent, once for each time. */
  give(buffer: DatagramBuffer): void {
    const block = buffer.buffer;
    const free = this.#free.get(block);
    if (free === undefined) {
      throw new TypeError("Cannot take a buffer back that was not lent here");
    }
    free.push(buffer);
    this.#lent--;
    this.#withRoom.add(block);
    // One whole free block is kept, for the next one who comes.
    if (free.length === BUFFERS_PER_BLOCK && this.#withRoom.size > 1) {
      this.#withRoom.delete(block);
      this.#free.delete(block);
    }
  }

  #grow(): ArrayBuffer {
    const block = new ArrayBuffer(BUFFERS_PER_BLOCK * DATAGRAM_BYTES);
    const buffers = Array.from(
      { length: BUFFERS_PER_BLOCK },
      (_, index) => new Uint8Array(block, index * DATAGRAM_BYTES, DATAGRAM_BYTES),
    );
    this.#free.set(block, buffers);
    this.#withRoom.add(block);
    return block;
  }
}
