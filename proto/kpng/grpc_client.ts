/**
 * A gRPC client for bidirectional streams over `node:http2`: one connection for one stream. Needs net
 * permission; read and write for a Unix socket.
 *
 * @module
 */
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { connect as connectSocket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type Address, hostText } from "./address.ts";
import { frame } from "./frames.ts";
import { messagesOf } from "./grpc_stream.ts";
import { guardSession } from "./guard.ts";
import { keepAlive } from "./keep_alive.ts";
import { decodeMessage, GrpcError, STATUS } from "./status.ts";
import { serverFault } from "./tls_faults.ts";
import type { TlsFiles } from "./tls_files.ts";

/** What to call, and how. */
export interface CallOptions {
  /** The server. */
  readonly address: Address;
  /** TLS, or `null` for none. */
  readonly tls: TlsFiles | null;
  /** The method: `/localv1.Sets/Watch`. */
  readonly path: string;
  /** The largest message that is taken. */
  readonly maxBytes: number;
  /** How long the connection may take to come about, in milliseconds. */
  readonly connectMs: number;
}

/** A call under way. */
export interface GrpcCall extends AsyncDisposable {
  /** The server's messages, to the end of the call. */
  readonly messages: AsyncIterable<Uint8Array>;
  /** Sends a message. */
  send(message: Uint8Array): void;
}

/**
 * A server of ours is asked often for a sign of life. gRPC-Go, which KPNG's server is made with, cuts
 * off who asks more often than each five minutes.
 */
const PING_MS = { windlass: 20_000, other: 310_000 } as const;

/**
 * Opens a call. It is closed by `await using`, or when the signal aborts.
 *
 * @throws {GrpcError} While its messages are read, if it ends other than it should.
 */
export function openCall(options: CallOptions, signal: AbortSignal): GrpcCall {
  const session = connectTo(options);
  const outcome: Outcome = { status: null, trouble: null, answered: false };
  const fail = (why: string, cause?: unknown) => {
    outcome.trouble ??= new GrpcError(STATUS.unavailable, inWords(why, outcome, options), {
      cause,
    });
    session.destroy();
  };
  const closed = new Promise<void>((resolve) => session.once("close", () => resolve()));
  session.on("error", (error: Error) => fail(error.message, error));
  const stream = session.request({
    ":method": "POST",
    ":path": options.path,
    "content-type": "application/grpc+proto",
    "te": "trailers",
    "user-agent": "windlass",
  });
  const slow = setTimeout(
    () => fail(`no connection came about within ${options.connectMs / 1000} s`),
    options.connectMs,
  );
  const watchOver = (periodMs: number) =>
    keepAlive(session, periodMs, () => fail("the server gives no sign of life"));
  // Its settings are the first that a server says. That it takes the connection says nothing: a
  // balancer does, or a machine whose server has frozen.
  session.once("remoteSettings", () => {
    clearTimeout(slow);
    watchOver(PING_MS.other);
  });
  stream.on("error", (error: Error) => fail(reasonOf(error), error));
  stream.on("trailers", (headers) => readStatus(headers, outcome));
  stream.once("response", (headers) => {
    outcome.answered = true;
    readStatus(headers, outcome);
    if (headers["server"] === "windlass") watchOver(PING_MS.windlass);
  });
  const hangUp = async () => {
    session.destroy();
    await closed;
  };
  const stop = () => session.destroy();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  return {
    messages: messages(stream, options, outcome, hangUp),
    send(message) {
      if (!stream.destroyed && !stream.closed) stream.write(frame(message));
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(slow);
      signal.removeEventListener("abort", stop);
      await hangUp();
    },
  };
}

function connectTo({ address, tls }: CallOptions): ClientHttp2Session {
  const scheme = tls === null ? "http" : "https";
  const settings = { enablePush: false, initialWindowSize: 1024 * 1024 };
  const secure = tls === null
    ? null
    : { ...tls, minVersion: "TLSv1.2" as const, ALPNProtocols: ["h2"] };
  const session = address.network === "unix"
    ? connect(`${scheme}://localhost`, {
      settings,
      createConnection: () => {
        if (secure === null) return connectSocket(address.path);
        return connectTls({ path: address.path, servername: "localhost", ...secure });
      },
    })
    : connect(`${scheme}://${hostText(address.host)}:${address.port}`, { settings, ...secure });
  guardSession(session);
  return session;
}

/** A stream that went with its connection says so at length; what counts is what befell that. */
function reasonOf({ message }: Error): string {
  return /^The pending stream has been canceled \(caused by: (.+)\)$/.exec(message)?.[1] ?? message;
}

/** How a call ended, as far as is known. */
interface Outcome {
  /** What the server said. */
  status: GrpcError | null;
  /** What came between. */
  trouble: GrpcError | null;
  /** Whether there was any answer. */
  answered: boolean;
}

function inWords(why: string, { answered }: Outcome, { tls }: CallOptions): string {
  return answered ? why : serverFault(why, tls);
}

/** The server's messages; at the end its status is looked at, or what kept it from coming. */
async function* messages(
  stream: ClientHttp2Stream,
  options: CallOptions,
  outcome: Outcome,
  hangUp: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  let fault: unknown = null;
  try {
    yield* messagesOf(stream, options.maxBytes);
  } catch (error) {
    fault = error;
  }
  // The trailers, which carry the status, come after the end of the data.
  if (outcome.status === null && fault === null && !stream.closed) {
    await new Promise<void>((resolve) =>
      stream.once("trailers", () => resolve()).once("close", () => resolve())
    );
  }
  // Why a connection has failed shows after the streams that it takes with it.
  if (outcome.status === null && outcome.trouble === null) await hangUp();
  const why = inWords("the stream has ended without a status", outcome, options);
  throw outcome.status ?? outcome.trouble ?? fault ?? new GrpcError(STATUS.unavailable, why);
}

function readStatus(headers: Readonly<Record<string, unknown>>, outcome: Outcome): void {
  const { "grpc-status": status, "grpc-message": message, ":status": http } = headers;
  if (status !== undefined) {
    outcome.status = new GrpcError(Number(status), decodeMessage(String(message ?? "")));
  } else if (http !== undefined && http !== 200) {
    outcome.status = new GrpcError(
      STATUS.unavailable,
      `the answer is HTTP ${http}, which is not gRPC`,
    );
  }
}
