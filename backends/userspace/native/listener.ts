/**
 * What the engine is told of a listener, and what it tells of one. Everything but the callbacks is
 * plain data; the callbacks run inside the engine's turn, so they must be quick and may not wait.
 *
 * @module
 */
import type { RecencyRing } from "./recency.ts";
import type { Family } from "./sockaddr.ts";

/** Who opened a connection, or sent a datagram. */
export interface Client {
  /** The address, in canonical text. */
  readonly ip: string;
  /** The port. */
  readonly port: number;
}

/** Why a connection or a flow ended. */
export type CloseReason =
  /** Both sides had said all they had to say. */
  | "finished"
  /** One side reset it, so the other was reset too. */
  | "reset"
  /** The listener was closed and its connections with it. */
  | "terminated"
  /** Its endpoint was taken away. */
  | "endpoint-gone"
  /** UDP: nothing came for the idle timeout. */
  | "idle"
  /** UDP: it was the oldest, and a new one needed its place. */
  | "evicted"
  /** UDP: the endpoint answered that nobody listens. */
  | "refused"
  /** UDP: its client may use the listener no more. */
  | "denied";

/** Why a connection was never led to an endpoint. */
export type UnservedReason =
  /** There was nobody to try. */
  | "no-endpoint"
  /** Nobody who was tried answered in time, or the client did not wait. */
  | "dial-failed";

/** How a connection or a flow ended. */
export interface Closed {
  /** Why. */
  readonly reason: CloseReason;
  /** The bytes that the client sent. */
  readonly bytesIn: number;
  /** The bytes that the endpoint sent. */
  readonly bytesOut: number;
}

/**
 * A listener. Every endpoint that `choose` answers with is followed by exactly one `onDialFailed` or
 * `onClosed`, so that who counts connections per endpoint can count by these three; every client that
 * was `allowed` is followed by exactly one `onUnserved` or `onClosed` (UDP: every flow that was opened
 * by an `onClosed`). Whatever one of them throws ends that connection only, and is reported as a fault.
 */
export interface NativeListener {
  /** Its name among the engine's listeners. */
  readonly key: string;
  /** What it listens for. */
  readonly protocol: "TCP" | "UDP";
  /** The address it listens on; `0.0.0.0` and `::` are all of a family. */
  readonly ip: string;
  /** The port; 0 takes a free one. */
  readonly port: number;
  /**
   * Whether other engines may listen on the same address, to share its clients (Linux).
   *
   * @default {false}
   */
  readonly reusePort?: boolean;
  /**
   * Chooses an endpoint, `ip:port` with IPv6 in brackets, for a new client. `tried` are those that
   * this connection has failed to reach just now. `null`: there is none; the client is reset.
   */
  readonly choose: (client: Client, tried: readonly string[]) => string | null;
  /** Whether a client may use it. One that may not is reset, or its datagram dropped. */
  readonly allowed?: (client: Client) => boolean;
  /** An endpoint was not reached: the code's name, `ECONNREFUSED`, or what else was in the way. */
  readonly onDialFailed?: (endpoint: string, cause: string) => void;
  /** A client was led to an endpoint: from now on bytes flow. */
  readonly onOpened?: (endpoint: string, client: Client) => void;
  /** A client was not led to any endpoint, and is reset (UDP: its datagram is dropped). */
  readonly onUnserved?: (client: Client, why: UnservedReason) => void;
  /** A connection or a flow ended; the client is told where {@linkcode keepClients} asks for it. */
  readonly onClosed?: (endpoint: string, closed: Closed, client: Client | null) => void;
  /**
   * Whether to remember each client until its end, which costs some hundred bytes for each.
   *
   * @default {false}
   */
  readonly keepClients?: boolean;
}

/** What a listener has done since it was opened. */
export interface NativeStats {
  /** TCP connections accepted. */
  readonly accepted: number;
  /** TCP connections that are open, or being dialled. */
  readonly active: number;
  /** Bytes that clients sent. */
  readonly bytesIn: number;
  /** Bytes that endpoints sent. */
  readonly bytesOut: number;
  /** Failed tries to reach an endpoint, by cause. */
  readonly dialFailures: Readonly<Record<string, number>>;
  /** TCP connections that ended by a reset, ours or passed on. */
  readonly resets: number;
  /** Clients turned away because they may not use the listener (UDP: datagrams). */
  readonly denied: number;
  /** Clients turned away because there was no endpoint (UDP: datagrams). */
  readonly noEndpoint: number;
  /** How often accepting had to pause because descriptors or memory ran out. */
  readonly acceptPauses: number;
  /** UDP flows that are open. */
  readonly flows: number;
  /** UDP flows opened. */
  readonly flowsOpened: number;
  /** Datagrams that went to endpoints. */
  readonly datagramsIn: number;
  /** Datagrams that went to clients. */
  readonly datagramsOut: number;
  /** Datagrams lost here, by cause; `receive-buffer`: by the system, before we saw them. */
  readonly drops: Readonly<Record<string, number>>;
  /** What callbacks of the listener threw. */
  readonly faults: number;
}

/** The same, while it is counted. */
export type Counters = {
  -readonly [Name in keyof NativeStats]: NativeStats[Name] extends number ? number
    : Record<string, number>;
};

/** Counters at nought. */
export function newCounters(): Counters {
  return {
    accepted: 0,
    active: 0,
    bytesIn: 0,
    bytesOut: 0,
    dialFailures: {},
    resets: 0,
    denied: 0,
    noEndpoint: 0,
    acceptPauses: 0,
    flows: 0,
    flowsOpened: 0,
    datagramsIn: 0,
    datagramsOut: 0,
    drops: {},
    faults: 0,
  };
}

/** Adds one to a counter by cause. */
export function countCause(counts: Record<string, number>, cause: string, by = 1): void {
  counts[cause] = (counts[cause] ?? 0) + by;
}

/** A listener that is open. */
export interface OpenListener {
  /** What it was asked to be. */
  readonly spec: NativeListener;
  /** The family of its address. */
  readonly family: Family;
  /** Whether it serves all addresses. */
  readonly wildcard: boolean;
  /** Its socket. */
  readonly sock: number;
  /** Its number among the listeners of its protocol. */
  readonly index: number;
  /** Its number among all listeners there ever were; never 0. */
  readonly generation: number;
  /** What it has done. */
  readonly counters: Counters;
  /** Whether it has not been closed yet. */
  open: boolean;
  /** Whether it waits for descriptors. */
  paused: boolean;
  /** Its flows by their last use. */
  readonly recency: RecencyRing;
}

/** Something that a listener's callback threw. */
export interface Fault {
  /** The listener. */
  readonly key: string;
  /** The callback. */
  readonly callback:
    | "choose"
    | "allowed"
    | "onOpened"
    | "onUnserved"
    | "onDialFailed"
    | "onClosed";
  /** What it threw, or what was wrong with its answer. */
  readonly error: unknown;
}

/** Takes faults. */
export type FaultSink = (fault: Fault) => void;
