/**
 * Follows a source: the present state, without a backend.
 *
 * @module
 */
import {
  type Logger,
  type PipelineEvent,
  type PipelineState,
  startPipeline,
  stepPipeline,
} from "../../core/mod.ts";
import type { Source } from "../../proto/mod.ts";
import { startFeed } from "../feed.ts";
import { REAL_TIMERS } from "../timers.ts";

/** A source that is followed. */
export interface Followed extends AsyncDisposable {
  /** The present state. */
  state(): PipelineState;
  /** Resolves when the state is whole; rejects if it can never be. */
  readonly ready: Promise<void>;
}

/** Follows a source. Dispose what it answers: that ends the source. */
export function follow(
  source: Source<PipelineEvent>,
  { nodeName, log }: { readonly nodeName: string; readonly log: Logger },
): Followed {
  const ready = Promise.withResolvers<void>();
  let pipeline = startPipeline(nodeName);
  const feed = startFeed({
    source,
    take(events) {
      const { state, changes } = stepPipeline(pipeline, events);
      pipeline = state;
      if (state.ready) ready.resolve();
      return Promise.resolve(changes.length > 0 ? "synced" : "idle");
    },
    minSyncPeriodMs: 100,
    log,
    timers: REAL_TIMERS,
  });
  // A source that ends without both lists has nothing to tell: that is a state, too.
  feed.done.then(ready.resolve, ready.reject);
  ready.promise.catch(() => {}); // it is told to those who ask
  return {
    state: () => pipeline,
    ready: ready.promise,
    [Symbol.asyncDispose]: () => feed.stop(),
  };
}
