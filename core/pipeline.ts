/**
 * The rule pipeline, as one page:
 *
 *     events ─▶ ApiSnapshot ─▶ NodeView ─▶ diff ─▶ changes, which a backend plans from
 *     views that another process has computed ─▲
 *
 * @module
 */
import { type Derivation, deriveView } from "./derive_view.ts";
import { type Change, diff } from "./diff.ts";
import { isViewEvent, type PipelineEvent, type ViewEvent } from "./events.ts";
import { PersistentMap } from "./persistent_map.ts";
import { unreachable } from "./rules.ts";
import { type SettledView, settleView, type WantedChange } from "./settle_view.ts";
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
  /** The last view from elsewhere, `null` where views are derived here. */
  readonly received: SettledView | null;
  /** What the node must do; empty until it is complete. */
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
    received: null,
    view: { node, services: PersistentMap.empty() },
    ready: false,
  };
}

/**
 * Takes a batch of events in: the new state, and what it changes for the node. Pure. A source tells
 * either of the cluster or of the view, never of both.
 */
export function stepPipeline(
  state: PipelineState,
  events: readonly PipelineEvent[],
): PipelineStep {
  const views = events.filter(isViewEvent);
  if (views.length > 0) return stepView(state, views);
  const snapshot = applyEvents(state.snapshot, events.filter((event) => !isViewEvent(event)));
  const ready = snapshot.synced.Service && snapshot.synced.EndpointSlice;
  if (!ready) return { state: { ...state, snapshot, ready }, changes: [] };
  const derivation = deriveView(snapshot, state.node, state.derivation);
  const { view } = derivation;
  return {
    state: { ...state, snapshot, derivation, view, ready },
    changes: diff(state.view, view),
  };
}

/** A view that is not known as a whole yet is not taken: nothing may be programmed from a part. */
function stepView(state: PipelineState, events: readonly ViewEvent[]): PipelineStep {
  let { received } = state;
  for (const event of events) {
    if (received === null && event.type !== "view") continue;
    received = settleView(state.node, wantedBy(event, received), received);
  }
  if (received === null) return { state, changes: [] };
  const { view } = received;
  return { state: { ...state, received, view, ready: true }, changes: diff(state.view, view) };
}

/** The wire does not tell when a Service was created: all are equally old. */
function wantedBy(event: ViewEvent, before: SettledView | null): readonly WantedChange[] {
  const ages = { createdAt: "", createdBefore: "" };
  const now = event.services.map((wanted) => ({ key: wanted.service, wanted, ...ages }));
  const gone = goneBy(event, before).map((key) => ({ key, wanted: undefined, ...ages }));
  return [...gone, ...now];
}

function goneBy(event: ViewEvent, before: SettledView | null): readonly string[] {
  switch (event.type) {
    case "view-change":
      return event.gone;
    case "view": {
      const stay = new Set(event.services.map(({ service }) => service));
      return [...before?.wanted.keys() ?? []].filter((key) => !stay.has(key));
    }
    default:
      return unreachable(event);
  }
}
