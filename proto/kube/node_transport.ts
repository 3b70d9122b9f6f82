/**
 * Requests by `node:https`, for the two settings of a kubeconfig that Deno's `fetch` does not know:
 * `insecure-skip-tls-verify` and `tls-server-name`. A connection for each request, nothing is pooled.
 * Node's modules are loaded with the first request, because few need them. Needs network permission.
 *
 * @module
 */
import type { IncomingMessage } from "node:http";
import type { RequestOptions } from "node:https";
import { UnreachableError } from "./connection.ts";
import { retryAfterMs, type Transport } from "./fetch_transport.ts";

/** How to trust the server. */
export interface NodeTransportOptions {
  /** Whether to trust any server. */
  readonly skipVerify: boolean;
  /** The name that the server's certificate must be for, `null` for the URL's. */
  readonly serverName: string | null;
}

/** A transport by `node:https`. */
export function nodeTransport({ skipVerify, serverName }: NodeTransportOptions): Transport {
  return {
    prepare({ ca }) {
      if (skipVerify || ca !== null) return;
      throw new TypeError("tls-server-name needs a certificate-authority beside it");
    },
    async send(url, { headers, ca, cert, key }, signal, write) {
      const response = await send(url, write?.body ?? "", {
        method: write?.method ?? "GET",
        agent: false,
        rejectUnauthorized: !skipVerify,
        headers,
        signal,
        ...(serverName === null ? {} : { servername: serverName }),
        ca: ca === null || skipVerify ? [] : ca, // without one, node:https asks for the system's
        ...(cert === null || key === null ? {} : { cert, key }),
      });
      return {
        status: response.statusCode ?? 0,
        retryAfterMs: retryAfterMs(response.headers["retry-after"]),
        body: await bytesOf(response),
      };
    },
    renew() {},
    close() {},
  };
}

async function send(
  url: string,
  body: string,
  options: RequestOptions & { signal: AbortSignal },
): Promise<IncomingMessage> {
  const https = await import("node:https");
  return await new Promise((resolve, reject) => {
    const request = https.request(url, options, resolve);
    request.on("error", (cause) => {
      reject(options.signal.aborted ? cause : new UnreachableError(`Cannot get ${url}`, { cause }));
    });
    request.end(body);
  });
}

/** The body as a stream of the web, whose bytes lie in plain buffers as those of `fetch` do. */
async function bytesOf(
  response: IncomingMessage,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const { Readable } = await import("node:stream");
  const reader = Readable.toWeb(response).getReader();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      const chunk: unknown = value;
      if (done) controller.close();
      else if (chunk instanceof Uint8Array) controller.enqueue(Uint8Array.from(chunk));
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
