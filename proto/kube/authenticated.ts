/**
 * A connection out of a server, credentials and a transport: each request carries the credentials of
 * its moment, and one whose credentials are refused looks for newer ones at once.
 *
 * @module
 */
import { type KubeConnection, type KubeResponse, UnreachableError } from "./connection.ts";
import type { Credentials, CredentialSource } from "./credentials.ts";
import type { Transport } from "./fetch_transport.ts";
import type { KubeWrite, KubeWriter } from "./post_event.ts";

/** The parts of a connection. */
export interface ConnectionParts {
  /** The server's URL without a slash at its end. */
  readonly server: string;
  /** What a person should know. */
  readonly notes: readonly string[];
  /** What requests carry. */
  readonly credentials: CredentialSource;
  /** What carries them. */
  readonly transport: Transport;
}

const UNAUTHORIZED = 401;

/** The connection. */
export function connect(
  { server, notes, credentials, transport }: ConnectionParts,
): KubeConnection & KubeWriter {
  let closed = false;
  const send = async (
    path: string,
    { headers, ...tls }: Credentials,
    signal: AbortSignal,
    write: KubeWrite | null,
  ): Promise<KubeResponse> => {
    // An event may come late; the transport would open anew for it, and nobody would close it.
    if (closed) throw new UnreachableError(`Cannot ask ${server}: the connection is closed`);
    const type = write === null ? {} : { "content-type": write.contentType };
    const all = { accept: "application/json", "user-agent": "windlass", ...type, ...headers };
    return await transport.send(`${server}${path}`, { ...tls, headers: all }, signal, write);
  };
  const ask = async (path: string, signal: AbortSignal, write: KubeWrite | null) => {
    const used = await credentials.current();
    const response = await send(path, used, signal, write);
    if (response.status !== UNAUTHORIZED) return response;
    credentials.renew(); // the token may have been rotated within the minute that it is kept
    const fresh = await credentials.current();
    if (isSame(used, fresh)) return response;
    await response.body.cancel();
    return await send(path, fresh, signal, write);
  };
  return {
    server,
    notes,
    get: (path, signal) => ask(path, signal, null),
    send: (write, signal) => ask(write.path, signal, write),
    renew() {
      transport.renew();
      credentials.renew();
    },
    close() {
      closed = true;
      transport.close();
    },
  };
}

function isSame(a: Credentials, b: Credentials): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
