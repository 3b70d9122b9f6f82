/**
 * The data path in workers: the control path stays in this thread, and what it is busy with does not
 * show in the traffic. Each service has its worker, so that all of its listeners know its clients: the
 * tables of session affinity, and the turns of the balancing policies, are never shared by threads.
 *
 * A listener that passes to another service stays where it is, so that it is handed over without a gap.
 *
 * @module
 */
import type { Logger } from "../../../core/mod.ts";
import { hash } from "../balance/hash.ts";
import type { ConnectionEvent, DataPath, DataPathStats } from "../data_path.ts";
import type { Ready } from "./link.ts";
import { spawnWorker } from "./link.ts";
import type { WorkerSettings } from "./messages.ts";
import { verbosityOf } from "./remote_log.ts";
import { Shard } from "./shard.ts";

export { DATA_PATHS, type DataPathChoice, type WorkerSettings } from "./messages.ts";
export { whyNotNative } from "./open_path.ts";

/** How the data path in workers is set up. */
export interface WorkerDataPathOptions {
  /** How many workers there are at most: each starts with its first listener. */
  readonly workers: number;
  /** How each is set up. */
  readonly settings: Omit<WorkerSettings, "verbosity" | "events">;
  /** Where to write what happens. */
  readonly log: Logger;
  /** Is told what happens to connections; `null`: nobody wants to know. */
  readonly onConnection: ((event: ConnectionEvent) => void) | null;
  /** Gives a number from 0 up to 1. */
  readonly random: () => number;
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
  /**
   * Starts a worker.
   *
   * @default {spawnWorker}
   */
  readonly spawn?: () => Worker;
}

/** The data path in workers. */
export function workerDataPath(options: WorkerDataPathOptions): DataPath {
  const { workers, log, onConnection, spawn = spawnWorker } = options;
  const settings = {
    ...options.settings,
    verbosity: verbosityOf(log),
    events: onConnection !== null,
  };
  const said = new Set<string>();
  const onReady = (worker: number, { dataPath, why }: Ready) => {
    const text = `${dataPath} ${why}`;
    const level = said.has(text) ? log.v(2) : log;
    said.add(text);
    level?.info(`Data path: ${dataPath}`, { worker, why });
  };
  const shared = { ...options, spawn, onReady, onConnection: onConnection ?? (() => {}) };
  const shards = Array.from(
    { length: workers },
    (_, number) => new Shard(number, { ...shared, settings }),
  );
  // For what the native data path refuses: on Windows a wildcard for UDP, where answers would leave
  // from anywhere. It starts when it is needed.
  const aside = new Shard(workers, { ...shared, settings: { ...settings, dataPath: "deno" } });
  const all = [...shards, aside];
  return {
    name: settings.dataPath,
    async open(spec) {
      const shard = shards[hash(spec.service) % shards.length] ?? aside;
      try {
        return await shard.open(spec);
      } catch (error) {
        const isRefused = error instanceof Deno.errors.NotSupported && shard.dataPath === "native";
        if (!isRefused) throw error;
        log.v(2)?.info("Native data path refuses a listener", { listener: spec.key });
        return await aside.open(spec);
      }
    },
    async stats() {
      const each = await Promise.all(all.map((shard) => shard.stats()));
      const known = each.filter((stats) => stats !== null);
      return {
        ...summed(known),
        workers: all.filter((shard) => shard.isNeeded).map((shard) => shard.workerStats()),
      };
    },
    async close() {
      await Promise.all(all.map((shard) => shard.close()));
    },
  };
}

function summed(all: readonly DataPathStats[]): Omit<DataPathStats, "workers"> {
  const sum = (of: (stats: DataPathStats) => number) =>
    all.reduce((total, each) => total + of(each), 0);
  return {
    listeners: all.flatMap(({ listeners }) => listeners),
    draining: {
      listeners: sum(({ draining }) => draining.listeners),
      connections: sum(({ draining }) => draining.connections),
    },
    bufferBytes: sum(({ bufferBytes }) => bufferBytes),
  };
}
