/**
 * How gRPC puts messages into a stream of bytes: each has five bytes before it, a flag for compression
 * and the length.
 *
 * @module
 */
import { GrpcError, STATUS } from "./status.ts";

const HEAD = 5;

/** The message with its head. */
export function frame(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEAD + message.length);
  new DataView(bytes.buffer).setUint32(1, message.length);
  bytes.set(message, HEAD);
  return bytes;
}

/** Puts the messages together again that come in pieces. */
export class FrameReader {
  readonly #maxBytes: number;
  #pieces: Uint8Array[] = [];
  #have = 0;
  #need = HEAD;
  #inBody = false;

  /** A reader that takes no message of more than so many bytes. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether a message was begun and is not complete. */
  get partial(): boolean {
    return this.#have > 0 || this.#inBody;
  }

  /**
   * Takes a piece in: the messages that it completes.
   *
   * @throws {GrpcError} If a message is too large or compressed. It is refused by its head, before
   * any of it is kept.
   */
  *take(piece: Uint8Array): Generator<Uint8Array> {
    for (let rest = piece; rest.length > 0 || (this.#inBody && this.#need === 0);) {
      const part = rest.subarray(0, this.#need - this.#have);
      rest = rest.subarray(part.length);
      this.#pieces.push(part);
      this.#have += part.length;
      if (this.#have < this.#need) return;
      const whole = this.#pieces.length === 1 ? part : joined(this.#pieces, this.#have);
      this.#pieces = [];
      this.#have = 0;
      if (this.#inBody) {
        this.#inBody = false;
        this.#need = HEAD;
        yield whole;
      } else {
        this.#need = this.#lengthIn(whole);
        this.#inBody = true;
      }
    }
  }

  #lengthIn(head: Uint8Array): number {
    const view = new DataView(head.buffer, head.byteOffset);
    if (view.getUint8(0) !== 0) {
      throw new GrpcError(
        STATUS.unimplemented,
        "Cannot read a message: it is compressed, which no side has offered",
      );
    }
    const length = view.getUint32(1);
    if (length <= this.#maxBytes) return length;
    throw new GrpcError(
      STATUS.resourceExhausted,
      `Cannot read a message: it has ${length} bytes, and at most ${this.#maxBytes} are taken`,
    );
  }
}

/** Pieces as one. */
export function joined(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
