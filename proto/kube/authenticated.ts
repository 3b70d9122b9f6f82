/**
 * A connection out of a server, credentials and a transport: each request carries the credentials of
 * its moment, and one whose credentials are refused looks for newer ones at once.
 *
 * @module
 */
import type { KubeConnection, KubeResponse } from "./connection.ts";
import type { Credentials, CredentialSource } from "./credentials.ts";
import type { Transport } from "./fetch_transport.ts";

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
): KubeConnection {
  const send = async (
    path: string,
    { headers, ...tls }: Credentials,
    signal: AbortSignal,
  ): Promise<KubeResponse> => {
    const all = { accept: "application/json", "user-agent": "windlass", ...headers };
    return await transport.get(`${server}${path}`, { ...tls, headers: all }, signal);
  };
  return {
    server,
    notes,
    async get(path, signal) {
      const used = await credentials.current();
      const response = await send(path, used, signal);
      if (response.status !== UNAUTHORIZED) return response;
      credentials.renew(); // the token may have been rotated within the minute that it is kept
      const fresh = await credentials.current();
      if (isSame(used, fresh)) return response;
      await response.body.cancel();
      return await send(path, fresh, signal);
    },
    renew() {
      transport.renew();
      credentials.renew();
    },
    close: () => transport.close(),
  };
}

function isSame(a: Credentials, b: Credentials): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
