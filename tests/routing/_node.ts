/**
 * The node that is tried: pipeline, plan, reconciler and the real userspace backend, without the
 * agent's pauses.
 *
 * @module
 */
import {
  reconciler,
  userspaceBackend,
  type UserspaceOptions,
  type UserspaceStats,
} from "../../backends/mod.ts";
import {
  type ClusterEvent,
  type NodeView,
  type PipelineState,
  startPipeline,
  stepPipeline,
} from "../../core/mod.ts";
import { NODE } from "./_world.ts";

/** The node that is tried. */
export interface Node extends AsyncDisposable {
  /** What it must do now. */
  readonly view: NodeView;
  /** How its backend is. */
  stats(): Promise<UserspaceStats>;
  /**
   * Takes a batch of events in. The view is the new one at once; resolves when it is carried out.
   *
   * @throws {Error} If something could not be carried out.
   */
  take(events: readonly ClusterEvent[]): Promise<void>;
}

/** Starts a node. */
export function startNode(nodeIp: string, options: UserspaceOptions): Node {
  const backend = userspaceBackend({
    nodePortAddresses: [`${nodeIp}/32`],
    ...options,
  });
  const operations = reconciler({ backend });
  let pipeline: PipelineState = startPipeline(NODE);
  let planned = backend.initial;

  return {
    get view() {
      return pipeline.view;
    },
    // Not every data path can answer at once.
    stats: async () => await backend.stats(),
    async take(events) {
      const { state, changes } = stepPipeline(pipeline, events);
      const plan = backend.plan(changes, planned);
      pipeline = state;
      planned = plan.state;
      operations.submit(plan.ops);
      await operations.settled();
      const { failed, retrying } = operations.status();
      const [first] = [...failed, ...retrying];
      if (first !== undefined) throw new Error(first.error);
    },
    async [Symbol.asyncDispose]() {
      await operations.close(AbortSignal.abort());
      await backend.close(AbortSignal.abort());
    },
  };
}
