/**
 * The userspace backend: each frontend of a service is a socket of this process, which carries the
 * bytes to an endpoint and back. Needs the permission to use the network, and with node port ranges
 * the one to list the network interfaces.
 *
 * @module
 */
import { type Change, type Logger, SILENT, unreachable } from "../../core/mod.ts";
import type { ApplyResult, Backend } from "../backend.ts";
import type { AddressManager } from "./addresses.ts";
import { bindFailure } from "./bind_failure.ts";
import { BufferPool, type BufferPoolOptions } from "./buffers.ts";
import type { ConnectionEvent, DataPath, Listener, ListenerStats } from "./data_path.ts";
import { denoDataPath } from "./deno_data_path.ts";
import { DIAL_TIMEOUTS_MS } from "./dial.ts";
import { setPlatformTimer, type SetTimer } from "./flow_sweep.ts";
import { nodePortAddresses } from "./node_port_addresses.ts";
import { INITIAL_STATE, planChanges, type PlannerOptions, type UserspaceState } from "./plan.ts";
import { messageOf, PLATFORM_SOCKETS, type Sockets } from "./sockets.ts";
import type { BalancingPolicy, ListenerSpec, UserspaceOp } from "./spec.ts";
import { UDP_FLOW_LIMIT, UDP_IDLE_TIMEOUT_MS } from "./udp_listener.ts";
import { type DatagramSockets, PLATFORM_DATAGRAMS } from "./udp_sockets.ts";

/** How the userspace backend is set up. */
export interface UserspaceOptions {
  /** Where to write what happens. */
  readonly log?: Logger;
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
  /** Gives the node's own addresses; asked once, and only if node port ranges are given. */
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
   * goes.
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

/** What the userspace backend can tell about itself, as plain data. */
export interface UserspaceStats {
  /** Which data path is at work. */
  readonly dataPath: string;
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
}

/** The userspace backend. */
export interface UserspaceBackend extends Backend<UserspaceOp, UserspaceState> {
  /** How listeners and connections are doing. */
  stats(): UserspaceStats;
}

/** Makes a userspace backend. */
export function userspaceBackend(options: UserspaceOptions = {}): UserspaceBackend {
  return new Userspace(options);
}

class Userspace implements UserspaceBackend {
  readonly name = "userspace";
  readonly initial = INITIAL_STATE;
  readonly #log: Logger;
  readonly #planner: PlannerOptions;
  readonly #addresses: AddressManager | null;
  readonly #pool: BufferPool;
  readonly #dataPath: DataPath;
  readonly #open = new Map<string, Listener>();
  readonly #draining = new Set<Listener>();
  readonly #assigned = new Set<string>();
  #closed = false;

