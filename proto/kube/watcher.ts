/**
 * One watch of one kind, from its opening to its end.
 *
 * @module
 */
import type { ClusterEvent } from "../../core/mod.ts";
import { ApiError, GONE, goodAnswer, SilenceError } from "./answers.ts";
import type { KubeConnection } from "./connection.ts";
import { type Item, readItem, readRef, versionOf } from "./read_item.ts";
import { type Resource, watchPath } from "./resources.ts";
import { type Timing, Watchdog } from "./timing.ts";
import { type WatchEvent, watchEvents } from "./watch_stream.ts";

/** What a watch needs. */
export interface WatcherOptions {
  /** What to watch. */
  readonly resource: Resource;
  /** The way to the server. */
  readonly connection: KubeConnection;
  /** The clock. */
  readonly timing: Timing;
  /** Takes what happened, in batches that belong together. */
  readonly onEvents: (batch: readonly ClusterEvent[]) => void;
  /** Hears of every object that was read. */
  readonly onItem: (item: Item) => void;
  /** Hears once that the watch works: news came, or it has been open for a while. */
  readonly onAlive: () => void;
}

/** How a watch ended. Whatever came before its end was delivered. */
export interface WatchEnd {
  /**
   * `ended`: the server closed it. `expired`: the version is too old, only a list helps. `garbled`: it
   * said what nobody understands. `failed`: it could not be opened, or broke off.
   */
  readonly what: "ended" | "expired" | "garbled" | "failed";
  /** The version up to which everything was delivered. */
  readonly version: string;
  /** Whether the watch had worked before. */
  readonly lived: boolean;
  /** What was met, where that is not the usual end of a watch. */
  readonly error: Error | null;
}

/** How long the server may take to open a watch. */
const OPENING_MS = 30_000;

/** A watch that is open for so long counts as working, even if nothing happens. */
const SETTLED_MS = 5_000;

/**
 * How long an open watch may be silent. Servers send a bookmark each minute (`bookmarkFrequency` of
 * apiserver's cacher); a silent one is dead without knowing it. Opening another one costs next to
 * nothing if it was not.
 */
const SILENCE_MS = 150_000;

/** client-go's `minWatchTimeout`: a watch is to last 5 to 10 minutes, at random. */
const SHORTEST_WATCH_S = 300;

/** Watches from a version until the watch ends. Never throws. */
export async function watchFrom(
  version: string,
  options: WatcherOptions,
  signal: AbortSignal,
): Promise<WatchEnd> {
  const { resource, connection, timing, onAlive } = options;
  const progress = new Progress(version, options);
  using dog = new Watchdog(timing, signal);
  let cancelSettled = () => {};
  const alive = once(() => {
    cancelSettled();
    progress.lived = true;
    onAlive();
  });
  try {
    dog.feed(OPENING_MS, () => new SilenceError(OPENING_MS));
    const seconds = Math.round(SHORTEST_WATCH_S * (1 + timing.random()));
    const path = watchPath(resource, version, seconds);
    const { body } = await goodAnswer(await connection.get(path, dog.signal));
    cancelSettled = timing.after(SETTLED_MS, alive);
    const feed = () => dog.feed(SILENCE_MS, () => new SilenceError(SILENCE_MS));
    feed();
    for await (const batch of watchEvents(body)) {
      feed();
      if (batch.some(({ type }) => type !== "error" && type !== "garbled")) alive();
      const end = progress.take(batch);
      if (end !== null) return end;
    }
    return progress.end("ended", null);
  } catch (error) {
    return progress.failed(dog.signal.aborted ? dog.signal.reason : error);
  } finally {
    cancelSettled();
  }
}

/** How far a watch has come. */
class Progress {
  #version: string;
  readonly #options: WatcherOptions;
  lived = false;

  constructor(version: string, options: WatcherOptions) {
    this.#version = version;
    this.#options = options;
  }

  /** Delivers a batch, and tells if the watch ends with it. */
  take(batch: readonly WatchEvent[]): WatchEnd | null {
    const events: ClusterEvent[] = [];
    const end = this.#read(batch, events);
    if (events.length > 0) this.#options.onEvents(events);
    return end;
  }

  end(what: WatchEnd["what"], error: Error | null): WatchEnd {
    return { what, version: this.#version, lived: this.lived, error };
  }

  failed(error: unknown): WatchEnd {
    const met = error instanceof Error ? error : new Error(String(error));
    return this.end(met instanceof ApiError && met.status === GONE ? "expired" : "failed", met);
  }

  #read(batch: readonly WatchEvent[], events: ClusterEvent[]): WatchEnd | null {
    const { resource, onItem } = this.#options;
    for (const event of batch) {
      switch (event.type) {
        case "error":
          return this.failed(new ApiError(event.code, event.message));
        case "garbled":
          return this.end("garbled", new Error(event.why));
        case "bookmark":
          break;
        case "delete": {
          const ref = readRef(resource, event.object);
          if (ref === null) return this.end("garbled", new Error("a deletion names no object"));
          events.push({ type: "delete", ref });
          onItem({ object: null, ref, problems: [] });
          break;
        }
        case "set": {
          const item = readItem(resource, event.object);
          if (item.object !== null) events.push({ type: "upsert", object: item.object });
          onItem(item);
        }
      }
      this.#version = versionOf(event.object) ?? this.#version;
    }
    return null;
  }
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
