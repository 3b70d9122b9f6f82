/**
 * The contract of a data path: who carries the bytes of a listener. The control path speaks to it in
 * plain data only, so that it may run in this thread or in workers, on Deno's sockets or natively.
 *
 * @module
 */
import type { FrontendKind } from "../../core/mod.ts";
import type { DialFailure } from "./dial.ts";
import type { ListenerSpec } from "./spec.ts";
import type { UdpCounts } from "./udp_counters.ts";

/** Why a connection was closed without having been proxied. */
export type Rejection = "no-endpoints" | "dial-failed" | "source-not-allowed" | "stopped";

/** What happened to a connection; for tests and the simulation. */
export type ConnectionEvent =
  | {
    /** It leads to an endpoint now. */
    readonly type: "mapped";
    /** The listener's key. */
    readonly listener: string;
    /** The client, as `ip:port`. */
    readonly client: string;
    /** The endpoint, as `ip:port`. */
    readonly backend: string;
  }
  | {
    /** It was closed without having been proxied. */
    readonly type: "rejected";
    /** The listener's key. */
    readonly listener: string;
    /** The client, as `ip:port`. */
    readonly client: string;
    /** Why. */
    readonly why: Rejection;
  }
  | {
    /** It is over. */
    readonly type: "closed";
    /** The listener's key. */
    readonly listener: string;
    /** The client, as `ip:port`. */
    readonly client: string;
    /** The endpoint, as `ip:port`. */
    readonly backend: string;
    /** Bytes from the client. */
    readonly bytesIn: number;
    /** Bytes to the client. */
    readonly bytesOut: number;
    /** How: both sides had ended it, one of them broke it, or we did when time was up. */
    readonly how: "ended" | "broken" | "cut";
  };

/**
 * The counts of one listener. They only grow, but for `active`. What a flow is to UDP, a connection
 * is to TCP: UDP counts its flows as connections.
 */
export interface ListenerCounts {
  /** Connections accepted. */
  readonly accepted: number;
  /** Connections that live now, those that are being dialled included. */
  readonly active: number;
  /** Connections that one side broke off. */
  readonly broken: number;
  /** Connections that this side broke off: their endpoint was removed, or time was up. */
  readonly cut: number;
  /** Bytes from clients. */
  readonly bytesIn: number;
  /** Bytes to clients. */
  readonly bytesOut: number;
  /** Connections closed without having been proxied, by cause. */
  readonly rejected: Readonly<Record<Rejection, number>>;
  /** Tries to reach an endpoint that failed, by cause. */
  readonly dialFailures: Readonly<Record<DialFailure, number>>;
  /** Times that the platform could not accept a connection. */
  readonly acceptFailures: number;
}

/** The counts of one endpoint of a listener. They only grow, but for `active`. */
export interface EndpointCounts {
  /** Connections that it has taken. */
  readonly connections: number;
  /** Connections to it that live now, those that are being dialled included. */
  readonly active: number;
  /** Bytes from clients. */
  readonly bytesIn: number;
  /** Bytes to clients. */
  readonly bytesOut: number;
  /** Tries to reach it that failed, by cause. */
  readonly dialFailures: Readonly<Record<DialFailure, number>>;
}

/** How a listener is. */
export interface ListenerStats extends ListenerCounts {
  /** Its key. */
  readonly key: string;
  /** The service port that it serves. */
  readonly servicePort: string;
  /** Which of the service port's frontends it is. */
  readonly kind: FrontendKind;
  /** The address that it listens on. */
  readonly ip: string;
  /** The port that it listens on, as the platform says. */
  readonly port: number;
  /** How many endpoints it may use. */
  readonly backends: number;
  /** The counts of each endpoint that it may use or that has live connections, by `ip:port`. */
  readonly endpoints: Readonly<Record<string, EndpointCounts>>;
  /** What else it counts, if it is a UDP listener. */
  readonly udp?: UdpCounts;
}

/**
 * One open listener. While it has no endpoint it holds no socket: the system then refuses clients at
 * once (TCP: a reset, UDP: an ICMP message), as it does where kube-proxy rejects.
 */
export interface Listener {
  /** What it is. */
  readonly spec: ListenerSpec;
  /**
   * Makes it this from now on, for new connections. Live ones go on, but for those that
   * {@linkcode ListenerSpec.lingering} gives up. The key must be the same. Rejects with the
   * platform's error if it has its first endpoint and cannot be bound; it may be tried again.
   */
  update(spec: ListenerSpec): Promise<void>;
  /**
   * Stops accepting; resolves when the address is free again. Live connections go on. UDP flows end:
   * their replies need the socket that gives the address free.
   */
  stop(): Promise<void>;
  /**
   * Stops accepting, at the end of all: what lives goes on, UDP flows too, and the address may be
   * free no sooner than they end.
   */
  drain(): Promise<void>;
  /** Resolves when it is stopped and the last live connection has come to its end. */
  readonly ended: Promise<void>;
  /** Closes the live connections. */
  cut(): void;
}

/** How the listeners of a data path are. */
export interface DataPathStats {
  /** Every open listener. */
  readonly listeners: readonly ListenerStats[];
  /** What is closed and still has live connections. */
  readonly draining: {
    /** How many listeners. */
    readonly listeners: number;
    /** How many connections. */
    readonly connections: number;
  };
  /** Bytes of memory in copy buffers above the smallest size. */
  readonly bufferBytes: number;
  /** The workers that carry the traffic; none where this thread does. */
  readonly workers: readonly WorkerStats[];
}

/** How one worker is. */
export interface WorkerStats {
  /** Its number. */
  readonly worker: number;
  /** Which data path is at work in it: `native`, `deno`, or `none` while it starts. */
  readonly dataPath: "native" | "deno" | "none";
  /** Why it is this one. */
  readonly why: string;
  /** How often it has died and was replaced. */
  readonly restarts: number;
  /** How many listeners it has. */
  readonly listeners: number;
}

/** Opens listeners. */
export interface DataPath {
  /** Its name, for logs. */
  readonly name: string;
  /** Opens a listener. Rejects with the platform's error if it cannot be bound. */
  open(spec: ListenerSpec): Promise<Listener>;
  /** How all listeners are. */
  stats(): Promise<DataPathStats>;
  /** Gives back what the listeners share, once they all have come to their end. */
  close(): Promise<void>;
}
