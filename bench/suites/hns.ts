/**
 * The HNS backend at scale, against the emulator: a plan from nothing, one endpoint that flips, a
 * restart on a node where nothing changed.
 *
 * @module
 */
import {
  EMPTY_STATE,
  type EmulatorState,
  HNS_DEFAULTS,
  type HnsBackend,
  hnsBackend,
  type HnsConfig,
  type HnsEmulator,
  hnsEmulator,
  type HnsOp,
  type HnsState,
  reconciler,
} from "../../backends/mod.ts";
import { type Change, type PipelineState, startPipeline, stepPipeline } from "../../core/mod.ts";
import { clusterJson, type ClusterSize, flipped, listsOf } from "../cluster.ts";
import { type Case, type Suite, timed } from "../harness.ts";

const NODE = "node-0";
const NETWORK_ID = "8E3C0C3A-3B54-4F8F-9D8A-51A0B8B6F5A1";
const { signal } = new AbortController();

const CONFIG: HnsConfig = {
  ...HNS_DEFAULTS,
  networkName: "vxlan0",
  sourceVip: "10.244.2.2",
  nodeIp: "172.16.0.20",
  hostMac: "00-15-5d-65-2a-00",
  enableDsr: true,
};

/** The suite. */
export const hns: Suite = {
  name: "hns",
  title: "Changes to HNS operations in backends/hns, against the emulator",
  groups: ({ quick }) => {
    const sizes = quick ? [{ services: 500, endpoints: 10 }] : [{ services: 5000, endpoints: 10 }];
    return sizes.map((size) => () => casesOf(size));
  },
};

async function casesOf(size: ClusterSize): Promise<readonly Case[]> {
  const label = `${size.services} × ${size.endpoints}`;
  const json: readonly unknown[] = JSON.parse(JSON.stringify(clusterJson(size)));
  const { state, changes } = stepPipeline(startPipeline(NODE), listsOf(json));
  const empty = nodeWithPods(changes);
  const full = await synced(empty, changes);
  const flipper = new Flipper(state, await plannedAgain(full.state(), changes));
  return [
    {
      name: `${label}: plan from nothing`,
      unit: "ms",
      rounds: 10,
      sample: async () => {
        const backend = hnsBackend({ config: CONFIG, transport: hnsEmulator(empty) });
        const seen = await look(backend);
        return [
          await timed(() => seen(backend.plan(changes, backend.initial).state)),
        ];
      },
    },
    {
      name: `${label}: operations from nothing, all of them carried out in the emulator`,
      unit: "ops",
      rounds: 1,
      sample: () => [full.calls.writes],
    },
    {
      name: `${label}: most calls in flight`,
      unit: "calls",
      rounds: 1,
      sample: () => [full.calls.peak],
    },
    {
      name: `${label}: one endpoint flips`,
      unit: "ms",
      sample: async () => {
        const samples: number[] = [];
        for (let i = 0; i < 50; i++) {
          const flip = flipper.prepare();
          samples.push(await timed(() => flipper.plan(flip)));
        }
        return samples;
      },
    },
    {
      name: `${label}: operations for one endpoint that flips`,
      unit: "ops",
      rounds: 3,
      sample: () => Array.from({ length: 20 }, () => flipper.plan(flipper.prepare()).length),
    },
    {
      name: `${label}: restart with nothing changed: look and plan`,
      unit: "ms",
      rounds: 5,
      sample: async () => {
        const transport = hnsEmulator(full.state());
        return [await timed(() => plannedAgain(transport.state(), changes))];
      },
    },
    {
      name: `${label}: restart with nothing changed: writes`,
      unit: "ops",
      rounds: 2,
      sample: async () => {
        const backend = hnsBackend({ config: CONFIG, transport: hnsEmulator(full.state()) });
        const seen = await look(backend);
        return [seen(backend.plan(changes, backend.initial).state).ops.length];
      },
    },
  ];
}

/** The node as the CNI leaves it: a network, and an endpoint for each pod of this node. */
function nodeWithPods(changes: readonly Change[]): EmulatorState {
  const pods = new Set(
    changes.flatMap((change) =>
      change.type === "remove"
        ? []
        : change.now.endpoints.filter(({ local }) => local).map(({ ip }) => ip)
    ),
  );
  const SchemaVersion = { Major: 2, Minor: 0 };
  const routes = Array.from({ length: 100 }, (_, i) => ({
    Type: "RemoteSubnetRoute",
    Settings: { DestinationPrefix: `10.128.${i}.0/24`, ProviderAddress: `192.168.0.${i}` },
  }));
  return {
    ...EMPTY_STATE,
    Networks: [
      { ID: NETWORK_ID, Name: "vxlan0", Type: "Overlay", Policies: routes, SchemaVersion },
    ],
    Endpoints: Array.from(pods, (ip, i) => ({
      ID: `0D2B3F0F-65D1-4E1A-9C76-${String(i).padStart(12, "0")}`,
      Name: `pod-${i}`,
      HostComputeNetwork: NETWORK_ID,
      IpConfigurations: [{ IpAddress: ip, PrefixLength: 24 }],
      MacAddress: "00-15-5D-65-21-3A",
      SchemaVersion,
    })),
  };
}

async function look(backend: HnsBackend) {
  const seen = await backend.observer.observe(signal);
  if (!seen.ok) throw new Error(seen.error);
  return seen.plan;
}

/** The emulator after all of it was carried out, by the reconciler as the agent does it. */
async function synced(
  state: EmulatorState,
  changes: readonly Change[],
): Promise<HnsEmulator> {
  const emulator = hnsEmulator(state);
  const backend = hnsBackend({ config: CONFIG, transport: emulator });
  const plan = (await look(backend))(backend.plan(changes, backend.initial).state);
  const operations = reconciler<HnsOp>({ backend, concurrency: backend.concurrency });
  operations.submit(plan.ops);
  await operations.settled();
  const { failed, retrying } = operations.status();
  if (failed.length + retrying.length > 0) throw new Error("Operations failed in the emulator");
  await operations.close(signal);
  return emulator;
}

/** A backend and the state of its plans, on a node that has all of it already. */
async function plannedAgain(
  state: EmulatorState,
  changes: readonly Change[],
): Promise<{ readonly backend: HnsBackend; readonly state: HnsState }> {
  const backend = hnsBackend({ config: CONFIG, transport: hnsEmulator(state) });
  const seen = await look(backend);
  return { backend, state: seen(backend.plan(changes, backend.initial).state).state };
}

/** A pipeline whose endpoints flip, one after the other, and the plans for it. */
class Flipper {
  #pipeline: PipelineState;
  readonly #backend: HnsBackend;
  #state: HnsState;
  #next = 0;

  constructor(
    pipeline: PipelineState,
    { backend, state }: { readonly backend: HnsBackend; readonly state: HnsState },
  ) {
    this.#pipeline = pipeline;
    this.#backend = backend;
    this.#state = state;
  }

  /** The changes of the next flip; making them is not what is measured. */
  prepare(): readonly Change[] {
    const slices = [...this.#pipeline.snapshot.slices.values()];
    const slice = slices[(this.#next * 37) % slices.length];
    if (slice === undefined) throw new Error("There are no slices");
    const object = flipped(slice, this.#next++);
    const { state, changes } = stepPipeline(this.#pipeline, [{ type: "upsert", object }]);
    this.#pipeline = state;
    return changes;
  }

  plan(changes: readonly Change[]): readonly HnsOp[] {
    const { ops, state } = this.#backend.plan(changes, this.#state);
    this.#state = state;
    return ops;
  }
}
