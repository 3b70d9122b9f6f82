/**
 * Where a KPNG server listens, and where a client finds it, as KPNG writes both.
 *
 * @module
 */
import { parseIp } from "../../core/mod.ts";
import { SourceError } from "../source.ts";

/** A place for a socket. */
export type Address =
  /** A TCP port; the host is `""` for all addresses of the machine. */
  | { readonly network: "tcp"; readonly host: string; readonly port: number }
  /** A Unix socket. */
  | { readonly network: "unix"; readonly path: string };

/**
 * Reads `tcp://127.0.0.1:12090` or `unix:///path`; `127.0.0.1:12090`, as a client writes it, is TCP.
 *
 * @throws {SourceError} If it is none.
 */
export function parseListen(spec: string): Address {
  const unix = /^unix:(?!\/\/$)(?:\/\/)?(.+)$/.exec(spec)?.[1];
  if (unix !== undefined) return { network: "unix", path: unix };
  const tcp = parseHostPort(spec.replace(/^tcp:\/\//, ""));
  if (tcp !== null) return tcp;
  throw new SourceError(
    "bad-config",
    `Cannot listen on "${spec}": write tcp://127.0.0.1:12090, tcp://:12090 or unix:///path/to.sock`,
  );
}

/**
 * Reads a target as gRPC writes it: `host:port`, `dns:///host:port`, `unix:///path`, `unix:path`.
 *
 * @throws {SourceError} If it is none.
 */
export function parseTarget(target: string): Address {
  const unix = /^unix:(?:\/\/(?=\/))?(.+)$/.exec(target)?.[1];
  if (unix !== undefined) return { network: "unix", path: unix };
  const tcp = parseHostPort(target.replace(/^(dns|tcp):\/\/\/?|^passthrough:\/\/\//, ""));
  if (tcp !== null && tcp.host !== "") return tcp;
  throw new SourceError(
    "bad-config",
    `Cannot connect to "${target}": write HOST:PORT or unix:///path/to.sock`,
  );
}

/** The address in words, as {@linkcode parseListen} reads it. */
export function addressText(address: Address): string {
  if (address.network === "unix") return `unix://${address.path}`;
  return `tcp://${hostText(address.host)}:${address.port}`;
}

/** A host as it stands before a port. */
export function hostText(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** Whether only this machine can reach it. */
export function isLocalOnly(address: Address): boolean {
  if (address.network === "unix" || address.host === "localhost") return true;
  const ip = parseIp(address.host)?.text;
  return ip !== undefined && (ip === "::1" || ip.startsWith("127."));
}

function parseHostPort(text: string): Extract<Address, { network: "tcp" }> | null {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  const host = bracketed ?? plain;
  return host === undefined || !(port <= 65535) ? null : { network: "tcp", host, port };
}
