/**
 * Follows a source of cluster state, and hands on each snapshot of it that is another one and whole.
 *
 * @module
 */
import { type ApiSnapshot, applyEvents, EMPTY_SNAPSHOT, type Logger } from "../../core/mod.ts";
import type { Source } from "../../proto/mod.ts";
import { type Feed, startFeed } from "../feed.ts";
import type { Timers } from "../timers.ts";

/** How to follow a source. */
export interface SnapshotOptions {
  /** The source. */
  readonly source: Source;
  /** Takes a snapshot. If it throws, the same comes again. */
  readonly take: (snapshot: ApiSnapshot) => void | Promise<void>;
  /** Is told when all that has come is taken in, also where it changed nothing. */
  readonly onTaken?: () => void;
  /** The rest between two snapshots, in milliseconds. */
  readonly minSyncPeriodMs: number;
  /** Where reports and failures go. */
  readonly log: Logger;
  /** The clock. */
  readonly timers: Timers;
}

/** Starts to follow a source. */
export function followSnapshots(
  { take, onTaken = () => {}, ...options }: SnapshotOptions,
): Feed {
  let snapshot: ApiSnapshot = EMPTY_SNAPSHOT;
  return startFeed({
    ...options,
    async take(events) {
      const next = applyEvents(snapshot, events);
      const isNew = next !== snapshot;
      if (isNew) await take(next);
      snapshot = next;
      onTaken();
      return isNew ? "synced" : "idle";
    },
  });
}
