/**
 * A node for tests: networks, endpoints and services as they are found, and a driver that does what
 * the agent does, in order and without a clock.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type Change, diff, type NodeView } from "../../core/mod.ts";
import { NO_VIEW } from "../test_views.ts";
import { HNS_DEFAULTS, type HnsConfig } from "./config.ts";
import { type HnsEmulator, hnsEmulator } from "./emulator/emulator.ts";
import type { EmulatorState } from "./emulator/file.ts";
import type { EmulatorOptions } from "./emulator/quirks.ts";
import { type HnsBackend, hnsBackend } from "./hns.ts";
import type { HnsState } from "./plan.ts";
import { readEndpoint, readLoadBalancer } from "./read_documents.ts";
import type { HnsOp } from "./spec.ts";

/** The id of the overlay network. */
export const OVERLAY = "8E3C0C3A-3B54-4F8F-9D8A-51A0B8B6F5A1";

/** The id of the L2Bridge network. */
export const BRIDGE = "52A1B0D7-6D0E-4B0C-8F0B-7C3E0E6F9B02";

/** The id of a network that is not ours. */
export const NAT = "B95D0C5E-57D4-412B-B571-18A81A16E005";

const SCHEMA = { Major: 2, Minor: 0 };

function route(prefix: string, provider: string): unknown {
  return {
    Type: "RemoteSubnetRoute",
    Settings: {
      DestinationPrefix: prefix,
      IsolationId: 4096,
      ProviderAddress: provider,
      DistributedRouterMacAddress: "66-3c-7b-52-10-8d",
    },
  };
}

/** The overlay network of hns.md, with these routes. */
export function overlayNetwork(
  routes: Readonly<Record<string, string>> = {
    "10.244.3.0/24": "172.16.0.23",
    "10.244.4.0/24": "172.16.0.24",
  },
): unknown {
  return {
    ID: OVERLAY,
    Name: "vxlan0",
    Type: "Overlay",
    Policies: Object.entries(routes).map(([prefix, provider]) => route(prefix, provider)),
    SchemaVersion: SCHEMA,
  };
}

/** An L2Bridge network. */
export const BRIDGE_NETWORK: unknown = {
  ID: BRIDGE,
  Name: "cbr0",
  Type: "L2Bridge",
  SchemaVersion: SCHEMA,
};

/** An endpoint that a CNI made. */
export function podEndpoint(ip: string, networkId = OVERLAY, parts: object = {}): unknown {
  const tail = ip.replace(/\D/g, "").padStart(12, "0").slice(-12);
  return {
    ID: `0D2B3F0F-65D1-4E1A-9C76-${tail}`,
    Name: `pod-${ip}`,
    HostComputeNetwork: networkId,
    IpConfigurations: [{ IpAddress: ip, PrefixLength: 24 }],
    MacAddress: "00-15-5D-65-21-3A",
    SchemaVersion: SCHEMA,
    ...parts,
  };
}

/** What other programs have: a network, an endpoint and two load balancers that nobody may touch. */
export const FOREIGN: EmulatorState = {
  Networks: [{ ID: NAT, Name: "nat", SchemaVersion: SCHEMA }],
  Endpoints: [podEndpoint("10.244.3.9", NAT, { ID: "11111111-2222-4333-8444-555555555555" })],
  LoadBalancers: [
    {
      ID: "AAAAAAAA-2222-4333-8444-555555555555",
      HostComputeEndpoints: ["11111111-2222-4333-8444-555555555555"],
      FrontendVIPs: ["10.99.0.1"],
      PortMappings: [{ Protocol: 6, InternalPort: 80, ExternalPort: 80 }],
      SchemaVersion: SCHEMA,
    },
    {
      ID: "BBBBBBBB-2222-4333-8444-555555555555",
      HostComputeEndpoints: ["0D2B3F0F-65D1-4E1A-9C76-000010244217"],
      FrontendVIPs: ["172.31.0.5"],
      PortMappings: [{ Protocol: "TCP", InternalPort: 80, ExternalPort: 8080, Extra: "kept" }],
      SchemaVersion: { Major: 2, Minor: 14 },
      Unknown: { kept: true },
    },
  ],
};

/** A node on the overlay network: two pods here, and what other programs have. */
export function overlayNode(parts: Partial<EmulatorState> = {}): EmulatorState {
  return {
    Networks: [...FOREIGN.Networks, overlayNetwork()],
    Endpoints: [
      ...FOREIGN.Endpoints,
      podEndpoint("10.244.2.17"),
      podEndpoint("10.244.2.18"),
      ...parts.Endpoints ?? [],
    ],
    LoadBalancers: [...FOREIGN.LoadBalancers, ...parts.LoadBalancers ?? []],
  };
}

