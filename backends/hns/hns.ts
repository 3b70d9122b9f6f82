/**
 * The HNS backend: services as load balancers of the Windows kernel. What it needs of the platform is
 * the transport's business.
 *
 * @module
 */
import { type Change, type Logger, SILENT } from "../../core/mod.ts";
import type { ApplyResult, Backend, Observation, Observer } from "../backend.ts";
import { HnsApplier } from "./apply.ts";
import type { HnsConfig } from "./config.ts";
import { type Feature, featuresOf, versionText } from "./features.ts";
import { HnsError } from "./hns_error.ts";
import { LockTable } from "./lock_table.ts";
import {
  ambiguity,
  environmentOf,
  type HnsObservation,
  misconfiguration,
  observationOf,
} from "./observation.ts";
import {
  type HnsPlan,
  type HnsState,
  INITIAL_HNS_STATE,
  planChanges,
  planObserved,
} from "./plan.ts";
import { type FindSourceVip, type FoundSourceVip, SourceVipKeeper } from "./source_vip.ts";
import type { HnsOp } from "./spec.ts";
import type { HnsNetwork } from "./read_documents.ts";
import type { HnsTransport } from "./transport.ts";

/** How the HNS backend is set up. */
export interface HnsOptions {
  /** What the operator decides. */
  readonly config: HnsConfig;
  /** How HNS is reached. The backend closes it. */
  readonly transport: HnsTransport;
  /** Where to write what happens. */
  readonly log?: Logger;
  /** Finds the source VIP on an overlay network, in place of the configuration's. */
  readonly findSourceVip?: FindSourceVip;
  /**
   * How many calls may run at a time; those on load balancers that share an endpoint never do.
   *
   * @default {4}
   */
  readonly concurrency?: number;
}

/** The HNS backend. */
export interface HnsBackend extends Backend<HnsOp, HnsState> {
  /** Who looks at HNS. */
  readonly observer: Observer<HnsOp, HnsState>;
  /** How many operations may run at a time. */
  readonly concurrency: number;
  /** Plans for changes. Pure. */
  plan(changes: readonly Change[], state: HnsState): HnsPlan;
}

/** Makes an HNS backend. */
export function hnsBackend(options: HnsOptions): HnsBackend {
  return new Hns(options);
}

/** Looks at HNS: all of what it has, or an error, never a part. */
export async function observeHns(
  transport: HnsTransport,
  networkName: string,
  signal: AbortSignal,
): Promise<HnsObservation> {
  const version = await transport.version(signal);
  const documents = {
    networks: await transport.list("network", signal),
    endpoints: await transport.list("endpoint", signal),
    loadBalancers: await transport.list("load-balancer", signal),
  };
  return observationOf(documents, networkName, featuresOf(version));
}

class Hns implements HnsBackend {
  readonly name = "winkernel";
  readonly initial = INITIAL_HNS_STATE;
  readonly concurrency: number;
  readonly observer: Observer<HnsOp, HnsState>;
  readonly #config: HnsConfig;
  readonly #transport: HnsTransport;
  readonly #log: Logger;
  readonly #applier: HnsApplier;
  readonly #locks = new LockTable();
  readonly #listeners = new Set<(why: string, urgent: boolean) => void>();
  readonly #sourceVips: SourceVipKeeper | null;
  #networkId = "";
  #unreadable = 0;

  constructor({ config, transport, log = SILENT, findSourceVip, concurrency = 4 }: HnsOptions) {
    this.#config = config;
    this.#transport = transport;
    this.#log = log;
    this.concurrency = concurrency;
    this.#sourceVips = findSourceVip === undefined ? null : new SourceVipKeeper(findSourceVip);
    this.#applier = new HnsApplier(transport, (why) => this.#lookAgain(why));
    this.observer = {
      observe: (signal) => this.#observe(signal),
      watch: (listener) => this.#watch(listener),
    };
  }

