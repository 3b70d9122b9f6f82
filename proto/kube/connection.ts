/**
 * What the reflectors need of a way to the API server. How it gets its credentials and its TLS is the
 * business of the connections.
 *
 * @module
 */

/** An answer of the API server, its body still to be read. */
export interface KubeResponse {
  /** The HTTP status. */
  readonly status: number;
  /** The `Retry-After` header in milliseconds, 0 if there is none. */
  readonly retryAfterMs: number;
  /** The body. Whoever takes the answer reads it to its end or cancels it. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** A way to one API server. */
export interface KubeConnection {
  /** The server's URL without a slash at its end, for messages and for what is asked. */
  readonly server: string;
  /** What a person should know about the connection, such as that it is made without checks. */
  readonly notes: readonly string[];
  /**
   * Sends a GET for a path and query, with the credentials of the moment. Resolves when the answer's
   * head is there; an aborted signal ends the body too.
   *
   * @throws {UnreachableError} If no answer comes.
   */
  get(path: string, signal: AbortSignal): Promise<KubeResponse>;
  /** Forgets pooled connections and kept credentials; requests under way go on. */
  renew(): void;
  /** Lets everything go. No request may follow. */
  close(): void;
}

/** No answer came: the server could not be found, reached or trusted. */
export class UnreachableError extends Error {
  /** The class's name. */
  override readonly name = "UnreachableError";
}
