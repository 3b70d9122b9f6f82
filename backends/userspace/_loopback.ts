/**
 * Endpoints and clients on loopback, for tests of the data path.
 *
 * @module
 */
import type { LogFields, Logger } from "../../core/mod.ts";
import { freePort } from "../test_ports.ts";
import type { ConnectionEvent, ListenerStats } from "./data_path.ts";
import type { NodePorts } from "./node_port_addresses.ts";
import type { ListenerSpec, UserspaceOp } from "./spec.ts";
import type { UserspaceOptions } from "./options.ts";
import { type UserspaceBackend, userspaceBackend } from "./userspace.ts";

/** A backend that is closed, and its connections cut, at the end of the test. */
export interface Rig extends AsyncDisposable {
  /** The backend. */
  readonly backend: UserspaceBackend;
  /** What happened to connections so far. */
  readonly events: readonly ConnectionEvent[];
  /** Resolves with the first event of the type that comes from now on. */
  event(type: ConnectionEvent["type"]): Promise<ConnectionEvent>;
}

/** Makes a backend, with one open listener if it is given. */
export async function rig(
  listener: ListenerSpec | null,
  options: UserspaceOptions = {},
): Promise<Rig> {
  const events: ConnectionEvent[] = [];
  const waiting: { type: string; resolve: (event: ConnectionEvent) => void }[] = [];
  const backend = userspaceBackend({
    random: () => 0,
    onConnection(event) {
      events.push(event);
      const index = waiting.findIndex((each) => each.type === event.type);
      if (index !== -1) waiting.splice(index, 1)[0]?.resolve(event);
    },
    ...options,
  });
  if (listener !== null) {
    const result = await backend.apply(openOp(listener), new AbortController().signal);
    if (!result.ok) throw new Error(result.error);
  }
  return {
    backend,
    events,
    event(type) {
      const { promise, resolve } = Promise.withResolvers<ConnectionEvent>();
      waiting.push({ type, resolve });
      return promise;
    },
    [Symbol.asyncDispose]: () => backend.close(AbortSignal.abort()),
  };
}

/** A logger that keeps its lines. */
export function keeper(): {
  readonly lines: [string, LogFields | undefined][];
  readonly log: Logger;
} {
  const lines: [string, LogFields | undefined][] = [];
  const keep = (message: string, fields?: LogFields) => void lines.push([message, fields]);
  return { lines, log: { v: () => ({ info: keep }), info: keep, warn: keep, error: keep } };
}

/** How the backend's only listener is doing. */
export async function first(backend: UserspaceBackend): Promise<ListenerStats> {
  const [listener] = (await backend.stats()).listeners;
  if (listener === undefined) throw new Error("Cannot look at a listener: none is open");
  return listener;
}

/** A pod for tests: a server on a loopback address. */
export interface Pod extends AsyncDisposable {
  /** `ip:port`. */
  readonly address: string;
  /** Connections that it has taken. */
  readonly taken: number;
}

/** Starts a pod that does this with each connection, and then closes it. */
export function pod(serve: (conn: Deno.TcpConn) => Promise<unknown>, hostname = "127.0.0.1"): Pod {
  const server = Deno.listen({ hostname, port: 0 });
  const live = new Set<Deno.TcpConn>();
  const served = new Set<Promise<unknown>>();
  let taken = 0;
  const accepting = (async () => {
    for await (const conn of server) {
      taken++;
      live.add(conn);
      const end = serve(conn).catch(ignoreBroken).finally(() => {
        closeQuietly(conn);
        live.delete(conn);
        served.delete(end);
      });
      served.add(end);
    }
  })();
  return {
    address: `${hostname}:${server.addr.port}`,
    get taken() {
      return taken;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      for (const conn of live) closeQuietly(conn);
      await accepting;
      await Promise.all(served);
    },
  };
}

/** A pod that says its name and ends its side, then waits for the client to end. */
export function namedPod(name: string, hostname?: string): Pod {
  return pod(async (conn) => {
    await writeAll(conn, new TextEncoder().encode(name));
    await conn.closeWrite();
    await readAll(conn);
  }, hostname);
}

