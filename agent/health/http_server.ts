/**
 * An HTTP server that does not give up: while its address cannot be had it tries again, and stops
 * nothing else. Needs the permission to listen.
 *
 * @module
 */
import type { Logger } from "../../core/mod.ts";
import type { Timers } from "../timers.ts";
import { type BindAddress, bindAddressText } from "./bind_address.ts";
import { plain } from "./router.ts";

/** How a server is set up. */
export interface HttpServerOptions {
  /** What it is for, in the log: `healthz`. */
  readonly name: string;
  /** Where to listen. */
  readonly address: BindAddress;
  /** Answers requests. Their body is in memory, so it may be left unread. */
  readonly handler: (
    request: Request,
    info: Deno.ServeHandlerInfo<Deno.NetAddr>,
  ) => Response | Promise<Response>;
  /** How long to wait after so many failures (from 1) in a row, in milliseconds; `null` for no more. */
  readonly retryMs: (failures: number) => number | null;
  /** Where to write what happens. */
  readonly log: Logger;
  /** The clock. */
  readonly timers: Timers;
  /** Is told of each failure to listen. */
  readonly onFailure?: (error: Error) => void;
}

/** An HTTP server that runs, or tries to. */
export interface HttpServer {
  /** Where it listens, `null` while it does not. */
  address(): Deno.NetAddr | null;
  /** Resolves when it listens; never, if it is stopped before. */
  readonly listening: Promise<Deno.NetAddr>;
  /** Ends it; resolves when the address is free again. */
  stop(): Promise<void>;
}

/** A body larger than this is not read to its end; nobody has a reason to send one. */
const LARGEST_BODY = 1 << 20;

/** Starts a server, and tries again and again, if it may, where it cannot listen. */
export function startHttpServer(options: HttpServerOptions): HttpServer {
  const { name, address, handler, retryMs, log, timers, onFailure } = options;
  const abort = new AbortController();
  const listening = Promise.withResolvers<Deno.NetAddr>();
  const fields = { server: name, address: bindAddressText(address) };
  let server: Deno.HttpServer<Deno.NetAddr> | null = null;
  let cancelRetry = (): void => {};

  function attempt(failures: number): void {
    try {
      const { hostname, port } = address;
      server = Deno.serve({
        hostname,
        port,
        signal: abort.signal,
        onListen() {},
        onError(err) {
          log.error("Cannot answer a request", { ...fields, err });
          return plain(500, "Internal Server Error\n");
        },
      }, async (request, info) => {
        // Deno 2.8.3 to 2.9.5 stall where an answer goes out before the body is read.
        const read = await withBodyRead(request);
        return read === null ? plain(413, "Content Too Large\n") : await handler(read, info);
      });
    } catch (cause) {
      return failed(cause instanceof Error ? cause : new Error(String(cause)), failures + 1);
    }
    listening.resolve(server.addr);
    log.v(2)?.info("Listening", { ...fields, port: server.addr.port });
    if (failures > 0) log.info("A server that could not listen does so now", fields);
  }

  function failed(error: Error, failures: number): void {
    const waitMs = retryMs(failures);
    const line = `Cannot listen on ${fields.address} for ${name}: ${error.message}` +
      (waitMs === null ? "" : "; it is tried again until the address is free");
    const details = {
      server: name,
      ...(waitMs === null ? {} : { retryInMs: Math.round(waitMs) }),
    };
    // The same trouble again and again is worth one line.
    if (failures === 1) log.error(line, details);
    else log.v(2)?.info(line, details);
    onFailure?.(error);
    if (waitMs === null || abort.signal.aborted) return;
    cancelRetry = timers.after(waitMs, () => attempt(failures));
  }

  attempt(0);
  return {
    address: () => server?.addr ?? null,
    listening: listening.promise,
    async stop() {
      cancelRetry();
      abort.abort();
      await server?.finished;
    },
  };
}

/** The request with its body in memory; `null` if that is too large. */
async function withBodyRead(request: Request): Promise<Request | null> {
  if (request.body === null) return request;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.byteLength;
    if (bytes > LARGEST_BODY) return null;
    chunks.push(chunk);
  }
  const { method, headers } = request;
  return new Request(request.url, {
    method,
    headers,
    ...(bytes > 0 && method !== "GET" && method !== "HEAD" ? { body: new Blob(chunks) } : {}),
  });
}