  plan(changes: readonly Change[], state: HnsState): HnsPlan {
    return planChanges(changes, state, this.#config);
  }

  apply(op: HnsOp, signal: AbortSignal): Promise<ApplyResult> {
    if (op.op === "unsupported") {
      for (const { rule, why } of op.findings) {
        this.#log.warn(`Service port ${op.servicePort}: ${why}`, { rule });
      }
      return Promise.resolve({ ok: true });
    }
    return this.#locks.run(endpointsOf(op), () => this.#applier.apply(op, signal));
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }

  async #observe(signal: AbortSignal): Promise<Observation<HnsOp, HnsState>> {
    const { networkName } = this.#config;
    try {
      const seen = await observeHns(this.#transport, networkName, signal);
      const observation = { ...seen, features: this.#believed(seen.features) };
      this.#tellNetwork(observation);
      const unclear = ambiguity(observation, networkName);
      if (unclear !== null) return { ok: false, error: unclear };
      const sourceVip = await this.#sourceVipOn(observation.network, signal);
      if (!sourceVip.ok) return sourceVip;
      const config = { ...this.#config, sourceVip: sourceVip.ip };
      const wrong = observation.network === null
        ? null
        : misconfiguration(environmentOf(config, observation.network, observation));
      if (wrong !== null) return { ok: false, error: wrong };
      return { ok: true, plan: (state) => planObserved(observation, state, config) };
    } catch (error) {
      if (!(error instanceof HnsError)) throw error;
      return { ok: false, error: error.message };
    }
  }

  async #sourceVipOn(network: HnsNetwork | null, signal: AbortSignal): Promise<FoundSourceVip> {
    if (this.#sourceVips === null || network === null || !network.overlay) {
      return { ok: true, ip: this.#config.sourceVip };
    }
    return await this.#sourceVips.on(network.id, signal);
  }

  /** The features without those that were tried and found missing. */
  #believed(features: ReadonlySet<Feature>): ReadonlySet<Feature> {
    return features.difference(this.#applier.missing);
  }

  #tellNetwork({ network, unreadable }: HnsObservation): void {
    const name = network?.name ?? this.#config.networkName;
    if (network !== null && this.#networkId !== network.id) {
      this.#log.info("Found the network", { network: name, id: network.id, type: network.type });
    } else if (network === null && this.#networkId !== "") {
      this.#log.warn(`The network "${name}" is gone: all waits until the CNI makes it again`);
    }
    this.#networkId = network?.id ?? "";
    if (unreadable > 0 && unreadable !== this.#unreadable) {
      this.#log.warn(`${unreadable} objects of HNS cannot be read and are left alone`);
    }
    this.#unreadable = unreadable;
  }

  #watch(listener: (why: string, urgent: boolean) => void): () => void {
    this.#listeners.add(listener);
    const unwatch = this.#transport.watch((event) => {
      this.#log.v(2)?.info("HNS tells", { event: event.type });
      listener(event.type === "disconnected" ? "HNS went away" : "a network came or went", true);
    });
    return () => {
      this.#listeners.delete(listener);
      unwatch();
    };
  }

  #lookAgain(why: string): void {
    for (const listener of this.#listeners) listener(why, false);
  }
}

/** HNS hangs where load balancers that share endpoints change at once: one writer for each. */
function endpointsOf(op: HnsOp): readonly string[] {
  switch (op.op) {
    case "create-load-balancer":
    case "update-load-balancer":
    case "replace-load-balancer":
      return op.document.HostComputeEndpoints.map((id) => id.toLowerCase());
    case "create-endpoint":
    case "delete-endpoint":
      return [op.id.toLowerCase()];
    case "delete-load-balancer":
    case "unsupported":
      return [];
  }
}

/** The version of HNS in words. */
export async function describeHns(transport: HnsTransport, signal: AbortSignal): Promise<string> {
  return `HNS ${versionText(await transport.version(signal))} by ${transport.name}`;
}
