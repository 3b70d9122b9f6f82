/**
 * How a gRPC call ends: its status codes, and an error that carries one.
 *
 * @module
 */

/** The status codes that are sent or looked at here, by name. */
export const STATUS = {
  /** The end of a call as it should be. */
  ok: 0,
  /** The call was cancelled. */
  cancelled: 1,
  /** Anything; what KPNG sends when a client of the global API has nothing more to say. */
  unknown: 2,
  /** Too large, or too many. */
  resourceExhausted: 8,
  /** What KPNG sends when a client of the local API has nothing more to say. */
  aborted: 10,
  /** No such method, or no such compression. */
  unimplemented: 12,
  /** The message cannot be read. */
  internal: 13,
  /** The server is not there. */
  unavailable: 14,
} as const;

/** The end of a call that is not as it should be. */
export class GrpcError extends Error {
  /** The class's name. */
  override readonly name = "GrpcError";
  /** The gRPC status code. */
  readonly status: number;

  /** Makes the error. */
  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** A message as it stands in the trailer `grpc-message`: all but printable ASCII is percent-encoded. */
export function encodeMessage(message: string): string {
  return [...new TextEncoder().encode(message)]
    .map((byte) =>
      byte < 0x20 || byte > 0x7e || byte === 0x25
        ? `%${byte.toString(16).toUpperCase().padStart(2, "0")}`
        : String.fromCharCode(byte)
    ).join("");
}

/** The message of a trailer `grpc-message`; as it is where it is not encoded as it should be. */
export function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
