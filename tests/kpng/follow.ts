/**
 * Follows a source, for tests of the KPNG client.
 *
 * @module
 */
import {
  type ApiSnapshot,
  applyEvents,
  EMPTY_SNAPSHOT,
  isViewEvent,
  type PipelineEvent,
  type PipelineState,
  startPipeline,
  stepPipeline,
} from "../../core/mod.ts";
import {
  type Address,
  kpngLocalSource,
  NO_TLS,
  type Source,
  type SourceReport,
  type Timing,
} from "../../proto/mod.ts";

/** A source that runs, with the pipeline behind it. */
export function follow(source: Source<PipelineEvent>, node = "n1") {
  const abort = new AbortController();
  const reports: SourceReport[] = [];
  const watchers = new Set<() => void>();
  let state: PipelineState = startPipeline(node);
  let snapshot: ApiSnapshot = EMPTY_SNAPSHOT;
  const changes: string[][] = [];
  const look = () => watchers.forEach((each) => each());
  const done = source.run({
    events(batch) {
      const step = stepPipeline(state, batch);
      state = step.state;
      snapshot = applyEvents(snapshot, batch.filter((event) => !isViewEvent(event)));
      changes.push(step.changes.map(({ type, key }) => `${type} ${key}`));
      look();
    },
    report(report) {
      reports.push(report);
      look();
    },
  }, abort.signal);
  return {
    done,
    changes,
    reports,
    state: () => state,
    snapshot: () => snapshot,
    until: (holds: () => boolean) =>
      new Promise<void>((resolve) => {
        const check = () => {
          if (!holds()) return;
          watchers.delete(check);
          resolve();
        };
        watchers.add(check);
        check();
      }),
    async [Symbol.asyncDispose]() {
      abort.abort();
      await done;
    },
  };
}

/** Waits that are over at once, and are taken note of. */
export function hastyTiming(waits: number[]): Timing {
  return {
    now: () => 0,
    random: () => 0.5,
    after(ms, then) {
      waits.push(ms);
      const timer = setTimeout(then, 0);
      return () => clearTimeout(timer);
    },
  };
}

/** The local API of a server, asked for n1. */
export function localOf(address: Address, timing?: Timing): Source<PipelineEvent> {
  const connection = { address, tls: NO_TLS, ...(timing === undefined ? {} : { timing }) };
  return kpngLocalSource({ connection, nodeName: "n1", once: false });
}
