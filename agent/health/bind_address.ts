/**
 * Reads an address to listen on, as kube-proxy's flags have it: `IP`, `IP:PORT`, `[IPv6]:PORT`. Pure.
 *
 * @module
 */
import { addressOf, parseIp } from "../../core/mod.ts";

/** An address to listen on. */
export interface BindAddress {
  /** The IP address, canonical text. */
  readonly hostname: string;
  /** The port; 0 for any free one. */
  readonly port: number;
}

/** What came of reading: an address, `null` for "do not listen", or what is wrong. */
export type BindAddressRead =
  | { readonly ok: true; readonly address: BindAddress | null }
  | { readonly ok: false; readonly error: string };

/** Reads an address; without a port it gets the default one. An empty text asks for no server. */
export function readBindAddress(text: string, defaultPort: number): BindAddressRead {
  if (text === "") return { ok: true, address: null };
  const [host, port] = split(text);
  const ip = parseIp(host);
  if (ip === null) {
    return { ok: false, error: `"${text}" is not an IP address, nor IP:PORT or [IPv6]:PORT` };
  }
  if (port === null) return { ok: true, address: { hostname: ip.text, port: defaultPort } };
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    return { ok: false, error: `"${text}" has no port (0 to 65535) after its address` };
  }
  return { ok: true, address: { hostname: ip.text, port: Number(port) } };
}

/** The address as text: `127.0.0.1:10249`, `[::]:10256`. */
export function bindAddressText({ hostname, port }: BindAddress): string {
  return addressOf(hostname, port);
}

/** Host and port. An IPv6 address without brackets has no port. */
function split(text: string): readonly [string, string | null] {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  if (bracketed !== null) return [bracketed[1] ?? "", bracketed[2] ?? null];
  const colon = text.indexOf(":");
  if (colon < 0 || colon !== text.lastIndexOf(":")) return [text, null];
  return [text.slice(0, colon), text.slice(colon + 1)];
}
