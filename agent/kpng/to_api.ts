/**
 * The sink `to-api`: serves KPNG's API.
 *
 * @module
 */
import type { ApiSnapshot, Logger } from "../../core/mod.ts";
import {
  type KpngServerLoad,
  type KpngServerOptions,
  type Source,
  startKpngServer,
} from "../../proto/mod.ts";
import { EXIT } from "../exit_code.ts";
import type { FeedStatus } from "../feed.ts";
import type { Work } from "../supervise.ts";
import { REAL_TIMERS, type Timers } from "../timers.ts";
import { followSnapshots } from "./snapshots.ts";

/** How the server is set up. */
export interface ServeOptions {
  /** Where the cluster's state comes from. */
  readonly source: Source;
  /** Where and how to serve. */
  readonly server: Omit<KpngServerOptions, "log">;
  /** The rest between two states that are told, in milliseconds. */
  readonly minSyncPeriodMs: number;
  /** Where to write what happens. */
  readonly log: Logger;
  /** Is told when all that has come is taken in, also where it changed nothing. */
  readonly onTaken?: () => void;
  /** Is told what clients are told from now on, and how long that took in milliseconds. */
  readonly onServed?: (snapshot: ApiSnapshot, tookMs: number) => void;
  /** The clock. */
  readonly timers?: Timers;
}

/** The server at work. */
export interface ApiWork extends Work {
  /** How many clients are connected. */
  readonly load: () => KpngServerLoad;
  /** How the source is. */
  readonly source: () => FeedStatus;
}

/**
 * Serves what the source gives. A source that ends (`--once`) leaves its last state to be served.
 *
 * @throws {SourceError} If it cannot serve there.
 */
export async function serveApi(options: ServeOptions): Promise<ApiWork> {
  const { source, minSyncPeriodMs, log, onTaken, onServed, timers = REAL_TIMERS } = options;
  const server = await startKpngServer({ ...options.server, log });
  const feed = followSnapshots({
    source,
    minSyncPeriodMs,
    log,
    timers,
    take(snapshot) {
      const startedAt = timers.now();
      server.put(snapshot);
      onServed?.(snapshot, timers.now() - startedAt);
    },
    ...(onTaken === undefined ? {} : { onTaken }),
  });
  const stopped = Promise.withResolvers<void>();
  return {
    done: feed.done.then(() => stopped.promise),
    load: () => server.load(),
    source: () => feed.status(),
    exitCode: () => EXIT.done,
    async stop() {
      stopped.resolve();
      await feed.stop();
      await server.close();
    },
  };
}
