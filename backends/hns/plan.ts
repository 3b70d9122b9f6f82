/**
 * From what is wanted and what HNS has to the operations that make the two equal. Pure. A change of a
 * service costs the size of the change; a fresh look at HNS compares everything.
 *
 * @module
 */
import { type Change, PersistentMap, type ServicePortView } from "../../core/mod.ts";
import type { Plan, Wait } from "../backend.ts";
import { type Actual, actualOf } from "./actual.ts";
import type { HnsConfig, HnsEnvironment } from "./config.ts";
import { environmentOf, environmentText, type HnsObservation } from "./observation.ts";
import { LayeredMap } from "./layered_map.ts";
import { PlanStep } from "./plan_step.ts";
import type { HnsOp, Member } from "./spec.ts";
import { type Wanted, wantedFromNothing, type WantedStep, withChanges } from "./wanted.ts";

/** What the backend was asked for so far, and what it knows of HNS. */
export interface HnsState {
  /** Every service port of the node. */
  readonly entries: PersistentMap<ServicePortView>;
  /** The network and what is on it; `null` while there is none, or nobody has looked. */
  readonly world: HnsWorld | null;
  /** Whether HNS has been looked at. */
  readonly observed: boolean;
}

/** The network and what is on it. */
export interface HnsWorld {
  /** What rules look at. */
  readonly env: HnsEnvironment;
  /** The environment as text, to see whether it changed. */
  readonly envText: string;
  /** What all services need. */
  readonly wanted: Wanted;
  /** What HNS has, or will have once the operations are done. */
  readonly actual: Actual;
  /** The address that needs the source-VIP endpoint; `""` for none. */
  readonly sourceVip: string;
  /** Whether all that is ours is to go, the source-VIP endpoint too. */
  readonly cleanup: boolean;
  /** By load balancer, the endpoints that it should have and that are not there yet. */
  readonly missing: LayeredMap<readonly Member[]>;
}

/** The state before anything was planned. */
export const INITIAL_HNS_STATE: HnsState = {
  entries: PersistentMap.empty(),
  world: null,
  observed: false,
};

/** What a plan answers with. */
export type HnsPlan = Plan<HnsOp, HnsState> & {
  /** What is waited for. */
  readonly waits: readonly Wait[];
};

/** Plans for changes of the node's services. Nothing is written before HNS was looked at. */
export function planChanges(
  changes: readonly Change[],
  state: HnsState,
  config: HnsConfig,
): HnsPlan {
  let { entries } = state;
  for (const change of changes) {
    entries = entries.put(change.key, change.type === "remove" ? undefined : change.now);
  }
  if (state.world === null) return without({ ...state, entries }, config);
  const { world } = state;
  const step = withChanges(world.wanted, changes, world.env);
  return finish({ ...state, entries }, world, step);
}

/** Plans what is missing or wrong in what HNS has. */
export function planObserved(
  observation: HnsObservation,
  state: HnsState,
  config: HnsConfig,
): HnsPlan {
  return planAll(observation, state, config, false);
}

/**
 * Plans the removal of all that a service proxy made on the network, and of nothing else.
 */
export function planCleanup(observation: HnsObservation, config: HnsConfig): readonly HnsOp[] {
  return planAll(observation, INITIAL_HNS_STATE, config, true).ops;
}

function planAll(
  observation: HnsObservation,
  state: HnsState,
  config: HnsConfig,
  cleanup: boolean,
): HnsPlan {
  const { entries } = state;
  if (observation.network === null) {
    return without({ entries, world: null, observed: true }, config);
  }
  const env = environmentOf(config, observation.network, observation);
  const envText = environmentText(env);
  const known = state.world !== null && state.world.envText === envText ? state.world : null;
  const fresh: WantedStep = known === null
    ? wantedFromNothing(entries.values(), env)
    : { wanted: known.wanted, touched: null, notes: [] };
  const { wanted } = fresh;
  const actual = actualOf(observation, env, (key) => wanted.claims.has(key));
  const sourceVip = env.network.overlay && !cleanup ? config.sourceVip : "";
  const missing: HnsWorld["missing"] = LayeredMap.empty();
  const world: HnsWorld = { env, envText, wanted, actual, sourceVip, cleanup, missing };
  return finish({ entries, world, observed: true }, world, fresh);
}

function finish(state: HnsState, world: HnsWorld, step: WantedStep): HnsPlan {
  const { ops, actual, missing } = new PlanStep(world, step).run();
  return {
    ops: [...step.notes, ...ops],
    state: { ...state, world: { ...world, wanted: step.wanted, actual, missing } },
    waits: waitsOf(missing),
  };
}

/** Without the network nothing can be asked for. */
function without(state: HnsState, { networkName }: HnsConfig): HnsPlan {
  const waits = state.observed
    ? [{ key: `network/${networkName}`, what: `the network "${networkName}"`, blocks: true }]
    : [];
  return { ops: [], state, waits };
}

function waitsOf(missing: HnsWorld["missing"]): readonly Wait[] {
  const waits = new Map<string, Wait>();
  for (const { ip, local } of [...missing.values()].flat()) {
    const why = local
      ? "a pod of this node that the CNI has not connected yet"
      : "for which the old one must go first";
    waits.set(ip, { key: `endpoint/${ip}`, what: `the endpoint of ${ip}, ${why}` });
  }
  return [...waits.values()];
}
