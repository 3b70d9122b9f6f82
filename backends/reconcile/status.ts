/**
 * What a reconciler can tell about itself, as plain data for metrics, health and people.
 *
 * @module
 */
import type { Op } from "../backend.ts";
import type { Task } from "./schedule.ts";

/** How often the operations of one verb ended in which way. */
export interface OpCounts {
  /** Times it was carried out. */
  readonly succeeded: number;
  /** Times it failed; each try counts. */
  readonly failed: number;
  /** Times a newer operation of the key took its place before it was carried out. */
  readonly superseded: number;
}

/** An operation that failed and was not replaced yet. */
export interface FailedOp {
  /** What it acts on. */
  readonly key: string;
  /** Its verb. */
  readonly op: string;
  /** How often it was tried. */
  readonly attempts: number;
  /** What was being done, what was met, what would be right. */
  readonly error: string;
}

/** Where a reconciler stands. */
export interface ReconcilerStatus {
  /** Operations that wait for their turn, or for one that makes progress. */
  readonly pending: number;
  /** Operations that run. */
  readonly inFlight: number;
  /** Operations that failed and will be tried again. */
  readonly retrying: readonly (FailedOp & {
    /** When, in milliseconds since the epoch. */
    readonly nextAt: number;
  })[];
  /** Operations that failed and are not tried again until a newer one comes. */
  readonly failed: readonly FailedOp[];
  /** Operations that wait, at any remove, for one that failed. */
  readonly blocked: readonly {
    /** What it acts on. */
    readonly key: string;
    /** Its verb. */
    readonly op: string;
    /** The keys it waits for. */
    readonly by: readonly string[];
  }[];
  /** How operations ended so far, by verb. */
  readonly done: Readonly<Record<string, OpCounts>>;
  /** The last failure, `null` if there was none. */
  readonly lastError: {
    /** The verb of the operation. */
    readonly op: string;
    /** What it acts on. */
    readonly key: string;
    /** What was being done, what was met, what would be right. */
    readonly error: string;
    /** When, in milliseconds since the epoch. */
    readonly at: number;
  } | null;
  /** When an operation last succeeded, in milliseconds since the epoch; `null` if none did. */
  readonly lastSuccessAt: number | null;
}

/** The running counts behind a status. */
export interface Tally {
  /** Counts one end of an operation with this verb. */
  count(op: string, end: keyof OpCounts): void;
  /** How operations ended so far, by verb. */
  readonly done: Map<string, OpCounts>;
  /** The last failure. */
  lastError: ReconcilerStatus["lastError"];
  /** When an operation last succeeded. */
  lastSuccessAt: number | null;
}

/** A tally of nothing. */
export function emptyTally(): Tally {
  const done = new Map<string, OpCounts>();
  return {
    count(op, end) {
      const counts = done.get(op) ?? { succeeded: 0, failed: 0, superseded: 0 };
      done.set(op, { ...counts, [end]: counts[end] + 1 });
    },
    done,
    lastError: null,
    lastSuccessAt: null,
  };
}

/** Puts a status together. */
export function statusOf<O extends Op>(tasks: Iterable<Task<O>>, tally: Tally): ReconcilerStatus {
  let pending = 0;
  let inFlight = 0;
  const retrying: ReconcilerStatus["retrying"][number][] = [];
  const failed: FailedOp[] = [];
  const blocked: ReconcilerStatus["blocked"][number][] = [];
  for (const task of tasks) {
    const { op, key } = task.op;
    const { attempts, error, nextAt } = task;
    if (task.state === "running") inFlight++;
    else if (task.state === "retrying") retrying.push({ key, op, attempts, error, nextAt });
    else if (task.state === "failed") failed.push({ key, op, attempts, error });
    else if (task.activeSince > 0) pending++;
    else blocked.push({ key, op, by: Array.from(task.waitsFor, (first) => first.op.key) });
  }
  return {
    pending,
    inFlight,
    retrying,
    failed,
    blocked,
    done: Object.fromEntries(tally.done),
    lastError: tally.lastError,
    lastSuccessAt: tally.lastSuccessAt,
  };
}
