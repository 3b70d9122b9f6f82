/**
 * A gRPC server for bidirectional streams over `node:http2`. Small, because the brain sends bytes that
 * are encoded once for all clients, which no library lets through. Needs net permission.
 *
 * @module
 */
import {
  constants,
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { Logger } from "../../core/mod.ts";
import type { Address } from "./address.ts";
import { messagesOf, sendAll } from "./grpc_stream.ts";
import { guardSession } from "./guard.ts";
import { keepAlive } from "./keep_alive.ts";
import { encodeMessage, GrpcError, STATUS } from "./status.ts";
import { clientFault, onlyLooked } from "./tls_faults.ts";
import type { TlsFiles } from "./tls_files.ts";
import type { WatchCall } from "./watch.ts";

/** Serves a call to its end; what it throws becomes the status. */
export type Handler = (call: WatchCall) => Promise<void>;

/** How a server is set up. */
export interface GrpcServerOptions {
  /** The methods, by path: `/localv1.Sets/Watch`. */
  readonly methods: Readonly<Record<string, Handler>>;
  /** TLS, or `null` for none. */
  readonly tls: TlsFiles | null;
  /** Where to write what happens. */
  readonly log: Logger;
  /** How long a client may take nothing of what it asked for, in milliseconds. */
  readonly patienceMs: number;
  /** How often a client is asked for a sign of life, in milliseconds. */
  readonly pingMs: number;
}

/** A request says a node's name and no more. */
const MAX_REQUEST_BYTES = 64 * 1024;

/**
 * Python's gRPC puts all channels of a process to one address on one connection, and so does a gateway:
 * a client past this number waits without a word. KPNG sets no limit; each stream may hold a request.
 */
const MAX_STREAMS = 2000;

const SETTINGS = { maxConcurrentStreams: MAX_STREAMS, maxHeaderListSize: 16 * 1024 };

/** Who uses a KPNG server at a moment. */
export interface KpngServerLoad {
  /** How many clients are connected. */
  readonly clients: number;
  /** How many watches they have open. */
  readonly streams: number;
}

/** A server that listens. */
export class GrpcServer {
  readonly #options: GrpcServerOptions;
  readonly #server: Http2Server | Http2SecureServer;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #sockets = new Set<Socket>();
  #calls = 0;

  /** Makes a server that does not listen yet. */
  constructor(options: GrpcServerOptions) {
    this.#options = options;
    const { tls, log } = options;
    this.#server = tls === null
      ? createServer({ settings: SETTINGS })
      : createSecureServer({ settings: SETTINGS, ...secure(tls) });
    this.#server.prependListener("session", guardSession);
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    this.#server.on("session", (session: ServerHttp2Session) => this.#welcome(session));
    this.#server.on(
      "stream",
      (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => this.#answer(stream, headers),
    );
    this.#server.on("tlsClientError", (error: Error, socket: unknown) => {
      if (onlyLooked(socket)) {
        log.v(4)?.info("A client has gone without a word");
        return;
      }
      const why = tls === null ? error.message : clientFault(error.message, tls);
      log.warn("A client was refused: no TLS connection came about", { why });
    });
  }

  /** How many clients are connected, and how many streams they have open. */
  get load(): KpngServerLoad {
    return { clients: this.#sessions.size, streams: this.#calls };
  }

  /** Listens; answers with the port, or 0 on a Unix socket. */
  listen(address: Address): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      const listening = () => {
        this.#server.off("error", reject);
        this.#server.on(
          "error",
          (err) => this.#options.log.error("The listener has failed", { err }),
        );
        const bound: AddressInfo | string | null = this.#server.address();
        resolve(typeof bound === "object" && bound !== null ? bound.port : 0);
      };
      if (address.network === "unix") this.#server.listen(address.path, listening);
      else if (address.host === "") this.#server.listen(address.port, listening);
      else this.#server.listen(address.port, address.host, listening);
    });
  }

  /** Uses other certificates from now on; who is connected stays. */
  replaceTls(tls: TlsFiles): void {
    if ("setSecureContext" in this.#server) this.#server.setSecureContext(secure(tls));
  }

  /**
   * Drops every connection and listens no more. Without a farewell, as KPNG does: a session that ends
   * itself resets its streams first, and a gRPC client takes that for a fault of its call.
   */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const gone = [...this.#sessions].map((session) =>
      new Promise<void>((resolve) => session.once("close", () => resolve()))
    );
    for (const socket of this.#sockets) socket.destroy();
    for (const session of this.#sessions) session.destroy();
    await Promise.all([closed, ...gone]);
  }

  #welcome(session: ServerHttp2Session): void {
    const { log, pingMs } = this.#options;
    const peer = peerOf(session.socket);
    this.#sessions.add(session);
    log.v(2)?.info("A client is connected", { peer });
    keepAlive(session, pingMs, () => {
      log.warn("A client gives no sign of life and is cut off", { peer });
    });
    session.on("error", (error: Error) => {
      log.warn("A client's connection has failed", { peer, why: error.message });
    });
    session.on("close", () => {
      this.#sessions.delete(session);
      log.v(2)?.info("A client is gone", { peer });
    });
  }

  #answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const path = headers[":path"] ?? "";
    stream.on("error", (error: Error) => {
      this.#options.log.v(2)?.info("A stream has failed", { path, why: error.message });
    });
    const type = headers["content-type"] ?? "";
    if (headers[":method"] !== "POST" || !type.startsWith("application/grpc")) {
      stream.respond({ ":status": 415, "accept-post": "application/grpc" }, { endStream: true });
      return;
    }
    const handler = Object.hasOwn(this.#options.methods, path)
      ? this.#options.methods[path]
      : undefined;
    if (handler === undefined) {
      const message = `Unknown method "${path}"`;
      this.#options.log.warn("A client asked for something that is not served", { path });
      stream.respond({ ...HEADERS, ...trailersOf(STATUS.unimplemented, message) }, {
        endStream: true,
      });
      stream.resume(); // what it sends is thrown away
      return;
    }
    void this.#serve(stream, path, handler); // never rejects
  }

  async #serve(stream: ServerHttp2Stream, path: string, handler: Handler): Promise<void> {
    const { log, patienceMs } = this.#options;
    const gone = new AbortController();
    stream.on("close", () => gone.abort());
    stream.respond(HEADERS, { waitForTrailers: true });
    this.#calls++;
    let status: number = STATUS.ok;
    let message = "";
    try {
      await handler({
        requests: messagesOf(stream, MAX_REQUEST_BYTES),
        send: (parts) => sendAll(stream, parts, patienceMs),
        signal: gone.signal,
      });
    } catch (error) {
      ({ status, message } = statusOf(error));
      if (!(error instanceof GrpcError)) {
        log.error("A stream was ended by a fault", { path, err: error });
      } else if (isWorthALine(status)) log.warn("A stream was ended", { path, why: message });
    } finally {
      this.#calls--;
    }
    end(stream, status, message);
  }
}

