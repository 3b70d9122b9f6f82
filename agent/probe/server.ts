/**
 * The agent's side: probes its own view when it is asked to, one order at a time. An order names
 * services and kinds, never an address. Needs the permission to listen.
 *
 * @module
 */
import type { Logger } from "../../core/mod.ts";
import { plain } from "../health/router.ts";
import { type Listening, refusalOf } from "./access.ts";
import type { Column } from "./model.ts";
import type { Order } from "./prober.ts";
import { readOrder } from "./read_wire.ts";

/** How an agent is set up. */
export interface ProbeServerOptions extends Listening {
  /** Key and certificate, PEM; left out for plain HTTP. */
  readonly pem?: { readonly key: string; readonly cert: string };
  /** Probes. */
  readonly probe: (order: Order, signal: AbortSignal) => Promise<Column>;
  /** Where to write what happens. */
  readonly log: Logger;
}

/** An agent that listens. Dispose it, or it stays. */
export interface ProbeServer extends AsyncDisposable {
  /** Where it listens. */
  readonly address: Deno.NetAddr;
}

/** Where orders go. */
export const PROBE_PATH = "/v1/probe";

const LARGEST_ORDER = 256 * 1024;

/**
 * Starts an agent.
 *
 * @throws {Error} If its address cannot be listened on.
 */
export function startProbeServer(options: ProbeServerOptions): ProbeServer {
  const { address: { hostname, port }, pem, log } = options;
  const stopping = new AbortController();
  let busy = false;

  async function answer(
    request: Request,
    info: Deno.ServeHandlerInfo<Deno.NetAddr>,
  ): Promise<Response> {
    const from = info.remoteAddr;
    const gone = new AbortController();
    info.completed.catch(() => gone.abort()); // nobody waits for the answer any more
    const { pathname } = new URL(request.url);
    const body = await readBody(request);
    const refusal = refusalOf(request, options);
    if (refusal !== null) {
      log.warn("Refused to probe", { caller: from.hostname, why: refusal.why });
      return plain(refusal.status, `${refusal.why}\n`);
    }
    if (pathname !== PROBE_PATH) return plain(404, "404 page not found\n");
    if (request.method !== "POST") return plain(405, "Method Not Allowed\n", { allow: "POST" });
    if (body === null) return plain(413, `An order has at most ${LARGEST_ORDER} bytes\n`);
    const order = orderIn(body);
    if (typeof order === "string") return plain(400, `${order}\n`);
    if (busy) return plain(429, "Another order is being carried out\n", { "retry-after": "1" });
    busy = true;
    try {
      log.info("Probing", { caller: from.hostname, services: order.services.join(",") || "all" });
      const column = await options.probe(
        order,
        AbortSignal.any([gone.signal, stopping.signal]),
      );
      return Response.json(column);
    } finally {
      busy = false;
    }
  }

  const server = Deno.serve(
    {
      hostname,
      port,
      ...pem,
      onListen() {},
      onError(err) {
        if (!stopping.signal.aborted) log.error("Cannot carry out an order", { err });
        return plain(500, "The order could not be carried out\n");
      },
    },
    answer,
  );
  return {
    address: server.addr,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await server.shutdown();
    },
  };
}

/** The order, or what is wrong with it. */
function orderIn(body: string): Order | string {
  try {
    return readOrder(JSON.parse(body));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    return `Cannot read the order: ${error.message}`;
  }
}

/** The body; `null` if it is too large. Deno 2.8.3 to 2.9.5 stall where it is left unread. */
async function readBody(request: Request): Promise<string | null> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > LARGEST_ORDER) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
