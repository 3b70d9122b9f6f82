/**
 * The sync loop: events of a source through the pipeline into a backend, one batch at a time.
 *
 *     source ─▶ batch ─▶ stepPipeline ─▶ backend.plan ─▶ reconciler ─▶ backend.apply
 *
 * @module
 */
import {
  type ApplyResult,
  type Backend,
  type Op,
  type Plan,
  reconciler,
  type ReconcilerStatus,
} from "../backends/mod.ts";
import {
  type Change,
  type Logger,
  type PipelineEvent,
  type PipelineState,
  startPipeline,
  stepPipeline,
} from "../core/mod.ts";
import type { Source } from "../proto/mod.ts";
import { dropWarnings } from "./dropped.ts";
import { type FeedStatus, startFeed } from "./feed.ts";
import { type LooksStatus, startLooks } from "./looks.ts";
import { REAL_TIMERS, type Timers, waitAtMost } from "./timers.ts";

/** One sync, as it is told to metrics and to the simulation. */
export interface SyncRecord {
  /** What changed for the node. */
  readonly changes: readonly Change[];
  /** What the backend was asked to do. */
  readonly ops: readonly Op[];
  /** How long the pipeline took, in milliseconds. */
  readonly stepMs: number;
  /** How long the plan took, in milliseconds. */
  readonly planMs: number;
  /** How long until each operation had been tried, in milliseconds. */
  readonly applyMs: number;
  /** Where the pipeline stands now. */
  readonly state: PipelineState;
}

/** One batch of events, taken in: what every sync is, and every batch that leads to none. */
export interface TakeRecord {
  /** Where the pipeline stood before. */
  readonly before: PipelineState;
  /** Where it stands now. */
  readonly state: PipelineState;
  /**
   * What came of it. `waiting`: services and slices have not both been listed. `idle`: nothing changed
   * for the node.
   */
  readonly outcome: "waiting" | "idle" | "synced";
}

/** How an agent is set up. */
export interface AgentOptions<O extends Op, State> {
  /** Where the cluster's state, or the node's view, comes from. */
  readonly source: Source<PipelineEvent>;
  /** What makes it real. The agent closes it. */
  readonly backend: Backend<O, State>;
  /** The node to act for. */
  readonly nodeName: string;
  /** The rest between the end of a sync and the start of the next, in milliseconds. */
  readonly minSyncPeriodMs: number;
  /**
   * After how long without a batch of events an empty one is taken in, in milliseconds, as kube-proxy
   * syncs now and then in any case. It is told to `onTake`.
   *
   * @default {Infinity}
   */
  readonly syncPeriodMs?: number;
  /** Where to write what happens. */
  readonly log: Logger;
  /**
   * How long live connections may go on after `stop`, in milliseconds.
   *
   * @default {10000}
   */
  readonly drainTimeoutMs?: number;
  /** The time of day, in milliseconds since 1970. */
  readonly now?: () => number;
  /** The clock that measures and waits. */
  readonly timers?: Timers;
  /** Is told each sync that changed something, and the first one in any case. */
  readonly onSync?: (sync: SyncRecord) => void;
  /** Is told each batch that was taken in, after `onSync`. */
  readonly onTake?: (take: TakeRecord) => void;
  /** Is told what came of each operation, with the time it took in milliseconds. */
  readonly onResult?: (op: Op, result: ApplyResult, tookMs: number) => void;
}

/** How an agent is. */
export interface AgentStatus {
  /** Whether services and slices were both listed, so that the node is programmed. */
  readonly ready: boolean;
  /** How many syncs there were. */
  readonly syncs: number;
  /** When the last one ended, in milliseconds since 1970; `null` before the first. */
  readonly lastSyncAt: number | null;
  /** How the source is. */
  readonly source: FeedStatus;
  /** How the operations are. */
  readonly ops: ReconcilerStatus;
  /** How the looks at the platform went; `null` where it cannot be asked. */
  readonly looks: LooksStatus | null;
}

/** An agent at work. */
export interface Agent {
  /** Where the pipeline stands. */
  state(): PipelineState;
  /** How the agent is. */
  status(): AgentStatus;
  /** Resolves after the first sync; never, if the agent ends before. */
  readonly firstSync: Promise<void>;
  /**
   * Resolves when the source has ended and each operation was tried, or after `stop`. Rejects if the
   * source can never work.
   */
  readonly done: Promise<void>;
  /**
   * Ends the source, then drains and closes the backend, until the drain timeout or the signal.
   * Calling it again waits for the same end.
   */
  stop(signal?: AbortSignal): Promise<void>;
}