/** The operator's wishes on the overlay network. */
export const OVERLAY_CONFIG: HnsConfig = {
  ...HNS_DEFAULTS,
  networkName: "vxlan0",
  sourceVip: "10.244.2.2",
  nodeIp: "172.16.0.20",
  hostMac: "00-15-5d-65-2a-00",
  enableDsr: true,
};

/** The operator's wishes on the L2Bridge network. */
export const BRIDGE_CONFIG: HnsConfig = {
  ...HNS_DEFAULTS,
  networkName: "cbr0",
  nodeIp: "172.16.0.20",
};

/** Does what the agent does: plans, carries out, looks again, until nothing is left to do. */
export class Driver {
  readonly emulator: HnsEmulator;
  readonly #config: HnsConfig;
  #backend: HnsBackend;
  #state: HnsState;
  #view: NodeView = NO_VIEW;

  constructor(
    state: EmulatorState | HnsEmulator,
    { config = OVERLAY_CONFIG, options }: {
      readonly config?: HnsConfig;
      readonly options?: EmulatorOptions;
    } = {},
  ) {
    this.emulator = "list" in state ? state : hnsEmulator(state, options);
    this.#config = config;
    this.#backend = hnsBackend({ config, transport: this.emulator });
    this.#state = this.#backend.initial;
  }

  /** The state of the plans. */
  get state(): HnsState {
    return this.#state;
  }

  /** A new process: it knows nothing but the view. */
  restart(): void {
    this.#backend = hnsBackend({ config: this.#config, transport: this.emulator });
    this.#state = this.#backend.initial;
    const view = this.#view;
    this.#view = NO_VIEW;
    this.change(view);
  }

  /** Takes a view in, and answers with the plan's operations; nothing is carried out. */
  change(view: NodeView): readonly HnsOp[] {
    const changes: readonly Change[] = diff(this.#view, view);
    this.#view = view;
    const plan = this.#backend.plan(changes, this.#state);
    this.#state = plan.state;
    return plan.ops;
  }

  /** Looks, and answers with the plan's operations; `null` if HNS could not be seen. */
  async look(): Promise<{ ops: readonly HnsOp[]; waits: readonly string[] } | null> {
    const seen = await this.#backend.observer.observe(NEVER);
    if (!seen.ok) return null;
    const { ops, state, waits = [] } = seen.plan(this.#state);
    this.#state = state;
    return { ops, waits: waits.map(({ key }) => key) };
  }

  /** Carries operations out in order; answers with the errors. */
  async apply(ops: readonly HnsOp[]): Promise<readonly string[]> {
    const errors: string[] = [];
    for (const op of ops) {
      const result = await this.#backend.apply(op, NEVER);
      if (!result.ok) errors.push(result.error);
    }
    return errors;
  }

  /** Looks and carries out until a look finds nothing to do. */
  async converge(): Promise<readonly string[]> {
    for (let round = 0; round < 8; round++) {
      const seen = await this.look();
      if (seen === null) continue;
      const errors = await this.apply(seen.ops);
      if (errors.length === 0 && seen.ops.every(({ op }) => op === "unsupported")) {
        return seen.waits;
      }
    }
    throw assert.fail("HNS is not as wanted after eight rounds");
  }

  /** Takes a view in and brings it about. */
  async reach(view: NodeView): Promise<readonly string[]> {
    await this.apply(this.change(view));
    return await this.converge();
  }
}

/** What HNS has, as text that does not depend on ids, order or letter case. */
export function pictureOf(emulator: HnsEmulator): readonly string[] {
  const state = emulator.state();
  const endpoints = state.Endpoints.flatMap((each) => readEndpoint(each) ?? []);
  const names = new Map(endpoints.map((each) => [
    each.id.toLowerCase(),
    [each.networkId.slice(0, 4), each.ips.join(), each.mac, each.remote, each.providerAddress]
      .join(" "),
  ]));
  const balancers = state.LoadBalancers.flatMap((each) => readLoadBalancer(each) ?? []);
  return [
    ...[...names.values()].map((name) => `endpoint ${name}`),
    ...balancers.map(({ endpoints, id: _, ...rest }) =>
      `balancer ${JSON.stringify(rest)} ${endpoints.map((id) => names.get(id)).sort().join("; ")}`
    ),
  ].sort();
}

/** Fails if an object of another program is not there as it was. */
export function assertForeignUntouched(emulator: HnsEmulator): void {
  const { LoadBalancers, Endpoints, Networks } = emulator.state();
  for (const each of FOREIGN.LoadBalancers) assertHas(LoadBalancers, each);
  for (const each of FOREIGN.Endpoints) assertHas(Endpoints, each);
  for (const each of FOREIGN.Networks) assertHas(Networks, each);
}

function assertHas(all: readonly unknown[], wanted: unknown): void {
  const texts = all.map((each) => JSON.stringify(each));
  assert(texts.includes(JSON.stringify(wanted)), `Touched: ${JSON.stringify(wanted)}`);
}

/** A signal that never aborts. */
export const NEVER = new AbortController().signal;
