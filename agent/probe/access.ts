/**
 * Who may have this machine probe. An agent never takes an address from a stranger, it probes its own
 * view, but even that is not for everybody. Pure.
 *
 * @module
 */
import { timingSafeEqual } from "node:crypto";
import { parseIp } from "../../core/mod.ts";
import type { BindAddress } from "../health/bind_address.ts";

/** How an agent is to listen. */
export interface Listening {
  /** Where. */
  readonly address: BindAddress;
  /** Whether over TLS. */
  readonly tls: boolean;
  /** What callers must show; `null` for nothing. */
  readonly token: string | null;
  /** Whether clear text may leave the machine. */
  readonly insecure: boolean;
}

/** A token shorter than this can be guessed. */
export const SHORTEST_TOKEN = 16;

/** Why an agent may not listen so; `null` if it may. */
export function whyNotListen({ address, tls, token, insecure }: Listening): string | null {
  if (token !== null && token.length < SHORTEST_TOKEN) {
    return `the token has ${token.length} characters; give it ${SHORTEST_TOKEN} or more`;
  }
  if (isLoopback(address.hostname)) return null;
  if (token === null) return "others could reach it; give --token-file, or a loopback address";
  if (tls || insecure) return null;
  return "the token would go over the network in clear; give --tls-key and --tls-crt, " +
    "or --insecure-listen-any";
}

/** What the table of refusals looks at. */
interface Call {
  readonly request: Pick<Request, "url" | "headers">;
  readonly listening: Pick<Listening, "token">;
}

/** What is refused, and how: the first row that holds. */
const REFUSALS: readonly {
  readonly status: number;
  readonly why: string;
  readonly when: (call: Call) => boolean;
}[] = [
  {
    status: 401,
    why: "the token is missing or wrong",
    when: ({ request, listening: { token } }) =>
      token !== null && !isSame(request.headers.get("authorization") ?? "", `Bearer ${token}`),
  },
  {
    // A page in somebody's browser can reach what listens on loopback.
    status: 403,
    why: "this is not for browsers",
    when: ({ request }) => request.headers.has("origin") || request.headers.has("sec-fetch-site"),
  },
  {
    // A name can be made to lead to loopback by whoever owns it.
    status: 403,
    why: "call it by its IP address, or with a token",
    when: ({ request, listening: { token } }) =>
      token === null && !isLoopback(new URL(request.url).hostname),
  },
  {
    status: 415,
    why: "send application/json",
    when: ({ request }) => request.headers.get("content-type") !== "application/json",
  },
];

/** Why a call is refused; `null` if it is not. */
export function refusalOf(
  request: Call["request"],
  listening: Pick<Listening, "token">,
): { readonly status: number; readonly why: string } | null {
  return REFUSALS.find(({ when }) => when({ request, listening })) ?? null;
}

/** Whether only this machine is meant. */
export function isLoopback(host: string): boolean {
  if (host === "localhost") return true;
  const ip = parseIp(host.replace(/^\[(.*)\]$/, "$1"))?.text;
  return ip !== undefined && (ip === "::1" || ip.startsWith("127."));
}

/** Compares in a time that does not tell where they differ. */
function isSame(given: string, right: string): boolean {
  const encoder = new TextEncoder();
  const [a, b] = [encoder.encode(given), encoder.encode(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