const HEADERS = {
  ":status": 200,
  "content-type": "application/grpc+proto",
  "server": "windlass",
} as const;

function trailersOf(status: number, message: string): Record<string, string> {
  return {
    "grpc-status": String(status),
    ...(message === "" ? {} : { "grpc-message": encodeMessage(message) }),
  };
}

/** Sends the status, if anybody is there to hear it. What the client still sends is thrown away. */
function end(stream: ServerHttp2Stream, status: number, message: string): void {
  if (stream.destroyed || stream.closed) return;
  if (stream.writableNeedDrain) return stream.close(constants.NGHTTP2_CANCEL); // nobody reads it
  stream.once("wantTrailers", () => stream.sendTrailers(trailersOf(status, message)));
  stream.end();
  stream.resume();
}

function statusOf(error: unknown): { readonly status: number; readonly message: string } {
  if (error instanceof GrpcError) return error;
  return { status: STATUS.internal, message: "The server has a fault; its log tells more" };
}

/** Whether the end of a stream tells of something wrong, and not just that the client has left. */
function isWorthALine(status: number): boolean {
  return status === STATUS.internal || status === STATUS.resourceExhausted ||
    status === STATUS.unimplemented;
}

/** TLS 1.2 at least. Where there is an authority, a client must show a certificate of it. */
function secure({ key, cert, ca }: TlsFiles) {
  return {
    ...(key === undefined ? {} : { key }),
    ...(cert === undefined ? {} : { cert }),
    // Deno tells clients of the authority even where it asks for nothing, which breaks handshakes.
    ...(ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: true }),
    minVersion: "TLSv1.2" as const,
  };
}

function peerOf(
  { remoteAddress, remotePort }: Socket | { remoteAddress?: string; remotePort?: number },
) {
  return remoteAddress === undefined ? "a local process" : `${remoteAddress} port ${remotePort}`;
}
