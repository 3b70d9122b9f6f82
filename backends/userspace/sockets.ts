/**
 * The TCP sockets of the platform, as far as the data path needs them, so that a test can put faulty
 * ones in their place. The real ones need the permission to use the network.
 *
 * @module
 */
import { isWildcard } from "./spec.ts";

/** One TCP connection. */
export type TcpStream = Pick<
  Deno.TcpConn,
  | "read"
  | "write"
  | "closeWrite"
  | "close"
  | "setNoDelay"
  | "setKeepAlive"
  | "unref"
  | "localAddr"
  | "remoteAddr"
>;

/** A socket that takes connections. */
export interface TcpServer {
  /** What it listens on. */
  readonly addr: Deno.NetAddr;
  /** Waits for a connection. Rejects when the socket is closed, and when the platform is short. */
  accept(): Promise<TcpStream>;
  /** Stops listening. */
  close(): void;
}

/** Opens sockets. */
export interface Sockets {
  /** Listens on an address. Throws what the platform refuses. */
  listen(ip: string, port: number): TcpServer;
  /** Connects to an address, unless the signal aborts first. */
  connect(ip: string, port: number, signal: AbortSignal): Promise<TcpStream>;
}

/**
 * How many connections may wait to be accepted: as many as the system allows, which is what it makes
 * of this. Beyond them Linux loses handshakes that clients take for done, and is silent.
 */
const BACKLOG = 65_535;

/** The sockets of the platform. */
export const PLATFORM_SOCKETS: Sockets = {
  listen(hostname, port) {
    // Deno's IPv6 wildcard takes IPv4 clients too on Linux, and so would have the port to itself. Two
    // wildcards that both say so may share it, and the kernel then sorts by family. A socket of
    // another user, or of a program that does not say so, is still in use.
    const reusePort = Deno.build.os === "linux" && port !== 0 && isWildcard(hostname);
    return Deno.listen({ hostname, port, reusePort, tcpBacklog: BACKLOG });
  },
  // Happy eyeballs are for names; an address has one family.
  connect: (hostname, port, signal) =>
    Deno.connect({ hostname, port, signal, autoSelectFamily: false }),
};

/** The stable code of a platform's error, `ECONNREFUSED`; `""` for none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : "";
}

/** Codes that say that this machine or process is short of something, whoever the peer is. */
export const SHORTAGES: readonly string[] = [
  "EMFILE",
  "ENFILE",
  "ENOBUFS",
  "ENOMEM",
  "EADDRNOTAVAIL",
  "EAGAIN",
];

/** Whether a connection failed for want of descriptors, memory or local ports. */
export function isShortage(error: unknown): boolean {
  // Windows has no code for 10055 (WSAENOBUFS: all ephemeral ports are used up).
  return SHORTAGES.includes(codeOf(error)) ||
    error instanceof Error && error.message.includes("os error 10055");
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
