/**
 * The userspace backend: each frontend of a service is a socket of this process, which carries the
 * bytes to an endpoint and back. Needs the permission to use the network, and with node port ranges
 * the one to list the network interfaces.
 *
 * @module
 */
import { type Change, type Logger, SILENT, unreachable } from "../../core/mod.ts";
import type { ApplyResult, Backend, Observer } from "../backend.ts";
import type { AddressManager } from "./addresses.ts";
import { bindFailure } from "./bind_failure.ts";
import type { DataPath, DataPathStats, Listener } from "./data_path.ts";
import { setPlatformTimer } from "./flow_sweep.ts";
import { addressLister, interfaceAddresses } from "./host_addresses.ts";
import { NodeFollower } from "./node_addresses.ts";
import { nodePortRanges } from "./node_port_addresses.ts";
import { answersFromThere, dataPathOf, type UserspaceOptions } from "./options.ts";
import {
  INITIAL_STATE,
  planChanges,
  planForNode,
  type PlannerOptions,
  type UserspaceState,
} from "./plan.ts";
import type { ListenerSpec, UserspaceOp } from "./spec.ts";

/** What the userspace backend can tell about itself, as plain data. */
export interface UserspaceStats extends DataPathStats {
  /** Which data path was asked for; what each worker has taken is among its own figures. */
  readonly dataPath: string;
}

/** The userspace backend. */
export interface UserspaceBackend extends Backend<UserspaceOp, UserspaceState> {
  /** Looks at the addresses of the node, so that listeners follow them. */
  readonly observer: Observer<UserspaceOp, UserspaceState>;
  /** How listeners, connections and workers are doing. */
  stats(): Promise<UserspaceStats>;
}

/** Makes a userspace backend. */
export function userspaceBackend(options: UserspaceOptions = {}): UserspaceBackend {
  return new Userspace(options);
}

class Userspace implements UserspaceBackend {
  readonly name = "userspace";
  readonly initial = INITIAL_STATE;
  readonly observer: UserspaceBackend["observer"];
  readonly #log: Logger;
  readonly #planner: PlannerOptions;
  readonly #addresses: AddressManager | null;
  readonly #dataPath: DataPath;
  readonly #open = new Map<string, Listener>();
  readonly #draining = new Set<Listener>();
  readonly #assigned = new Set<string>();
  /** Those that the manager was just asked to put on an interface. */
  readonly #coming = new Set<string>();
  #closed = false;

  constructor(options: UserspaceOptions) {
    this.#log = options.log ?? SILENT;
    this.#addresses = options.addresses ?? null;
    const { hostAddresses = interfaceAddresses } = options;
    const node = new NodeFollower({
      list: addressLister(() => hostAddresses().filter((ip) => !this.#isOfService(ip)), this.#log),
      ranges: nodePortRanges(options.nodePortAddresses ?? []),
      answersFromThere: () => answersFromThere(options),
      log: this.#log,
      setTimer: options.setTimer ?? setPlatformTimer,
    });
    const first = node.current;
    this.#planner = {
      manageAddresses: this.#addresses !== null,
      balancing: options.balancing ?? "round-robin",
      terminateRemoved: options.terminateRemoved ?? false,
      ...first,
    };
    this.observer = {
      observe: () => {
        const now = node.look();
        const plan = (state: UserspaceState) =>
          now === (state.node ?? first)
            ? { ops: [], state }
            : planForNode(now, state, this.#planner);
        return Promise.resolve({ ok: true, plan, covers: () => false });
      },
      watch: (listener) => node.watch(() => listener("the node has other addresses", true)),
    };
    this.#dataPath = dataPathOf(options, this.#log);
  }

  plan(
    changes: readonly Change[],
    state: UserspaceState,
  ): ReturnType<UserspaceBackend["plan"]> {
    return planChanges(changes, state, this.#planner);
  }

  /** Whether an address is the node's only because a Service wants it. */
  #isOfService(ip: string): boolean {
    return this.#coming.has(ip) || this.#addresses?.owns(ip) === true;
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

  async stats(): Promise<UserspaceStats> {
    return { dataPath: this.#dataPath.name, ...await this.#dataPath.stats() };
  }

  async close(signal: AbortSignal): Promise<void> {
    this.#closed = true;
    await Promise.all(Array.from(this.#open.keys(), (key) => this.#close(key, "drain")));
    const draining = [...this.#draining];
    let counting: Promise<unknown> = Promise.resolve();
    const cut = () => {
      counting = this.#cut(draining);
    };
    if (signal.aborted) cut();
    else signal.addEventListener("abort", cut, { once: true });
    await Promise.all(draining.map((listener) => listener.ended));
    signal.removeEventListener("abort", cut);
    await counting;
    await this.#dataPath.close();
    await this.#releaseAll();
  }

  async #cut(draining: readonly Listener[]): Promise<void> {
    const stats = this.stats(); // asked before they are cut, answered after
    for (const listener of draining) listener.cut();
    const { connections } = (await stats).draining;
    if (connections > 0) this.#log.warn("Closed connections that did not end", { connections });
  }

  async #openOrUpdate(spec: ListenerSpec): Promise<ApplyResult> {
    const { key, servicePort, backends } = spec;
    try {
      const open = this.#open.get(key);
      if (open !== undefined) {
        await open.update(spec);
        const fields = { service: servicePort, listener: key, endpoints: backends.length };
        this.#log.v(2)?.info("Updated listener", fields);
        return { ok: true };
      }
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
    this.#coming.add(ip);
    try {
      const result = await this.#addresses.assign(ip, signal);
      if (result.ok) this.#assigned.add(ip);
      return result;
    } finally {
      this.#coming.delete(ip);
    }
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
}

function done(result: ApplyResult): Promise<ApplyResult> {
  return Promise.resolve(result);
}

function failed(error: string): ApplyResult {
  return { ok: false, error, retry: false };
}
