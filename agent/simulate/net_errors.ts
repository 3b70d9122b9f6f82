/**
 * What sockets throw when a connection ends before its user is done: news, not faults.
 *
 * @module
 */

const GONE = [
  Deno.errors.ConnectionReset,
  Deno.errors.ConnectionAborted,
  Deno.errors.ConnectionRefused, // told to a UDP socket whose earlier datagram found nobody
  Deno.errors.BrokenPipe,
  Deno.errors.NotConnected,
  Deno.errors.UnexpectedEof,
  Deno.errors.BadResource, // closed on this side before the call
  Deno.errors.Interrupted, // closed on this side during the call
] as const;

/** Whether the error says that the connection is over, on whichever side. */
export function peerHasGone(error: unknown): boolean {
  return GONE.some((kind) => error instanceof kind);
}

/** The error as a person reads it. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
