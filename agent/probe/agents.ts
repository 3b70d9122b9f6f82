/**
 * The caller's side: has other probers probe, and takes their answers for what they are worth.
 * Needs `net`.
 *
 * @module
 */
import { errorText } from "../simulate/net_errors.ts";
import { isLoopback } from "./access.ts";
import type { Column } from "./model.ts";
import type { Order } from "./prober.ts";
import { readColumn } from "./read_wire.ts";
import { PROBE_PATH } from "./server.ts";

/** How agents are called. */
export interface CallOptions {
  /** What is shown to them; `null` for nothing. */
  readonly token: string | null;
  /** The authority that their certificates must come from, PEM; `null` for those of the system. */
  readonly ca: string | null;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/** What came of a call. */
export type Called =
  | { readonly ok: true; readonly column: Column }
  | { readonly ok: false; readonly agent: string; readonly why: string };

/** No order takes longer. */
const PATIENCE_MS = 10 * 60_000;
const LARGEST_ANSWER = 64 * 1024 * 1024;

/**
 * Reads `HOST:PORT`, `http://HOST:PORT` or `https://HOST:PORT`. Without a word about it, only
 * loopback is called in clear.
 *
 * @throws {TypeError} If it is none of them.
 */
export function agentUrl(text: string): URL {
  const spelled = /^https?:\/\//.test(text);
  const url = URL.parse(spelled ? text : `https://${text}`);
  if (url === null || url.hostname === "" || url.pathname !== "/" || url.username !== "") {
    throw new TypeError(`"${text}" is none of HOST:PORT, http://HOST:PORT, https://HOST:PORT`);
  }
  return new URL(PROBE_PATH, !spelled && isLoopback(url.hostname) ? `http://${text}` : url);
}

/** Has an agent probe. Never throws for what the agent or the network does. */
export async function callAgent(
  agent: string,
  order: Order,
  { token, ca, signal }: CallOptions,
): Promise<Called> {
  using client = ca === null ? null : Deno.createHttpClient({ caCerts: [ca] });
  try {
    const response = await fetch(agentUrl(agent), {
      method: "POST",
      redirect: "error",
      headers: {
        "content-type": "application/json",
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(order),
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
      ...(client === null ? {} : { client }),
    });
    const text = await textOf(response);
    if (!response.ok) {
      const why = text.split("\n")[0]?.replace(/[^ -~]/g, "?").slice(0, 200);
      return { ok: false, agent, why: `it answers ${response.status}: ${why}` };
    }
    return { ok: true, column: readColumn(JSON.parse(text)) };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, agent, why: `it cannot be asked: ${errorText(error)}` };
  }
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > LARGEST_ANSWER) throw new TypeError("its answer is longer than 64 MiB");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
