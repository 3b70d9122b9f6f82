/**
 * The listeners of a data path that runs in this thread, and how they are.
 *
 * @module
 */
import type { DataPathStats, Listener, ListenerStats } from "./data_path.ts";

/** A listener whose connections are carried by this thread. */
export interface LocalListener extends Listener {
  /** Whether it has not been told to stop or to drain. */
  readonly isOpen: boolean;
  /** How it is. */
  stats(): ListenerStats;
}

/** Keeps listeners until they have come to their end. */
export class LocalListeners {
  readonly #all = new Set<LocalListener>();

  /** Keeps one, and answers with it. */
  add<L extends LocalListener>(listener: L): L {
    this.#all.add(listener);
    // Not awaited: live connections may go on for days. It never rejects.
    void listener.ended.then(() => this.#all.delete(listener));
    return listener;
  }

  /** How they all are. */
  stats(): Pick<DataPathStats, "listeners" | "draining"> {
    const listeners: ListenerStats[] = [];
    const draining = { listeners: 0, connections: 0 };
    for (const listener of this.#all) {
      const stats = listener.stats();
      if (listener.isOpen) {
        listeners.push(stats);
      } else {
        draining.listeners++;
        draining.connections += stats.active;
      }
    }
    return { listeners, draining };
  }
}
