/**
 * One endpoint of a listener, as the data path keeps it: its address, what is known of it, and its
 * counts. Mutable, because each connection writes to it; the control path gets a copy.
 *
 * @module
 */
import type { EndpointCounts } from "../data_path.ts";
import type { DialFailure } from "../dial.ts";
import type { Meter } from "../pump.ts";

/** One endpoint of a listener, as the data path keeps it. */
export interface BackendAddress {
  /** `ip:port`. */
  readonly address: string;
  /** The address to dial. */
  readonly ip: string;
  /** The port to dial. */
  readonly port: number;
  /** Whether new connections may go to it. */
  inUse: boolean;
  /** Whether its live connections must not go on. */
  removed: boolean;
  /** Whether the last dial failed; kept here so that only the first failure of a row is shouted. */
  failing: boolean;
  /** Connections to it now, those that are being dialled included. */
  active: number;
  /** Connections that it has taken. */
  connections: number;
  /** Counts what clients send to it. */
  readonly fromClients: Meter;
  /** Counts what it sends to clients. */
  readonly toClients: Meter;
  /** Dials that failed, by cause. */
  readonly dialFailures: Record<DialFailure, number>;
}

/** An endpoint of which nothing is known yet. */
export function backendAddress(address: string): BackendAddress {
  const colon = address.lastIndexOf(":");
  const host = address.slice(0, colon);
  return {
    address,
    ip: host.startsWith("[") ? host.slice(1, -1) : host,
    port: Number(address.slice(colon + 1)),
    inUse: true,
    removed: false,
    failing: false,
    active: 0,
    connections: 0,
    fromClients: { bytes: 0 },
    toClients: { bytes: 0 },
    dialFailures: noFailures(),
  };
}

/** A count of zero for each cause. */
export function noFailures(): Record<DialFailure, number> {
  return { refused: 0, timeout: 0, unreachable: 0, shortage: 0, other: 0 };
}

/** A copy of the counts. */
export function countsOf(backend: BackendAddress): EndpointCounts {
  return {
    connections: backend.connections,
    active: backend.active,
    bytesIn: backend.fromClients.bytes,
    bytesOut: backend.toClients.bytes,
    dialFailures: { ...backend.dialFailures },
  };
}