/** A sync that waits for an operation this long ends without it, so that one never stops the rest. */
const PATIENCE_MS = 10_000;

/** A source that takes longer than this to end is left alone, so that the backend can close. */
const SOURCE_PATIENCE_MS = 2000;

/** Starts an agent. */
export function startAgent<O extends Op, State>(options: AgentOptions<O, State>): Agent {
  const { source, backend, nodeName, minSyncPeriodMs, log } = options;
  const { drainTimeoutMs = 10_000, now = Date.now, timers = REAL_TIMERS } = options;
  const { syncPeriodMs = Infinity } = options;
  const { onResult = () => {} } = options;
  const { concurrency = 16, observer } = backend;
  const operations = reconciler({ backend, log, now, onResult, concurrency });
  const first = Promise.withResolvers<void>();
  const stopping = new AbortController();
  let pipeline = startPipeline(nodeName);
  let planned = backend.initial;
  let plans = 0;
  let syncs = 0;
  let lastSyncAt: number | null = null;

  const looks = observer === undefined ? null : startLooks<O, State>({
    observer,
    fold({ plan, covers }) {
      const needed: Plan<O, State> = plan(planned);
      planned = needed.state;
      operations.replace(needed.ops, covers);
      return needed;
    },
    settled: () => operations.settled(),
    generation: () => plans,
    log,
    timers,
  });

  async function take(events: readonly PipelineEvent[]): Promise<"synced" | "idle"> {
    const startedAt = timers.now();
    const { state, changes } = stepPipeline(pipeline, events);
    const steppedAt = timers.now();
    const isIdle = changes.length === 0 && syncs > 0;
    const plan = state.ready && !isIdle
      ? backend.plan(changes, planned)
      : { ops: [], state: planned };
    const plannedAt = timers.now();
    // From here on nothing throws: the events are taken, and must not be given again.
    const before = pipeline;
    pipeline = state;
    planned = plan.state;
    if (!state.ready) {
      log.v(2)?.info("Not syncing until services and slices have been listed");
      tell(options.onTake, { before, state, outcome: "waiting" });
      return "idle";
    }
    if (isIdle) {
      tell(options.onTake, { before, state, outcome: "idle" });
      return "idle";
    }
    for (const warning of dropWarnings(changes)) log.warn(warning);
    plans++;
    operations.submit(plan.ops);
    if (looks !== null) {
      looks.note(plan.waits ?? []);
      if (!looks.status().seen) await looks.look();
    }
    await waitAtMost(PATIENCE_MS, timers, stopping.signal, operations.settled());
    syncs++;
    lastSyncAt = now();
    const record: SyncRecord = {
      changes,
      ops: plan.ops,
      stepMs: steppedAt - startedAt,
      planMs: plannedAt - steppedAt,
      applyMs: timers.now() - plannedAt,
      state,
    };
    log.v(2)?.info("Synced", {
      changes: changes.length,
      ops: plan.ops.length,
      stepMs: round(record.stepMs),
      planMs: round(record.planMs),
      applyMs: round(record.applyMs),
    });
    tell(options.onSync, record);
    tell(options.onTake, { before, state, outcome: "synced" });
    first.resolve();
    return "synced";
  }

  function tell<Record>(listener: ((record: Record) => void) | undefined, record: Record): void {
    try {
      listener?.(record);
    } catch (err) {
      log.error("A listener of syncs has failed; the sync itself is done", { err });
    }
  }

  const feed = startFeed({ source, take, minSyncPeriodMs, syncPeriodMs, log, timers });
  let stopped: Promise<void> | null = null;

  async function stop(signal?: AbortSignal): Promise<void> {
    const drain = new AbortController();
    const end = (): void => drain.abort();
    const cancel = timers.after(drainTimeoutMs, end);
    if (signal?.aborted) end();
    signal?.addEventListener("abort", end, { once: true });
    stopping.abort();
    looks?.stop();
    try {
      await waitAtMost(SOURCE_PATIENCE_MS, timers, null, feed.stop());
      await operations.close(drain.signal);
      await backend.close(drain.signal);
    } finally {
      cancel();
      signal?.removeEventListener("abort", end);
    }
  }

  const done = feed.done.then(() => operations.settled()).then(() => looks?.finish());
  done.catch(() => {}); // told to those who ask for it; here it must not end the process
  return {
    state: () => pipeline,
    status: () => ({
      ready: pipeline.ready,
      syncs,
      lastSyncAt,
      source: feed.status(),
      ops: operations.status(),
      looks: looks?.status() ?? null,
    }),
    firstSync: first.promise,
    done,
    stop: (signal) => stopped ??= stop(signal),
  };
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
