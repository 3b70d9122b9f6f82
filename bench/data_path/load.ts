/**
 * The loads that the generator can put on something, and the figures that it answers with: plain data,
 * for they go to a worker and back.
 *
 * @module
 */

/** Where a load goes. */
export interface Target {
  /** An IPv4 address. */
  readonly ip: string;
  /** Its ports; connections take them in turn. */
  readonly ports: readonly number[];
}

/** What is done to a target. */
export type Load =
  | {
    /** Requests and their echoes, on kept connections. */
    readonly kind: "requests";
    /** An echo. */
    readonly to: Target;
    /** How many connections ask at the same time. */
    readonly connections: number;
    /** The size of a request. */
    readonly bytes: number;
    /** For how long. */
    readonly seconds: number;
    /** How many a second; `null`: each connection asks again as soon as it is answered. */
    readonly perSecond: number | null;
  }
  | {
    /** Streams that send as fast as they are taken. */
    readonly kind: "bulk";
    /** A sink. */
    readonly to: Target;
    /** How many streams. */
    readonly connections: number;
    /** For how long. */
    readonly seconds: number;
  }
  | {
    /** Connections that are opened, ask once, and are closed. */
    readonly kind: "connections";
    /** An echo. */
    readonly to: Target;
    /** How many at the same time. */
    readonly connections: number;
    /** For how long. */
    readonly seconds: number;
  }
  | {
    /** Datagrams one way. */
    readonly kind: "datagrams";
    /** A sink. */
    readonly to: Target;
    /** How many clients, each with a socket of its own. */
    readonly clients: number;
    /** For how long. */
    readonly seconds: number;
    /** How many a second; `null`: as many as can be sent. */
    readonly perSecond: number | null;
  }
  | {
    /** Connections that are opened and kept, until the next load. */
    readonly kind: "idle";
    /** An echo. */
    readonly to: Target;
    /** How many. */
    readonly connections: number;
  };

/** What came of a load. What a load has no notion of is 0. */
export interface Figures {
  /** Answers, connections, datagrams that arrived, or bytes that arrived: how many a second. */
  readonly perSecond: number;
  /** The middle time to an answer, in µs. */
  readonly p50: number;
  /** The time that 99 of 100 answers did not exceed, in µs. */
  readonly p99: number;
  /** Which part of what was sent did not arrive, 0 to 1. */
  readonly lost: number;
  /** How many connections failed. */
  readonly failed: number;
  /** When it came to its end, in milliseconds since 1970. */
  readonly endedAt: number;
}

/**
 * What servers count, by the place in the memory that they share with the generator. A worker that
 * never comes to rest cannot be terminated from outside, so there stands also whether to stop.
 */
export const COUNT = {
  /** Bytes that the TCP sink took. */
  sinkBytes: 0,
  /** Datagrams that the UDP sink took. */
  datagrams: 1,
  /** Connections accepted. */
  accepted: 2,
  /** Not 0: stop. */
  stop: 3,
} as const;

/** The counts of servers. */
export type Counts = Float64Array<SharedArrayBuffer>;

/** Makes counts at nought. */
export function newCounts(): Counts {
  return new Float64Array(new SharedArrayBuffer(8 * Object.keys(COUNT).length));
}
