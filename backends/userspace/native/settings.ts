/**
 * What an engine can be told, the defaults, and what its parts share.
 *
 * @module
 */
import { Endpoints } from "./endpoints.ts";
import { EventLoop } from "./event_loop.ts";
import type { FaultSink } from "./listener.ts";
import type { Sys } from "./sys.ts";

/** How an engine is made. */
export interface EngineOptions {
  /** The system, opened by the thread that turns the engine. The caller disposes of it. */
  readonly sys: Sys;
  /**
   * Milliseconds of a clock that never goes back.
   *
   * @default {performance.now}
   */
  readonly now?: () => number;
  /**
   * Takes what listeners' callbacks throw.
   *
   * @default {() => {}} Faults are counted in the listener's statistics all the same.
   */
  readonly onFault?: FaultSink;
  /**
   * How many TCP connections may be open; beyond, accepting pauses.
   *
   * @default {65536}
   */
  readonly maxConnections?: number;
  /**
   * How long each try to reach an endpoint may take, in milliseconds; their number is the number of
   * tries that may be late. kube-proxy's userspace mode waited as long.
   *
   * @default {[250, 500, 1000, 2000]}
   */
  readonly dialTimeouts?: readonly number[];
  /**
   * How long all tries together may take, in milliseconds.
   *
   * @default {3750}
   */
  readonly dialDeadline?: number;
  /**
   * How many bytes may wait for receivers that have no room; beyond, reads become small.
   *
   * @default {67108864}
   */
  readonly pendingBytes?: number;
  /**
   * How many pipes bulk transfers may use; 0 turns splicing off. Splicing saves this thread's time but
   * costs the endpoints', who then meet the bytes cold. On two busy cores it took 13 to 29 % more time
   * in all; one stream got less through in each of eight runs, eight streams got a little more. On idle
   * cores it was once seen ahead of copying.
   *
   * @default {0}
   */
  readonly pipes?: number;
  /**
   * How long a UDP flow may be silent, in milliseconds.
   *
   * @default {10000}
   */
  readonly udpIdleTimeout?: number;
  /**
   * How many UDP flows may be open; beyond, the oldest makes room. At least 65, and at most half of
   * the process's descriptors.
   *
   * @default {16384}
   */
  readonly maxFlows?: number;
  /**
   * How many of them one listener may have; beyond, its own oldest makes room. At least 65.
   *
   * @default {maxFlows}
   */
  readonly listenerFlows?: number;
  /**
   * The size of a UDP listener's buffers, in bytes; the system may grant less.
   *
   * @default {4194304}
   */
  readonly datagramBuffer?: number;
  /**
   * How many connections may wait to be accepted; the system may have a lower limit.
   *
   * @default {65535}
   */
  readonly backlog?: number;
}

/** The options, with defaults. */
export type Settings = Required<Omit<EngineOptions, "sys" | "now" | "onFault">>;

/** What the parts of an engine share. */
export interface Shared {
  /** The system. */
  readonly sys: Sys;
  /** The event loop. */
  readonly loop: EventLoop;
  /** Endpoints, laid out. */
  readonly endpoints: Endpoints;
  /** Where faults go. */
  readonly faults: FaultSink;
  /** The options. */
  readonly settings: Settings;
}

/** A flow can be the oldest only if it is not of the batch at hand: one more than a batch has. */
const FEWEST_FLOWS = 65;

/** Makes what the parts of an engine share. */
export function share(options: EngineOptions): Shared {
  const { sys, now = () => performance.now(), onFault = () => {} } = options;
  const flowLimit = Math.min(options.maxFlows ?? 16_384, sys.descriptorLimit() >> 1);
  const maxFlows = Math.max(FEWEST_FLOWS, flowLimit);
  return {
    sys,
    loop: new EventLoop(sys, now),
    endpoints: new Endpoints(sys.inet6),
    faults: onFault,
    settings: {
      maxConnections: options.maxConnections ?? 65_536,
      dialTimeouts: options.dialTimeouts ?? [250, 500, 1000, 2000],
      dialDeadline: options.dialDeadline ?? 3750,
      pendingBytes: options.pendingBytes ?? 64 * 1024 * 1024,
      pipes: options.pipes ?? 0,
      udpIdleTimeout: options.udpIdleTimeout ?? 10_000,
      maxFlows,
      listenerFlows: Math.max(FEWEST_FLOWS, options.listenerFlows ?? maxFlows),
      datagramBuffer: options.datagramBuffer ?? 4 * 1024 * 1024,
      backlog: options.backlog ?? 65_535,
    },
  };
}
