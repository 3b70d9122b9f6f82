/**
 * The sink `to-file`: keeps a file that holds the cluster's state. The file is replaced as a whole,
 * so that a reader never meets half of it. Needs write permission for its folder.
 *
 * @module
 */
import {
  type ApiSnapshot,
  applyEvents,
  type ClusterEvent,
  EMPTY_SNAPSHOT,
  type Logger,
} from "../../core/mod.ts";
import type { Source } from "../../proto/mod.ts";
import { type FeedStatus, startFeed } from "../feed.ts";
import { RunError } from "../run_error.ts";
import { REAL_TIMERS, type Timers } from "../timers.ts";
import { formatOf, snapshotText } from "./snapshot_text.ts";

/** How a snapshot writer is set up. */
export interface SnapshotWriterOptions {
  /** Where the cluster's state comes from. */
  readonly source: Source;
  /** The file, JSON if its name ends in `.json`, else YAML. */
  readonly path: string;
  /** What stands in the file; by default Kubernetes objects, JSON or YAML by the file's name. */
  readonly textOf?: (snapshot: ApiSnapshot) => string | Promise<string>;
  /** The rest between two writes, in milliseconds. */
  readonly minSyncPeriodMs: number;
  /** Where to write what happens. */
  readonly log: Logger;
  /** The clock that waits. */
  readonly timers?: Timers;
}

/** A snapshot writer at work. */
export interface SnapshotWriter {
  /** How the source is, and whether the file was written. */
  status(): { readonly ready: boolean; readonly source: FeedStatus };
  /** Resolves when the source has ended and the file holds what it gave, or after `stop`. */
  readonly done: Promise<void>;
  /** Ends the source, and waits for a write that is going on. */
  stop(): Promise<void>;
}

/** Starts to keep a file that holds the cluster's state. */
export function startSnapshotWriter(options: SnapshotWriterOptions): SnapshotWriter {
  const { source, path, minSyncPeriodMs, log, timers = REAL_TIMERS } = options;
  const format = formatOf(path);
  const textOf = options.textOf ?? ((snapshot: ApiSnapshot) => snapshotText(snapshot, format));
  let snapshot: ApiSnapshot = EMPTY_SNAPSHOT;
  let ready = false;

  async function take(events: readonly ClusterEvent[]): Promise<"synced" | "idle"> {
    const next = applyEvents(snapshot, events);
    const listed = next.synced.Service && next.synced.EndpointSlice;
    if (listed && (next !== snapshot || !ready)) {
      await replaceFile(path, await textOf(next));
      log.v(2)?.info("Wrote the snapshot", {
        path,
        services: next.services.size,
        slices: next.slices.size,
        nodes: next.nodes.size,
      });
    }
    snapshot = next;
    if (!listed) return "idle";
    ready = true;
    return "synced";
  }

  const feed = startFeed({ source, take, minSyncPeriodMs, log, timers });
  return {
    status: () => ({ ready, source: feed.status() }),
    done: feed.done,
    stop: () => feed.stop(),
  };
}

/** Writes beside the file, then renames: both systems replace a file so in one step. */
async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${Deno.pid}.tmp`;
  try {
    await Deno.writeTextFile(draft, text);
    await Deno.rename(draft, path);
  } catch (cause) {
    await Deno.remove(draft).catch(() => {}); // it may never have come into being
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RunError(
      `Cannot write the snapshot to "${path}": ${why}; name a file in a folder that can be written`,
      { cause },
    );
  }
}
