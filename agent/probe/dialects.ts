/**
 * The ways to ask "who are you?", as data: those of agnhost (`netexec`) and whoami, of the pods of
 * `windlass simulate`, and a question that any DNS server answers. Pure.
 *
 * @module
 */
import { parseIp } from "../../core/mod.ts";
import { encodeRequest, parseReply } from "../simulate/wire.ts";

/** A way to ask. */
export interface Dialect {
  /** Its name. */
  readonly name: string;
  /** The protocol that it is spoken over. */
  readonly protocol: "TCP" | "UDP";
  /** The question. */
  readonly question: Uint8Array<ArrayBuffer>;
  /**
   * Reads what has come so far: the name in it, `""` where it is an answer without one, `null` where
   * it is no answer of this dialect, or not yet.
   */
  readonly read: (bytes: Uint8Array, ended: boolean) => string | null;
}

/** What is said in the order in which it is tried. */
export const DIALECTS: readonly Dialect[] = [
  {
    name: "http",
    protocol: "TCP",
    question: bytesOf(
      "GET /hostname HTTP/1.1\r\nHost: windlass-probe\r\nUser-Agent: windlass-probe\r\n" +
        "Accept: text/plain\r\nConnection: close\r\n\r\n",
    ),
    read: readHttp,
  },
  {
    name: "simulate",
    protocol: "TCP",
    question: encodeRequest({ connection: 0, sequence: 0, bytes: 0 }),
    read: readSimulate,
  },
  {
    name: "agnhost",
    protocol: "UDP",
    question: bytesOf("hostname"),
    read(bytes) {
      const text = textOf(bytes).trim();
      return text === "hostname" ? "" : safeName(text); // an echo server says what it hears
    },
  },
  {
    name: "simulate",
    protocol: "UDP",
    question: encodeRequest({ connection: 0, sequence: 0, bytes: 0 }),
    read: readSimulate,
  },
  {
    name: "dns",
    protocol: "UDP",
    // Number 0x776c ("wl"), recursion not desired, one question: the name servers of the root.
    question: Uint8Array.of(0x77, 0x6c, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1),
    read(bytes) {
      const isReply = bytes.length >= 12 && bytes[0] === 0x77 && bytes[1] === 0x6c &&
        ((bytes[2] ?? 0) & 0x80) !== 0;
      return isReply ? "" : null;
    },
  },
];

const LONGEST_NAME = 253;

/**
 * A name that may be shown: a host's, or `ip:port`; `""` for anything else. What a pod answers comes
 * from a stranger, and a terminal obeys control characters.
 */
export function safeName(text: string): string {
  return text.length <= LONGEST_NAME && /^[A-Za-z0-9[][A-Za-z0-9._:\]-]*$/.test(text) ? text : "";
}

/** Whether a name is `ip:port`, as the pods of the simulation call themselves. */
export function isAddress(name: string): boolean {
  const [, bracketed, plain] = /^(?:\[(.+)\]|([^:]+)):\d{1,5}$/.exec(name) ?? [];
  const ip = bracketed ?? plain;
  return ip !== undefined && parseIp(ip) !== null;
}

function readHttp(bytes: Uint8Array, ended: boolean): string | null {
  const text = textOf(bytes);
  const status = /^HTTP\/1\.[01] (\d{3})\b/.exec(text)?.[1];
  if (status === undefined) return null;
  const end = text.indexOf("\r\n\r\n");
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, Math.max(end, 0)))?.[1];
  const whole = end >= 0 && length !== undefined && text.length >= end + 4 + Number(length);
  if (!ended && !whole) return null;
  if (status !== "200" || end < 0) return "";
  const body = text.slice(end + 4).trim();
  return safeName(/^Hostname: *(\S+) *$/m.exec(body)?.[1] ?? body);
}

function readSimulate(bytes: Uint8Array): string | null {
  const end = bytes.indexOf(10);
  const reply = end < 0 ? null : parseReply(textOf(bytes.subarray(0, end)));
  return reply === null ? null : safeName(reply.endpoint);
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** One character for each byte, so that lengths agree. */
function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
