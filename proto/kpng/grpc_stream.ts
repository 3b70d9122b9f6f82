/**
 * One HTTP/2 stream with gRPC messages on it: reading with a bound, writing no faster than the other
 * side reads. The same on both sides.
 *
 * @module
 */
import type { Http2Stream } from "node:http2";
import { FrameReader } from "./frames.ts";
import { GrpcError, STATUS } from "./status.ts";

/** How many messages that were not asked for yet are kept before the other side has to wait. */
const MOST_WAITING = 16;

/** How many bytes are put together before they are given to the stream. */
const CHUNK = 64 * 1024;

/**
 * The messages that come in, until the other side has no more. Reading stops where they are not
 * taken, so that the other side cannot fill the memory.
 *
 * @throws {GrpcError} If a message is too large, compressed, or cut short, or the other side is gone.
 */
export async function* messagesOf(
  stream: Http2Stream,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  const frames = new FrameReader(maxBytes);
  const waiting: Uint8Array[] = [];
  let end: { readonly error: Error | null } | null = null;
  let wake = () => {};
  const finish = (error: Error | null) => {
    end ??= { error };
    wake();
  };
  const onData = (piece: Uint8Array) => {
    try {
      for (const message of frames.take(piece)) waiting.push(message);
    } catch (error) {
      stream.pause();
      finish(error instanceof Error ? error : new Error(String(error)));
    }
    if (waiting.length >= MOST_WAITING) stream.pause();
    wake();
  };
  const onEnd = () => finish(frames.partial ? cutShort() : null);
  const onError = (cause: Error) =>
    finish(new GrpcError(STATUS.cancelled, `The other side is gone: ${cause.message}`, { cause }));
  const onClose = () => finish(gone());
  stream.on("data", onData).on("end", onEnd).on("error", onError).on("close", onClose);
  if (stream.destroyed) onClose();
  try {
    for (;;) {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) yield next;
      const ended = end as { readonly error: Error | null } | null; // set by the listeners above
      if (ended !== null) {
        if (ended.error !== null) throw ended.error;
        return;
      }
      stream.resume();
      await new Promise<void>((resolve) => wake = resolve);
    }
  } finally {
    stream.off("data", onData).off("end", onEnd).off("error", onError).off("close", onClose);
  }
}

/**
 * Sends bytes in large pieces; resolves when the stream has taken all.
 *
 * @throws {GrpcError} If the other side is gone, or takes nothing for `patienceMs`.
 */
export async function sendAll(
  stream: Http2Stream,
  parts: Iterable<Uint8Array>,
  patienceMs: number,
): Promise<void> {
  let chunk = new Uint8Array(CHUNK);
  let filled = 0;
  for (const part of parts) {
    let rest = part;
    while (rest.length > 0) {
      const piece = rest.subarray(0, chunk.length - filled);
      chunk.set(piece, filled);
      filled += piece.length;
      rest = rest.subarray(piece.length);
      if (filled < chunk.length) continue;
      await write(stream, chunk, patienceMs);
      chunk = new Uint8Array(CHUNK);
      filled = 0;
    }
  }
  if (filled > 0) await write(stream, chunk.slice(0, filled), patienceMs);
}

function write(stream: Http2Stream, chunk: Uint8Array, patienceMs: number): Promise<void> {
  if (stream.destroyed || stream.closed) return Promise.reject(gone());
  if (stream.write(chunk)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clearTimeout(timer);
      stream.off("drain", onDrain).off("close", onClose);
      settle();
    };
    const onDrain = () => end(resolve);
    const onClose = () => end(() => reject(gone()));
    const timer = setTimeout(() => end(() => reject(stuck(patienceMs))), patienceMs);
    stream.once("drain", onDrain).once("close", onClose);
  });
}

function gone(): GrpcError {
  return new GrpcError(STATUS.cancelled, "The other side is gone");
}

function cutShort(): GrpcError {
  return new GrpcError(STATUS.internal, "Cannot read a message: it is cut short");
}

function stuck(patienceMs: number): GrpcError {
  const seconds = Math.round(patienceMs / 1000);
  return new GrpcError(
    STATUS.resourceExhausted,
    `The other side has taken nothing for ${seconds} s`,
  );
}