  constructor(options: UserspaceOptions) {
    this.#log = options.log ?? SILENT;
    this.#addresses = options.addresses ?? null;
    this.#planner = {
      manageAddresses: this.#addresses !== null,
      balancing: options.balancing ?? "round-robin",
      terminateRemoved: options.terminateRemoved ?? false,
      nodePorts: nodePortAddresses(
        options.nodePortAddresses ?? [],
        options.hostAddresses ?? interfaceAddresses,
      ),
    };
    this.#pool = new BufferPool(options.buffers);
    this.#dataPath = denoDataPath({
      sockets: options.sockets ?? PLATFORM_SOCKETS,
      datagrams: options.datagrams ?? PLATFORM_DATAGRAMS,
      pool: this.#pool,
      dialTimeoutsMs: options.dialTimeoutsMs ?? DIAL_TIMEOUTS_MS,
      quantum: options.quantum ?? 256 * 1024,
      udpIdleTimeoutMs: options.udpIdleTimeoutMs ?? UDP_IDLE_TIMEOUT_MS,
      udpFlowLimit: options.udpFlowLimit ?? UDP_FLOW_LIMIT,
      log: this.#log,
      random: options.random ?? Math.random,
      now: options.now ?? (() => performance.now()),
      setTimer: options.setTimer ?? setPlatformTimer,
      onConnection: this.#guarded(options.onConnection),
    });
  }

  plan(
    changes: readonly Change[],
    state: UserspaceState,
  ): ReturnType<UserspaceBackend["plan"]> {
    return planChanges(changes, state, this.#planner);
  }

  apply(op: UserspaceOp, signal: AbortSignal): Promise<ApplyResult> {
    if (this.#closed) return done(failed(`Cannot ${op.op} ${op.key}: the backend is closed`));
    switch (op.op) {
      case "assign-address":
        return this.#assign(op.ip, signal);
      case "release-address":
        return this.#release(op.ip, signal);
      case "open":
      case "update":
        return this.#openOrUpdate(op.listener);
      case "close":
        return this.#close(op.key);
      case "unsupported":
        this.#log.warn(`Cannot proxy ${op.servicePort} (${op.because}): ${op.reason}`);
        return done({ ok: true });
      case "ignored":
        this.#log.warn(`Cannot follow ${op.because}: ${op.reason}`);
        return done({ ok: true });
      default:
        return unreachable(op);
    }
  }

  stats(): UserspaceStats {
    let connections = 0;
    for (const listener of this.#draining) connections += listener.stats().active;
    return {
      dataPath: this.#dataPath.name,
      listeners: Array.from(this.#open.values(), (listener) => listener.stats()),
      draining: { listeners: this.#draining.size, connections },
      bufferBytes: this.#pool.lentAboveSmallest,
    };
  }

  async close(signal: AbortSignal): Promise<void> {
    this.#closed = true;
    await Promise.all(Array.from(this.#open.keys(), (key) => this.#close(key, "drain")));
    const draining = [...this.#draining];
    const cut = () => {
      const { connections } = this.stats().draining;
      if (connections > 0) this.#log.warn("Closing connections that did not end", { connections });
      for (const listener of draining) listener.cut();
    };
    if (signal.aborted) cut();
    else signal.addEventListener("abort", cut, { once: true });
    await Promise.all(draining.map((listener) => listener.ended));
    signal.removeEventListener("abort", cut);
    this.#dataPath.close();
    await this.#releaseAll();
  }

  async #openOrUpdate(spec: ListenerSpec): Promise<ApplyResult> {
    const { key, servicePort, backends } = spec;
    const open = this.#open.get(key);
    if (open !== undefined) {
      open.update(spec);
      const fields = { service: servicePort, listener: key, endpoints: backends.length };
      this.#log.v(2)?.info("Updated listener", fields);
      return { ok: true };
    }
    try {
      const listener = await this.#dataPath.open(spec);
      this.#open.set(key, listener);
      if (this.#closed) {
        await this.#close(key);
        return failed(`Cannot open ${key}: the backend was closed in the meantime`);
      }
      this.#log.v(2)?.info("Proxying for service", { service: servicePort, listener: key });
      return { ok: true };
    } catch (error) {
      return bindFailure(spec, error);
    }
  }

  async #close(key: string, how: "stop" | "drain" = "stop"): Promise<ApplyResult> {
    const listener = this.#open.get(key);
    if (listener === undefined) return { ok: true };
    this.#open.delete(key);
    this.#draining.add(listener);
    const { servicePort } = listener.spec;
    this.#log.v(1)?.info("Stopping service", { service: servicePort, listener: key });
    // Not awaited: live connections may go on for days.
    void listener.ended.then(() => this.#draining.delete(listener));
    await listener[how]();
    return { ok: true };
  }

  async #assign(ip: string, signal: AbortSignal): Promise<ApplyResult> {
    if (this.#addresses === null) return failed(`Cannot assign ${ip}: no address manager is set`);
    const result = await this.#addresses.assign(ip, signal);
    if (result.ok) this.#assigned.add(ip);
    return result;
  }

  async #release(ip: string, signal: AbortSignal): Promise<ApplyResult> {
    if (this.#addresses === null) return failed(`Cannot release ${ip}: no address manager is set`);
    const result = await this.#addresses.release(ip, signal);
    if (result.ok) this.#assigned.delete(ip);
    return result;
  }

  async #releaseAll(): Promise<void> {
    // A signal of its own: the one of close() may have aborted, and this must be done all the same.
    const { signal } = new AbortController();
    for (const ip of [...this.#assigned]) {
      const result = await this.#release(ip, signal);
      if (!result.ok) this.#log.error(result.error, { address: ip });
    }
  }

  /** A hook that throws must not take a connection with it. */
  #guarded(hook: UserspaceOptions["onConnection"]): (event: ConnectionEvent) => void {
    if (hook === undefined) return () => {};
    return (event) => {
      try {
        hook(event);
      } catch (error) {
        this.#log.error(`Cannot report a connection: onConnection threw "${messageOf(error)}"`);
      }
    };
  }
}

function done(result: ApplyResult): Promise<ApplyResult> {
  return Promise.resolve(result);
}

function failed(error: string): ApplyResult {
  return { ok: false, error, retry: false };
}

function interfaceAddresses(): readonly string[] {
  return Deno.networkInterfaces().map((each) => each.address);
}
