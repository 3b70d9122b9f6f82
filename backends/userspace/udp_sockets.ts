/**
 * The UDP sockets of the platform, as far as the data path needs them, so that a test can put faulty
 * ones in their place. The real ones need the permission to use the network, and `--unstable-net`.
 *
 * @module
 */
import { codeOf, isShortage } from "./sockets.ts";
import { isWildcard } from "./spec.ts";

/** A UDP socket, bound to an address. */
export type DatagramSocket = Pick<Deno.DatagramConn, "receive" | "send" | "close" | "addr">;

/** Opens UDP sockets. */
export interface DatagramSockets {
  /** Binds a socket to an address; port 0 takes a free one. Throws what the platform refuses. */
  bind(ip: string, port: number): DatagramSocket;
}

/** The sockets of the platform. */
export const PLATFORM_DATAGRAMS: DatagramSockets = {
  bind(hostname, port) {
    if (typeof Deno.listenDatagram !== "function") {
      throw new Deno.errors.NotSupported(
        "this Deno offers UDP only with --unstable-net; restart with it",
      );
    }
    // Deno's IPv6 wildcard takes IPv4 datagrams too on Linux, and so would have the port to itself.
    // Two wildcards that both say so may share it, and the kernel then sorts by family. A socket of
    // another program that does not say so is still in use.
    const reuseAddress = Deno.build.os === "linux" && port !== 0 && isWildcard(hostname);
    return Deno.listenDatagram({ transport: "udp", hostname, port, reuseAddress });
  },
};

/**
 * The address from which to reach an endpoint: any, but to reach this machine itself one that is
 * open to this machine only.
 */
export function sourceFor(endpoint: string): string {
  if (endpoint.startsWith("127.")) return "127.0.0.1";
  if (endpoint === "::1") return "::1";
  return endpoint.includes(":") ? "::" : "0.0.0.0";
}

/** Whether an address is an IPv4 one, as an IPv6 socket sees it. */
export function isMappedIpv4(address: string): boolean {
  return address.startsWith("::ffff:") && address.includes(".");
}

/** The port that a socket is bound to. */
export function portOf({ addr }: DatagramSocket): number {
  return addr.transport === "udp" ? addr.port : 0;
}

/**
 * Whether an error only says that a datagram that was sent before found nobody. Windows tells it to
 * the next receive() of the same socket, which is as good as it was.
 */
export function isPeerGone(error: unknown): boolean {
  const { ConnectionReset, ConnectionRefused } = Deno.errors;
  return error instanceof ConnectionReset || error instanceof ConnectionRefused;
}

/**
 * Why a datagram was dropped. `no-endpoints`: there was nobody to send it to. `source-not-allowed`:
 * the client is outside the source ranges. `refused`: nobody listens where it went. `unreachable`: there is no
 * way there. `too-big`: it does not fit the way. `shortage`: this machine is out of descriptors,
 * memory or local ports. `backlog`: the socket has not sent the ones before it yet. `stranger`: it
 * came to a flow's socket from somebody else than the endpoint, or from a client of the other
 * family. `stopped`: the listener or the flow had come to its end. `receive-buffer`: it came faster
 * than it was taken, and the system had no room for it (the native data path is told). `other`: the
 * log line has the error.
 */
export const DROP_CAUSES = [
  "no-endpoints",
  "source-not-allowed",
  "refused",
  "unreachable",
  "too-big",
  "shortage",
  "backlog",
  "stranger",
  "stopped",
  "receive-buffer",
  "other",
] as const;

/** Why a datagram was dropped. */
export type DropCause = typeof DROP_CAUSES[number];

/** Sorts an error of sending. */
export function dropCauseOf(error: unknown): DropCause {
  if (isPeerGone(error)) return "refused";
  if (isShortage(error)) return "shortage";
  if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) {
    return "stopped"; // the socket was closed meanwhile
  }
  switch (codeOf(error)) {
    case "EMSGSIZE":
      return "too-big";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "EHOSTDOWN":
    case "ENETDOWN":
      return "unreachable";
    default:
      // Windows has no code for 10040 (WSAEMSGSIZE).
      return error instanceof Error && error.message.includes("os error 10040")
        ? "too-big"
        : "other";
  }
}
