/**
 * Asks one address once, over TCP or UDP, and says what was seen. It judges nothing. Needs `net`.
 *
 * @module
 */
import { unreachable } from "../../core/mod.ts";
import { errorText, peerHasGone } from "../simulate/net_errors.ts";
import { type Bytes, writeAll } from "../simulate/wire.ts";
import type { Dialect } from "./dialects.ts";
import type { Sight, Target } from "./model.ts";

/** How an address is asked. */
export interface AskOptions {
  /** The way to ask; `null` to connect and say nothing. */
  readonly dialect: Dialect | null;
  /** How long to wait, in milliseconds. */
  readonly timeoutMs: number;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

type Seen = Omit<Sight, "ms">;

/** The most that is read of an answer; a name is in its beginning. */
const MOST_ANSWER = 16 * 1024;

/** Asks. Never throws for what the other side or the network does. */
export async function ask(
  target: Pick<Target, "protocol" | "ip" | "port">,
  options: AskOptions,
): Promise<Sight> {
  const begun = performance.now();
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), options.timeoutMs);
  const signal = AbortSignal.any([options.signal, late.signal]);
  try {
    const seen = await askOver(target, { ...options, signal });
    return { ...seen, ms: Math.round(performance.now() - begun) };
  } finally {
    clearTimeout(timer);
  }
}

function askOver(
  target: Pick<Target, "protocol" | "ip" | "port">,
  options: AskOptions,
): Promise<Seen> {
  switch (target.protocol) {
    case "TCP":
      return askTcp(target, options);
    case "UDP":
      return askUdp(target, options);
    default:
      return unreachable(target.protocol);
  }
}

async function askTcp(
  { ip: hostname, port }: Pick<Target, "ip" | "port">,
  { dialect, signal }: AskOptions,
): Promise<Seen> {
  let connection: Deno.TcpConn;
  try {
    connection = await Deno.connect({ hostname, port, signal, autoSelectFamily: false });
  } catch (error) {
    return signal.aborted ? seen("silent") : whyNot(error);
  }
  using stream = closeOnce(connection);
  if (signal.aborted) return seen("open");
  signal.addEventListener("abort", stream.close, { once: true });
  try {
    if (dialect === null) return seen("open");
    await writeAll(connection, dialect.question);
    return await hear(connection, dialect);
  } catch (error) {
    if (signal.aborted) return seen("open");
    if (peerHasGone(error)) return seen("closed");
    throw error;
  } finally {
    signal.removeEventListener("abort", stream.close);
  }
}

async function hear(connection: Bytes, dialect: Dialect): Promise<Seen> {
  const answer = new Uint8Array(MOST_ANSWER);
  let length = 0;
  while (length < answer.length) {
    const count = await connection.read(answer.subarray(length));
    length += count ?? 0;
    const name = dialect.read(answer.subarray(0, length), count === null);
    if (name !== null) return seen("answered", name);
    if (count === null) break;
  }
  return seen("closed");
}

async function askUdp(
  { ip: hostname, port }: Pick<Target, "ip" | "port">,
  { dialect, signal }: AskOptions,
): Promise<Seen> {
  if (dialect === null) return seen("silent"); // who says nothing over UDP does nothing at all
  const any = hostname.includes(":") ? "::" : "0.0.0.0";
  const socket = Deno.listenDatagram({ transport: "udp", hostname: any, port: 0 });
  using stream = closeOnce(socket);
  if (signal.aborted) return seen("silent");
  signal.addEventListener("abort", stream.close, { once: true });
  try {
    await socket.send(dialect.question, { transport: "udp", hostname, port });
    while (true) {
      const [answer, from] = await socket.receive(new Uint8Array(MOST_ANSWER));
      if (from.transport !== "udp" || from.port !== port || from.hostname !== hostname) continue;
      return seen("answered", dialect.read(answer, true) ?? "");
    }
  } catch (error) {
    if (signal.aborted) return seen("silent");
    return whyNot(error);
  } finally {
    signal.removeEventListener("abort", stream.close);
  }
}

function whyNot(error: unknown): Seen {
  // On Windows a UDP socket is told of it as a reset.
  const refused = error instanceof Deno.errors.ConnectionRefused ||
    error instanceof Deno.errors.ConnectionReset;
  return refused ? seen("refused") : seen("failed", errorText(error));
}

function seen(what: Sight["seen"], name = ""): Seen {
  return { seen: what, name };
}

/** A socket that several may close. */
function closeOnce(socket: { close(): void }): { readonly close: () => void } & Disposable {
  let open = true;
  const close = (): void => {
    if (open) socket.close();
    open = false;
  };
  return { close, [Symbol.dispose]: close };
}
