/**
 * What the native engine counts, in the words that all data paths share.
 *
 * @module
 */
import type { FlowEnd } from "./flow.ts";
import type { CloseReason, NativeStats } from "./native/mod.ts";
import type { UdpCounters } from "./udp_counters.ts";
import type { DropCause } from "./udp_sockets.ts";

/** How a TCP connection ended. */
export function endOf(reason: CloseReason): "ended" | "broken" | "cut" {
  switch (reason) {
    case "reset":
    case "refused":
      return "broken";
    case "terminated":
    case "endpoint-gone":
    case "denied":
      return "cut";
    default:
      return "ended";
  }
}

/** How a UDP flow ended. */
export function flowEndOf(reason: CloseReason): FlowEnd {
  switch (reason) {
    case "idle":
    case "finished":
      return "idle";
    case "evicted":
    case "endpoint-gone":
      return reason;
    case "denied":
      return "source-not-allowed";
    case "terminated":
      return "cut";
    default:
      return "broken";
  }
}

/** Why a datagram was dropped, by the engine's name for it. */
const DROP_CAUSE: Readonly<Record<string, DropCause>> = {
  "no-endpoint": "no-endpoints",
  denied: "source-not-allowed",
  refused: "refused",
  ECONNREFUSED: "refused",
  ECONNRESET: "refused",
  unreachable: "unreachable",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  ENETDOWN: "unreachable",
  EMSGSIZE: "too-big",
  EMFILE: "shortage",
  ENFILE: "shortage",
  ENOBUFS: "shortage",
  ENOMEM: "shortage",
  EADDRNOTAVAIL: "shortage",
  EAGAIN: "backlog",
  "flow-ended": "stopped",
  ECONNABORTED: "stopped",
  "receive-buffer": "receive-buffer",
};

/** Adds what the engine counted of datagrams to a listener's counters. */
export function addDatagrams(
  to: UdpCounters,
  { datagramsIn, datagramsOut, drops }: NativeStats,
): void {
  to.datagramsIn += datagramsIn;
  to.datagramsOut += datagramsOut;
  for (const [cause, count] of Object.entries(drops)) {
    to.dropped[DROP_CAUSE[cause] ?? "other"] += count;
  }
}
