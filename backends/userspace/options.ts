/**
 * How the userspace backend is set up, and the data path that it takes by that.
 *
 * @module
 */
import type { Logger } from "../../core/mod.ts";
import type { AddressManager } from "./addresses.ts";
import { BufferPool, type BufferPoolOptions } from "./buffers.ts";
import type { ConnectionEvent, DataPath } from "./data_path.ts";
import { denoDataPath } from "./deno_data_path.ts";
import { DIAL_TIMEOUTS_MS } from "./dial.ts";
import { setPlatformTimer, type SetTimer } from "./flow_sweep.ts";
import { messageOf, PLATFORM_SOCKETS, type Sockets } from "./sockets.ts";
import type { BalancingPolicy } from "./spec.ts";
import { UDP_FLOW_LIMIT, UDP_IDLE_TIMEOUT_MS } from "./udp_listener.ts";
import { type DatagramSockets, PLATFORM_DATAGRAMS } from "./udp_sockets.ts";
import { type DataPathChoice, whyNotNative, workerDataPath } from "./workers/mod.ts";

/** How the userspace backend is set up. */
export interface UserspaceOptions {
  /** Where to write what happens. */
  readonly log?: Logger;
  /**
   * How many workers carry the traffic; 0: this thread does, on Deno's sockets. Workers take neither
   * {@linkcode sockets} and {@linkcode datagrams}, nor a clock or chance of the caller's.
   *
   * @default {0}
   */
  readonly workers?: number;
  /**
   * What carries the traffic in workers: `native` is the fast one, which calls the system by FFI,
   * `deno` the portable one, and `auto` the native one where it passes its self-test.
   *
   * @default {"auto"}
   */
  readonly dataPath?: DataPathChoice;
  /**
   * CIDRs of the node's addresses that serve node ports; a family without one serves them on all.
   *
   * @default {[]}
   */
  readonly nodePortAddresses?: readonly string[];
  /**
   * How endpoints are chosen for services whose annotation `windlass.dev/balancing` does not say.
   *
   * @default {"round-robin"}
   */
  readonly balancing?: BalancingPolicy;
  /**
   * Whether to cut the TCP connections to endpoints that are not known any more, rather than let
   * them end. Those to endpoints that shut down go on in any case.
   *
   * @default {false}
   */
  readonly terminateRemoved?: boolean;
  /** Gives the node's own addresses; asked only where something hangs on them. */
  readonly hostAddresses?: () => readonly string[];
  /** Who puts service addresses on an interface; left out, that is somebody else's business. */
  readonly addresses?: AddressManager;
  /**
   * How long each try to reach an endpoint may take, in milliseconds.
   *
   * @default {DIAL_TIMEOUTS_MS}
   */
  readonly dialTimeoutsMs?: readonly number[];
  /** How much memory the copy buffers may use. */
  readonly buffers?: BufferPoolOptions;
  /**
   * After how many bytes a direction of a connection gives the others a turn.
   *
   * @default {262144}
   */
  readonly quantum?: number;
  /**
   * How long a UDP flow may be idle, in milliseconds.
   *
   * @default {UDP_IDLE_TIMEOUT_MS}
   */
  readonly udpIdleTimeoutMs?: number;
  /**
   * How many flows a UDP listener may have; beyond, the one that was not used for the longest time
   * goes. The native data path allows 65 at least.
   *
   * @default {UDP_FLOW_LIMIT}
   */
  readonly udpFlowLimit?: number;
  /** Gives a number from 0 up to 1. */
  readonly random?: () => number;
  /** A clock that never goes back, in milliseconds. */
  readonly now?: () => number;
  /** Is told what happens to connections; for tests and the simulation. */
  readonly onConnection?: (event: ConnectionEvent) => void;
  /** Sets a timer. */
  readonly setTimer?: SetTimer;
  /** The platform's TCP sockets; tests give faulty ones. */
  readonly sockets?: Sockets;
  /** The platform's UDP sockets; tests give faulty ones. */
  readonly datagrams?: DatagramSockets;
}

/** The data path that the options ask for. */
export function dataPathOf(options: UserspaceOptions, log: Logger): DataPath {
  const { workers = 0, onConnection, random = Math.random } = options;
  const { now = () => performance.now() } = options;
  const hook = onConnection === undefined ? null : guarded(onConnection, log);
  const settings = {
    dialTimeoutsMs: options.dialTimeoutsMs ?? DIAL_TIMEOUTS_MS,
    quantum: options.quantum ?? 256 * 1024,
    udpIdleTimeoutMs: options.udpIdleTimeoutMs ?? UDP_IDLE_TIMEOUT_MS,
    udpFlowLimit: options.udpFlowLimit ?? UDP_FLOW_LIMIT,
  };
  if (workers > 0) {
    const { dataPath = "auto", buffers = {} } = options;
    const onConnection = hook;
    const perWorker = { ...settings, dataPath, buffers };
    return workerDataPath({ workers, settings: perWorker, log, onConnection, random, now });
  }
  return denoDataPath({
    ...settings,
    sockets: options.sockets ?? PLATFORM_SOCKETS,
    datagrams: options.datagrams ?? PLATFORM_DATAGRAMS,
    pool: new BufferPool(options.buffers),
    log,
    random,
    now,
    setTimer: options.setTimer ?? setPlatformTimer,
    onConnection: hook,
  });
}

/**
 * Whether the data path answers a datagram that came to a socket for all addresses from the one that
 * it came to. Only the native one on Linux is told which that was.
 */
export function answersFromThere({ workers = 0, dataPath = "auto" }: UserspaceOptions): boolean {
  if (workers === 0 || dataPath === "deno" || Deno.build.os !== "linux") return false;
  return dataPath === "native" || whyNotNative() === null;
}

/** A hook that throws must not take a connection with it. */
function guarded(
  hook: (event: ConnectionEvent) => void,
  log: Logger,
): (event: ConnectionEvent) => void {
  return (event) => {
    try {
      hook(event);
    } catch (error) {
      log.error(`Cannot report a connection: onConnection threw "${messageOf(error)}"`);
    }
  };
}
