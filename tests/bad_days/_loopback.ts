/**
 * Endpoints and clients on loopback, and the listener between them.
 *
 * @module
 */
import type { ListenerSpec } from "../../backends/mod.ts";

/** An endpoint that is closed, with what it holds, at the end of the test. */
export interface Endpoint extends AsyncDisposable {
  /** `ip:port`. */
  readonly address: string;
  /** How many connections it has taken. */
  readonly taken: number;
}

/** A TCP endpoint that does this with each connection and then closes it. */
export function endpoint(serve: (conn: Deno.TcpConn) => Promise<unknown>): Endpoint {
  const server = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 4096 });
  const live = new Map<Deno.TcpConn, Promise<unknown>>();
  let taken = 0;
  const accepting = (async () => {
    for await (const conn of server) {
      taken++;
      live.set(conn, serve(conn).catch(ignoreGone).finally(() => close(conn)));
    }
  })();
  const close = (conn: Deno.TcpConn): void => {
    if (live.delete(conn)) conn.close();
  };
  return {
    address: `127.0.0.1:${server.addr.port}`,
    get taken() {
      return taken;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      await accepting;
      const ends = [...live.values()];
      for (const conn of live.keys()) close(conn);
      await Promise.all(ends);
    },
  };
}

/** An endpoint that sends back what it gets. */
export function echo(): Endpoint {
  return endpoint(async (conn) => {
    const buffer = new Uint8Array(16 * 1024);
    for (let n = await conn.read(buffer); n !== null; n = await conn.read(buffer)) {
      await writeAll(conn, buffer.subarray(0, n));
    }
  });
}

/** A TCP listener of the proxy on a free port, or on that one. */
export function tcpListener(
  backends: readonly string[],
  parts: Partial<ListenerSpec> = {},
): ListenerSpec {
  const { ip = "127.0.0.1", port = 0, protocol = "TCP" } = parts;
  return {
    key: `${protocol}/${ip}:${port}`,
    protocol,
    ip,
    port,
    service: "default/web",
    servicePort: "default/web",
    kind: "ClusterIP",
    policy: "round-robin",
    affinitySeconds: 0,
    sourceRanges: [],
    backends,
    lingering: null,
    localClients: null,
    ...parts,
  };
}

/** Connects to a listener. */
export function connectTo(
  { ip, port }: { readonly ip: string; readonly port: number },
): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname: ip, port, autoSelectFamily: false });
}

/** Writes it all. */
export async function writeAll(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
}

/** Sends some text and reads as much; what came until then if the connection ends before. */
export async function exchange(conn: Deno.TcpConn, text: string): Promise<string> {
  const sent = new TextEncoder().encode(text);
  const got = new Uint8Array(sent.length);
  let filled = 0;
  await writeAll(conn, sent);
  while (filled < got.length) {
    const n = await conn.read(got.subarray(filled));
    if (n === null) break;
    filled += n;
  }
  return new TextDecoder().decode(got.subarray(0, filled));
}

/** Opens a UDP socket on loopback. */
export function datagrams(hostname = "127.0.0.1", port = 0): Deno.DatagramConn {
  return Deno.listenDatagram({ transport: "udp", hostname, port });
}

/** Makes so many. */
export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** Looks again and again, until what is seen is right. */
export async function until<T>(look: () => Promise<T>, right: (seen: T) => boolean): Promise<T> {
  for (;;) {
    const seen = await look();
    if (right(seen)) return seen;
  }
}

/** The peer, or the test, has gone in the middle of it. */
function ignoreGone(error: unknown): void {
  const { BrokenPipe, ConnectionReset, Interrupted, BadResource } = Deno.errors;
  const expected = [BrokenPipe, ConnectionReset, Interrupted, BadResource];
  if (!expected.some((kind) => error instanceof kind)) throw error;
}
