/**
 * Requests by Deno's own `fetch`, which notices at once when a connection is cut (undici under Deno
 * does not). Needs network permission, and `env` for the names of a proxy if it is to know of none.
 *
 * @module
 */
import { patienceMs } from "./answers.ts";
import { type KubeResponse, UnreachableError } from "./connection.ts";
import type { Credentials } from "./credentials.ts";
import type { KubeWrite } from "./post_event.ts";

/** Sends requests. */
export interface Transport {
  /**
   * Makes ready to use the credentials.
   *
   * @throws {Error} If they cannot be used.
   */
  prepare(credentials: Credentials): void;
  /** Sends a GET, or what is to be written. @throws {UnreachableError} If no answer comes. */
  send(
    url: string,
    credentials: Credentials,
    signal: AbortSignal,
    write: KubeWrite | null,
  ): Promise<KubeResponse>;
  /** Forgets pooled connections; requests under way go on. */
  renew(): void;
  /** Lets everything go. */
  close(): void;
}

/**
 * Deno 2.9 forgets to abort a body once its Response was collected, and a watch keeps nothing but the
 * body: so the body keeps its Response. Without this a watch can never be stopped after a collection.
 */
const OWNERS = new WeakMap<ReadableStream<Uint8Array>, Response>();

/** A transport by `fetch`, through the proxy if one is given. */
export function fetchTransport(proxyUrl: string | null): Transport {
  let client: Deno.HttpClient | null = null;
  let madeFor = "";
  const detour = mayBeProxied();

  const close = () => {
    client?.close();
    client = null;
  };

  const clientFor = ({ ca, cert, key }: Credentials, url = ""): Deno.HttpClient => {
    const proxy = proxyUrl === null ? (detour ? directProxy(url) : null) : { url: proxyUrl };
    const wanted = JSON.stringify([ca, cert, key, proxy]);
    if (client !== null && madeFor === wanted) return client;
    const made = Deno.createHttpClient({
      ...(ca === null ? {} : { caCerts: [ca] }),
      ...(proxy === null ? {} : { proxy }),
      ...(cert === null || key === null ? {} : { cert, key }),
    });
    close();
    client = made;
    madeFor = wanted;
    return made;
  };

  return {
    prepare: (credentials) => void clientFor(credentials),
    async send(url, credentials, signal, write) {
      const response = await send(url, {
        ...(write === null ? {} : { method: write.method, body: write.body }),
        client: clientFor(credentials, url),
        headers: credentials.headers,
        redirect: "manual", // an API server does not redirect; credentials are for it alone
        signal,
      });
      if (response.body !== null) OWNERS.set(response.body, response);
      return {
        status: response.status,
        retryAfterMs: retryAfterMs(response.headers.get("retry-after")),
        body: response.body ?? new Blob().stream(),
      };
    },
    renew: close,
    close,
  };
}

/** The variables by which Deno asks a proxy for a plain server. */
export const PROXY_ENV = ["ALL_PROXY", "HTTP_PROXY", "all_proxy", "http_proxy"] as const;

/** Whether one of them is set, or may be: only of those that may be read is that known. */
function mayBeProxied(): boolean {
  return PROXY_ENV.some((variable) => {
    const { state } = Deno.permissions.querySync({ name: "env", variable });
    return state !== "granted" || (Deno.env.get(variable) ?? "") !== "";
  });
}

/**
 * The way round `HTTP_PROXY` for a plain server on loopback, which Deno would ask the proxy for (Go,
 * and so kubectl, does not): the server itself, as its own proxy; `null` for any other server. Only
 * where it has to be: the server then reads a whole URL in the request line, as a proxy does.
 */
function directProxy(url: string): Deno.Proxy | null {
  const parsed = URL.parse(url);
  if (parsed?.protocol !== "http:" || !LOOPBACK.test(parsed.hostname)) return null;
  const hostname = parsed.hostname.replace(/^\[(.*)\]$/, "$1");
  return { transport: "tcp", hostname, port: Number(parsed.port || 80) };
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** The time that a `Retry-After` header gives; API servers give it in seconds. */
export function retryAfterMs(header: string | null | undefined): number {
  return patienceMs(Number(header ?? 0));
}

async function send(
  url: string,
  init: RequestInit & { client: Deno.HttpClient; signal: AbortSignal },
): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (cause) {
    if (init.signal.aborted) throw cause;
    throw new UnreachableError(`Cannot get ${url}`, { cause });
  }
}