/** A pod that sends back what it gets. */
export function echoPod(): Pod {
  return pod(async (conn) => {
    const buffer = new Uint8Array(64 * 1024);
    for (let n = await conn.read(buffer); n !== null; n = await conn.read(buffer)) {
      await writeAll(conn, buffer.subarray(0, n));
    }
    await conn.closeWrite();
  });
}

/** Node ports on every address of the node. */
export const ALL_ADDRESSES: NodePorts = (_, family) => [family === "IPv4" ? "0.0.0.0" : "::"];

/** An address on which nobody listens. */
export function deadAddress(): string {
  return `127.0.0.1:${freePort()}`;
}

/** A listener on a free port of 127.0.0.1. */
export function spec(backends: readonly string[], parts: Partial<ListenerSpec> = {}): ListenerSpec {
  const { ip = "127.0.0.1", port = 0 } = parts;
  return {
    key: `TCP/${ip}:${port}`,
    protocol: "TCP",
    ip,
    port,
    service: "default/web",
    servicePort: "default/web:http",
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

/** The operation that opens a listener. */
export function openOp(listener: ListenerSpec): UserspaceOp {
  return { op: "open", key: listener.key, after: [], because: "test", listener };
}

/** The operation that changes a listener. */
export function updateOp(listener: ListenerSpec): UserspaceOp {
  return { op: "update", key: listener.key, after: [], because: "test", listener };
}

/** The operation that closes a listener. */
export function closeOp({ key }: ListenerSpec): UserspaceOp {
  return { op: "close", key, after: [], because: "test" };
}

/** Connects to the backend's only listener. */
export async function connect(backend: UserspaceBackend): Promise<Deno.TcpConn> {
  const { ip, port } = await first(backend);
  return await Deno.connect({ hostname: ip, port });
}

/** Connects, reads to the end, and gives what was read as text. */
export async function ask(backend: UserspaceBackend): Promise<string> {
  using conn = await connect(backend);
  return new TextDecoder().decode(await readAll(conn));
}

/**
 * Connects, and waits until it is sent away with nothing: by an end, or by a reset where the data path
 * can do that.
 */
export async function sentAway(backend: UserspaceBackend): Promise<void> {
  try {
    const answer = await ask(backend);
    if (answer !== "") throw new Error(`Expected to be sent away, and got "${answer}"`);
  } catch (error) {
    // Not connected: the reset came before the platform had asked whom it is connected to.
    const { ConnectionReset, NotConnected } = Deno.errors;
    if (!(error instanceof ConnectionReset || error instanceof NotConnected)) throw error;
  }
}

/** Sends some text and waits for as many bytes. */
export async function exchange(conn: Deno.TcpConn, text: string): Promise<string> {
  const sent = new TextEncoder().encode(text);
  await writeAll(conn, sent);
  const got = new Uint8Array(sent.length);
  let filled = 0;
  while (filled < got.length) {
    const n = await conn.read(got.subarray(filled));
    if (n === null) break;
    filled += n;
  }
  return new TextDecoder().decode(got.subarray(0, filled));
}

/** Writes it all. */
export async function writeAll(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
}

/** Reads to the end. */
export async function readAll(conn: Deno.TcpConn): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const buffer = new Uint8Array(64 * 1024);
  for (let n = await conn.read(buffer); n !== null; n = await conn.read(buffer)) {
    chunks.push(buffer.slice(0, n));
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** Closes a connection that may be closed already. */
export function closeQuietly(conn: Deno.TcpConn): void {
  try {
    conn.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

/** A pod does not mind that its client, or the test, has gone. */
function ignoreBroken(error: unknown): void {
  const { BrokenPipe, ConnectionReset, Interrupted, BadResource } = Deno.errors;
  const expected = [BrokenPipe, ConnectionReset, Interrupted, BadResource];
  if (!expected.some((kind) => error instanceof kind)) throw error;
}
