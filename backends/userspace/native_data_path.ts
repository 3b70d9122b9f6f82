/**
 * The native data path: an engine that blocks in the system, so it belongs in a worker, and must be
 * turned. Needs `--allow-ffi`; `native/library.ts` says for what.
 *
 * @module
 */
import type { Logger } from "../../core/mod.ts";
import { AffinityTables } from "./balance/affinity.ts";
import { SiblingTable } from "./balance/siblings.ts";
import type { ConnectionEvent, DataPath } from "./data_path.ts";
import { LocalListeners } from "./local_listeners.ts";
import type { NativeEngine } from "./native/mod.ts";
import { type Bytes, type LiveBytes, NativePathListener } from "./native_listener.ts";

/** What the native data path needs. */
export interface NativeDataPathOptions {
  /** The engine. The caller turns it, and disposes of it. */
  readonly engine: NativeEngine;
  /** Where to write what happens. */
  readonly log: Logger;
  /** Gives a number from 0 up to 1. */
  readonly random: () => number;
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
  /** Is told what happens to connections; `null`: nobody wants to know. */
  readonly onConnection: ((event: ConnectionEvent) => void) | null;
}

/** A data path over an engine. */
export function nativeDataPath(options: NativeDataPathOptions): DataPath {
  const { engine, now } = options;
  const affinity = new AffinityTables({ now });
  const listeners = new LocalListeners();
  let live: LiveBytes = new Map();
  let sockets = 0;
  const shared = {
    ...options,
    affinity,
    siblings: new SiblingTable(),
    nextKey: (key: string) => `${key}#${++sockets}`,
    liveBytes: () => live,
  };
  return {
    name: "native",
    open: (spec) => Promise.try(() => listeners.add(new NativePathListener(spec, shared))),
    stats() {
      live = liveBytesOf(engine);
      const stats = listeners.stats();
      return Promise.resolve({ ...stats, bufferBytes: engine.load.heldBytes, workers: [] });
    },
    close: () => Promise.resolve(),
  };
}

/** Counts all that lives in one go, for connections are many. */
function liveBytesOf(engine: NativeEngine): LiveBytes {
  const live = new Map<string, Map<string, Bytes>>();
  engine.forEachOpen((key, endpoint, bytesIn, bytesOut) => {
    const endpoints = live.get(key) ?? new Map<string, Bytes>();
    const bytes = endpoints.get(endpoint) ?? { bytesIn: 0, bytesOut: 0 };
    bytes.bytesIn += bytesIn;
    bytes.bytesOut += bytesOut;
    endpoints.set(endpoint, bytes);
    live.set(key, endpoints);
  });
  return live;
}
