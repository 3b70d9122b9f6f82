/**
 * What a UDP listener counts.
 *
 * @module
 */
import { noFailures } from "./balance/backend_address.ts";
import type { DialFailure } from "./dial.ts";
import { FLOW_ENDS, type FlowEnd } from "./flow.ts";
import { DROP_CAUSES, type DropCause } from "./udp_sockets.ts";

/** The counts that only a UDP listener has. They only grow. */
export interface UdpCounts {
  /** Datagrams from clients that went to endpoints. */
  readonly datagramsIn: number;
  /** Datagrams from endpoints that went to clients. */
  readonly datagramsOut: number;
  /** Datagrams dropped, of either direction, by cause. The system may drop more before we see them. */
  readonly dropped: Readonly<Record<DropCause, number>>;
  /** Flows that ended, by cause. */
  readonly flowsEnded: Readonly<Record<FlowEnd, number>>;
}

/** The same while they are counted, and what a listener counts with every protocol. */
export interface UdpCounters {
  /** Flows that were opened. */
  flowsOpened: number;
  /** Sockets for flows that could not be opened, by cause. */
  readonly dialFailures: Record<DialFailure, number>;
  /** Datagrams from clients that went to endpoints. */
  datagramsIn: number;
  /** Datagrams from endpoints that went to clients. */
  datagramsOut: number;
  /** Datagrams dropped. */
  readonly dropped: Record<DropCause, number>;
  /** Flows that ended. */
  readonly flowsEnded: Record<FlowEnd, number>;
}

/** Counters at nought. */
export function newUdpCounters(): UdpCounters {
  return {
    flowsOpened: 0,
    dialFailures: noFailures(),
    datagramsIn: 0,
    datagramsOut: 0,
    dropped: noughts(DROP_CAUSES),
    flowsEnded: noughts(FLOW_ENDS),
  };
}

/** A copy that goes its own way. */
export function copyOfCounters(counters: UdpCounters): UdpCounters {
  const { dialFailures, dropped, flowsEnded } = counters;
  return {
    ...counters,
    dialFailures: { ...dialFailures },
    dropped: { ...dropped },
    flowsEnded: { ...flowsEnded },
  };
}

/** What they count now, for others to keep. */
export function udpCounts(counters: UdpCounters): UdpCounts {
  const { datagramsIn, datagramsOut, dropped, flowsEnded } = counters;
  return { datagramsIn, datagramsOut, dropped: { ...dropped }, flowsEnded: { ...flowsEnded } };
}

function noughts<Name extends string>(names: readonly Name[]): Record<Name, number> {
  const counts: Partial<Record<Name, number>> = {};
  for (const name of names) counts[name] = 0;
  return counts as Record<Name, number>; // every name has just got its nought
}
