/**
 * The rule pipeline, as one page:
 *
 *     events ─▶ ApiSnapshot ─▶ NodeView ─▶ diff ─▶ changes, which a backend plans from
 *
 * @module
 */
import { type Derivation, deriveView } from "./derive_view.ts";
import { type Change, diff } from "./diff.ts";
import type { ClusterEvent } from "./events.ts";
import { PersistentMap } from "./persistent_map.ts";
import { type ApiSnapshot, applyEvents, EMPTY_SNAPSHOT } from "./snapshot.ts";
import type { NodeView } from "./view.ts";

/** Where the pipeline stands. */
export interface PipelineState {
  /** The node whose view is derived. */
  readonly node: string;
  /** The cluster, as far as it was heard of. */
  readonly snapshot: ApiSnapshot;
  /** The last derivation, `null` until services and slices were both listed. */
  readonly derivation: Derivation | null;
  /** What the node must do; empty until services and slices were both listed. */
  readonly view: NodeView;
  /** Whether services and slices were both listed: before that, nothing may be programmed. */
  readonly ready: boolean;
}

/** What came of a step. */
export interface PipelineStep {
  /** Where the pipeline stands now. */
  readonly state: PipelineState;
  /** What changed for the node. */
  readonly changes: readonly Change[];
}

/** The pipeline for the named node, before any event. */
export function startPipeline(node: string): PipelineState {
  return {
    node,
    snapshot: EMPTY_SNAPSHOT,
    derivation: null,
    view: { node, services: PersistentMap.empty() },
    ready: false,
  };
}

/** Takes a batch of events in: the new state, and what it changes for the node. Pure. */
export function stepPipeline(
  state: PipelineState,
  events: readonly ClusterEvent[],
): PipelineStep {
  const snapshot = applyEvents(state.snapshot, events);
  const ready = snapshot.synced.Service && snapshot.synced.EndpointSlice;
  if (!ready) return { state: { ...state, snapshot, ready }, changes: [] };
  const derivation = deriveView(snapshot, state.node, state.derivation);
  const { view } = derivation;
  return {
    state: { node: state.node, snapshot, derivation, view, ready },
    changes: diff(state.view, view),
  };
}
