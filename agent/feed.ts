/**
 * Runs a source: collects its events, hands them on in batches when a sync is due, and puts its
 * reports into the log. No event is lost: a batch that could not be taken is given again.
 *
 * @module
 */
import { describeRef, type Logger, type PipelineEvent, unreachable } from "../core/mod.ts";
import { type Source, SourceError, type SourceReport } from "../proto/mod.ts";
import { SyncPacer } from "./sync_pacer.ts";
import { backoffMs, type Timers, waitAtMost } from "./timers.ts";

/** How a feed is set up. */
export interface FeedOptions<Event extends PipelineEvent> {
  /** Where the events come from. */
  readonly source: Source<Event>;
  /**
   * Takes a batch. Answers whether it led to anything, so that a rest is due. If it throws, the same
   * events come again, with those that have come since.
   */
  readonly take: (events: readonly Event[]) => Promise<"synced" | "idle">;
  /** The rest between two batches that led to something, in milliseconds. */
  readonly minSyncPeriodMs: number;
  /**
   * After how long without a batch an empty one is taken, in milliseconds: so the taking is seen to
   * work while nothing happens.
   *
   * @default {Infinity}
   */
  readonly syncPeriodMs?: number;
  /** Where reports and failures go. */
  readonly log: Logger;
  /** The clock. */
  readonly timers: Timers;
}

/** How the source is. */
export interface FeedStatus {
  /** The source's name. */
  readonly source: string;
  /**
   * `starting` until the first event of a run, `trouble` while the source cannot get at its state or
   * has failed.
   */
  readonly state: "starting" | "ok" | "trouble" | "ended";
  /** How many problems with the input were reported. */
  readonly problems: number;
  /** How many batches could not be taken. */
  readonly failures: number;
}

/** A source that runs. */
export interface Feed {
  /** How the source is. */
  status(): FeedStatus;
  /**
   * Resolves when the source has ended and all of its events were taken, or after `stop`.
   * Rejects if the source can never work, or, with what `take` threw, if the source has ended and its
   * events cannot be taken.
   */
  readonly done: Promise<void>;
  /** Ends the source, and waits for what is being taken. */
  stop(): Promise<void>;
}

/** Runs a source. */
export function startFeed<Event extends PipelineEvent>(
  { source, take, minSyncPeriodMs, syncPeriodMs = Infinity, log, timers }: FeedOptions<Event>,
): Feed {
  const abort = new AbortController();
  let pending: Event[] = [];
  let lastFailure: unknown = null;
  let status: FeedStatus = { source: source.name, state: "starting", problems: 0, failures: 0 };
  let isDue = false;
  let cancelPeriod = (): void => {};

  const pacer = new SyncPacer({ minPeriodMs: minSyncPeriodMs, timers, run });
  const sink = {
    events(batch: readonly Event[]): void {
      if (abort.signal.aborted) return;
      for (const event of batch) {
        pending.push(event);
        logEvent(event, log);
      }
      if (status.state === "starting") status = { ...status, state: "ok" };
      pacer.request();
    },
    report(report: SourceReport): void {
      status = { ...status, ...effectOf(report, status) };
      logReport(report, log);
    },
  };

  async function run(): Promise<"synced" | "idle" | "failed"> {
    const events = pending;
    pending = [];
    if (events.length === 0 && !isDue) return "idle";
    isDue = false;
    try {
      return await take(events);
    } catch (err) {
      isDue = true;
      lastFailure = err;
      pending = [...events, ...pending];
      status = { ...status, failures: status.failures + 1 };
      log.error("Cannot take in a batch of changes; it is tried again", {
        err,
        events: pending.length,
      });
      return "failed";
    } finally {
      waitForPeriod();
    }
  }

  /** The period counts from the last batch. */
  function waitForPeriod(): void {
    cancelPeriod();
    if (syncPeriodMs === Infinity || status.state === "ended" || abort.signal.aborted) return;
    cancelPeriod = timers.after(syncPeriodMs, () => {
      isDue = true;
      pacer.request();
    });
  }

  /** A source that breaks in a way that it did not foresee begins anew: a run starts with it all. */
  async function runSource(): Promise<void> {
    for (let retry = 1; !abort.signal.aborted; retry++) {
      try {
        await source.run(sink, abort.signal);
        break;
      } catch (err) {
        if (abort.signal.aborted) break;
        if (err instanceof SourceError) throw err;
        const wait = backoffMs(retry);
        status = { ...status, state: "trouble" };
        log.error("The source has failed; it is started again", {
          err,
          source: source.name,
          waitMs: wait,
        });
        await waitAtMost(wait, timers, abort.signal);
        status = { ...status, state: "starting" }; // the new run knows nothing of the old one's trouble
      }
    }
    status = { ...status, state: "ended" };
    cancelPeriod();
    if (!abort.signal.aborted && await pacer.flush() === "failed") throw lastFailure;
  }

  waitForPeriod();
  const done = runSource();
  done.catch(() => {}); // it is told to those who ask for `done`; here it must not end the process
  return {
    status: () => status,
    done,
    async stop() {
      abort.abort();
      cancelPeriod();
      await pacer.stop();
      await Promise.allSettled([done]);
    },
  };
}

function effectOf(report: SourceReport, status: FeedStatus): Partial<FeedStatus> {
  switch (report.severity) {
    case "problem":
      return { problems: status.problems + 1 };
    case "trouble":
      return { state: "trouble" };
    case "recovered":
      return { state: "ok" };
    case "note":
      return {};
    default:
      return unreachable(report.severity);
  }
}

/** Puts an event into the log, where somebody wants to see each. */
function logEvent(event: PipelineEvent, log: Logger): void {
  const out = log.v(4);
  if (out === null) return;
  switch (event.type) {
    case "upsert":
      return out.info("Heard of an object", { object: describeRef(event.object) });
    case "delete":
      return out.info("Heard that an object is gone", { object: describeRef(event.ref) });
    case "list":
      return out.info("Heard the whole list", { kind: event.kind, objects: event.objects.length });
    case "view":
      return out.info("Heard the whole view", { services: event.services.length });
    case "view-change":
      return out.info("Heard of a change of the view", {
        services: event.services.length,
        gone: event.gone.length,
      });
    default:
      return unreachable(event);
  }
}

/** Puts a source's report into the log. */
export function logReport({ severity, where, message }: SourceReport, log: Logger): void {
  switch (severity) {
    case "problem":
    case "note":
      return log.warn(message, { where });
    case "trouble":
      return log.error(message, { where });
    case "recovered":
      return log.info(message, { where });
    default:
      return unreachable(severity);
  }
}
