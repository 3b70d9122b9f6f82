/**
 * The copy loop: one direction of one connection. Hot code. It allocates nothing for a chunk but
 * what read and write themselves need, reads no more before the last write is out (so a slow reader
 * bounds memory by itself), and gives the others a turn after so many bytes.
 *
 * @module
 */
import type { BufferPool } from "./buffers.ts";
import type { TcpStream } from "./sockets.ts";
import type { Turns } from "./turns.ts";

/** Counts bytes. A plain field, because it is written with each chunk. */
export interface Meter {
  /** The bytes so far. */
  bytes: number;
}

/** One direction of one connection. */
export interface PumpOptions {
  /** Where the bytes come from. */
  readonly from: Pick<TcpStream, "read">;
  /** Where they go. */
  readonly to: Pick<TcpStream, "write" | "closeWrite">;
  /** Where buffers come from. */
  readonly pool: BufferPool;
  /** Counts this direction of this connection. */
  readonly meter: Meter;
  /** Counts this direction of all connections of the listener. */
  readonly total: Meter;
  /** Who says when to go on after a share of bytes. */
  readonly turns: Pick<Turns, "next">;
  /** After how many bytes the others get a turn. */
  readonly quantum: number;
}

/**
 * Copies until the sender has no more, and says so to the receiver (half-close): the other direction
 * is not touched. Rejects with what read or write met; what is left to do then is the caller's.
 */
export async function pump(options: PumpOptions): Promise<void> {
  const { from, to, pool, meter, total, turns, quantum } = options;
  let buffer = pool.take();
  let sinceTurn = 0;
  try {
    for (;;) {
      const count = await from.read(buffer);
      if (count === null) break;
      const full = count === buffer.length;
      let written = await to.write(full ? buffer : buffer.subarray(0, count));
      while (written < count) written += await to.write(buffer.subarray(written, count));
      meter.bytes += count;
      total.bytes += count;
      // A full read says that more is there already; one that is not, that the sender is slower
      // than we, and that the next read may wait for long, holding its buffer.
      buffer = full ? pool.grow(buffer) : pool.shrink(buffer);
      sinceTurn += count;
      if (sinceTurn >= quantum) {
        sinceTurn = 0;
        await turns.next();
      }
    }
    await to.closeWrite();
  } finally {
    pool.give(buffer);
  }
}
