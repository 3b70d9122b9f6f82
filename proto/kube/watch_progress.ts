/**
 * How far one watch has come: reads its events, delivers what they say, and tells how it ends.
 *
 * @module
 */
import type { ClusterEvent } from "../../core/mod.ts";
import { asJson } from "../json.ts";
import { ApiError, GONE } from "./answers.ts";
import { ListCollector, type Listing } from "./list_collector.ts";
import { isOlder, type Item, readItem, readRef, versionOf } from "./read_item.ts";
import type { Resource } from "./resources.ts";
import type { WatchEvent } from "./watch_stream.ts";

/** Who hears of what a watch brings. */
export interface WatchListener {
  /** What is watched. */
  readonly resource: Resource;
  /** Takes what happened, in batches that belong together. */
  readonly onEvents: (batch: readonly ClusterEvent[]) => void;
  /** Takes the list with which a watch from nothing begins. */
  readonly onListed: (listing: Listing) => void;
  /** Hears of every object that was read. */
  readonly onItem: (item: Item) => void;
}

/** How a watch ended. Whatever came before its end was delivered. */
export interface WatchEnd {
  /**
   * `ended`: the server closed it. `expired`: the version is too old, only a list helps. `garbled`: it
   * said what nobody understands. `failed`: it could not be opened, or broke off. `no-stream`: the
   * server has no streaming lists.
   */
  readonly what: "ended" | "expired" | "garbled" | "failed" | "no-stream";
  /** The version up to which everything was delivered; `null` if the list did not come to its end. */
  readonly version: string | null;
  /** Whether the watch had worked before. */
  readonly lived: boolean;
  /** Whether the server said anything on it. */
  readonly heard: boolean;
  /** For how long it was open without a word, up to its end. */
  readonly quietMs: number;
  /** What was met, where that is not the usual end of a watch. */
  readonly error: Error | null;
}

/** The annotation of the bookmark that ends the list of a watch from nothing. */
const INITIAL_EVENTS_END = "k8s.io/initial-events-end";

/** How a server that has no streaming lists refuses one: 422 since 1.19; 400 and the others, proxies. */
const NO_STREAM = [400, 404, 405, 406, 422, 501];

/** How far a watch has come. */
export class WatchProgress {
  /** Whether the watch has shown that it works. */
  lived = false;
  /** Whether the server said anything. */
  heard = false;
  /** For how long it was quiet at its end. */
  quietMs = 0;
  readonly #listener: WatchListener;
  #version: string | null;
  #list: ListCollector | null;

  /** The progress of a watch from a version, or with `null` from nothing. */
  constructor(version: string | null, listener: WatchListener) {
    this.#version = version;
    this.#listener = listener;
    this.#list = version === null ? new ListCollector(listener.resource) : null;
  }

  /** Whether the list, if there was to be one, is complete. */
  get listed(): boolean {
    return this.#list === null;
  }

  /** Delivers a batch, and tells if the watch ends with it. */
  take(batch: readonly WatchEvent[]): WatchEnd | null {
    const events: ClusterEvent[] = [];
    for (const event of batch) {
      const end = this.#read(event, events);
      if (end === null) continue;
      this.#deliver(events);
      return end;
    }
    this.#deliver(events);
    return null;
  }

  /** The end of the watch. */
  end(what: WatchEnd["what"], error: Error | null): WatchEnd {
    const { lived, heard, quietMs } = this;
    return { what, version: this.#version, lived, heard, quietMs, error };
  }

  /** The end of the watch by what was met. */
  failed(error: unknown): WatchEnd {
    const met = error instanceof Error ? error : new Error(String(error));
    const status = met instanceof ApiError ? met.status : 0;
    if (status === GONE) return this.end("expired", met);
    return this.end(!this.listed && NO_STREAM.includes(status) ? "no-stream" : "failed", met);
  }

  #deliver(events: readonly ClusterEvent[]): void {
    if (events.length > 0) this.#listener.onEvents(events);
  }

  #read(event: WatchEvent, events: ClusterEvent[]): WatchEnd | null {
    switch (event.type) {
      case "error": {
        const { code, message, retryAfterMs } = event.status;
        return this.failed(new ApiError(code, message, retryAfterMs));
      }
      case "garbled":
        return this.#garbled(event.why);
      case "bookmark":
        return this.#bookmark(event.object);
      default:
        return this.#object(event.type, event.object, events);
    }
  }

  #object(type: "set" | "delete", object: unknown, events: ClusterEvent[]): WatchEnd | null {
    const { resource, onItem } = this.#listener;
    const late = this.#moveTo(object);
    if (late !== null) return late;
    if (type === "delete") {
      const ref = readRef(resource, object);
      if (ref === null) return this.#garbled(`a deletion names no ${resource.kind}`);
      if (this.#list === null) events.push({ type: "delete", ref });
      else this.#list.remove(ref);
      onItem({ object: null, ref, problems: [] });
      return null;
    }
    const item = readItem(resource, object);
    if (item.ref === null) return this.#garbled(item.problems.join("; "));
    if (this.#list !== null) this.#list.add(item);
    else if (item.object !== null) events.push({ type: "upsert", object: item.object });
    onItem(item);
    return null;
  }

  #bookmark(object: unknown): WatchEnd | null {
    if (this.#list === null) return this.#moveTo(object);
    const { annotations } = asJson(asJson(object)["metadata"]);
    const version = versionOf(object);
    if (asJson(annotations)[INITIAL_EVENTS_END] !== "true" || version === null) return null;
    this.#listener.onListed(this.#list.listing(version));
    this.#list = null;
    this.#version = version;
    return null;
  }

  /**
   * Moves on to the version of an object. The events of a watch come in the order of their versions:
   * an older one is either late news, which must not undo newer news, or the server's data were
   * restored from an older state. Either way only a list tells what is true.
   */
  #moveTo(object: unknown): WatchEnd | null {
    const version = versionOf(object);
    if (this.#version === null || version === null) return null; // those of a list come in any order
    if (isOlder(version, this.#version)) {
      return this.#garbled(`the server's versions went back from ${this.#version} to ${version}`);
    }
    this.#version = version;
    return null;
  }

  #garbled(why: string): WatchEnd {
    return this.end("garbled", new Error(why));
  }
}
