/**
 * Watches as cursors: a watcher holds the version up to which it has read, and no events. When its
 * connection has room it reads on from the history that all share, so a slow one costs nothing;
 * one that falls behind what is remembered gets `410 Gone` and its stream ends.
 *
 * @module
 */
import { apiVersionOf, type Resource, type StoredObject } from "./resources.ts";
import type { Selection } from "./selectors.ts";
import { expired, statusOf } from "./status.ts";
import type { VersionedStore } from "./store.ts";
import { bookmark, eventLine, eventOf, type WatchEvent } from "./watch_events.ts";

/** What a client asks to see. */
export interface WatchRequest {
  /** The resource. */
  readonly resource: Resource;
  /** Which of its objects. */
  readonly selection: Selection;
  /** The version after which changes are wanted. */
  readonly from: number;
  /** What comes as ADDED before the changes. */
  readonly initial: readonly StoredObject[];
  /** Whether a bookmark marks the end of the initial events. */
  readonly marksInitialEnd: boolean;
  /** Whether the client wants BOOKMARK events. */
  readonly bookmarks: boolean;
  /** After how many milliseconds the watch ends, `null` for never. */
  readonly timeoutMs: number | null;
}

/** Makes the line of an event; plain JSON unless the client asked for another form. */
export type EventEncoder = (event: WatchEvent) => Uint8Array<ArrayBuffer>;

/** The open watches of a server. */
export class WatchHub {
  readonly #store: VersionedStore;
  readonly #open = new Set<Watch>();

  /** A hub for the watches of a store. */
  constructor(store: VersionedStore) {
    this.#store = store;
    store.listen((resource) => {
      for (const watch of this.#open) if (watch.resource === resource) watch.wake();
    });
  }

  /** How many watches are open. */
  get size(): number {
    return this.#open.size;
  }

  /** Starts a watch, which ends when its time is over or its stream is cancelled. */
  open(
    request: WatchRequest,
    encode: EventEncoder = eventLine,
  ): ReadableStream<Uint8Array<ArrayBuffer>> {
    const watch: Watch = new Watch(this.#store, request, {
      encode,
      ended: () => this.#open.delete(watch),
    });
    this.#open.add(watch);
    return watch.stream;
  }

  /** Tells every watch that wants bookmarks how far it is. */
  sendBookmarks(): void {
    for (const watch of this.#open) watch.sendBookmark();
  }

  /** Ends every watch, as if its time were over. */
  endAll(): void {
    for (const watch of this.#open) watch.end();
  }
}

/** How many events go into one chunk at most. */
const CHUNK = 256;

class Watch {
  readonly resource: Resource;
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #store: VersionedStore;
  readonly #request: Omit<WatchRequest, "initial">;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #ended: () => void;
  #bookmarkDue = false;
  #ending = false;
  #cancelled = false;
  #news = Promise.withResolvers<void>();

  constructor(
    store: VersionedStore,
    { initial, ...request }: WatchRequest,
    how: { readonly encode: EventEncoder; readonly ended: () => void },
  ) {
    this.resource = request.resource;
    this.#store = store;
    this.#request = request;
    this.#ended = how.ended;
    if (request.timeoutMs !== null) this.#timer = setTimeout(() => this.end(), request.timeoutMs);
    const events = this.#events(initial);
    this.stream = new ReadableStream({
      pull: async (controller) => {
        const { done, value } = await events.next();
        if (!done) controller.enqueue(joined(value.map(how.encode)));
        else if (!this.#cancelled) controller.close();
      },
      cancel: () => {
        this.#cancelled = true;
        this.end();
      },
    }, { highWaterMark: 0 }); // nothing is made before the connection has room for it
  }

  wake(): void {
    this.#news.resolve();
  }

  sendBookmark(): void {
    this.#bookmarkDue = true;
    this.wake();
  }

  /** No more news: the watch ends when its reader has got what there is. */
  end(): void {
    this.#ending = true;
    clearTimeout(this.#timer);
    this.#ended();
    this.wake();
  }

  /** All that the watcher sees, in batches that are never empty. */
  async *#events(initial: readonly StoredObject[]): AsyncGenerator<readonly WatchEvent[], void> {
    const { resource, selection, marksInitialEnd, bookmarks } = this.#request;
    const history = this.#store.history(resource);
    for (let sent = 0; sent < initial.length; sent += CHUNK) {
      yield initial.slice(sent, sent + CHUNK).map((object) => ({ type: "ADDED", object }));
    }
    initial = []; // or a watch would hold old objects for as long as it lasts
    let cursor = this.#request.from;
    if (marksInitialEnd) yield [this.#bookmark(cursor, true)];
    while (true) {
      this.#news = Promise.withResolvers();
      const changes = history.changesAfter(cursor, CHUNK);
      if (changes === null) {
        yield [tooOld(cursor, history.oldest)];
        return this.end();
      }
      const last = changes.at(-1);
      if (last !== undefined) {
        cursor = last.version;
        const events = changes.map((change) => eventOf(change, selection)).filter((e) =>
          e !== null
        );
        if (events.length > 0) yield events;
        continue;
      }
      cursor = Math.max(cursor, this.#store.version);
      // One that begins in the future, as after a restore of the server, hears nothing until then.
      const isThere = cursor === this.#store.version;
      if (bookmarks && isThere && (this.#bookmarkDue || this.#ending)) {
        this.#bookmarkDue = false;
        yield [this.#bookmark(cursor, false)];
      }
      if (this.#ending) return;
      await this.#news.promise;
    }
  }

  #bookmark(version: number, endsInitialEvents: boolean): WatchEvent {
    const { resource } = this;
    const { kind } = resource;
    return bookmark(version, { kind, apiVersion: apiVersionOf(resource), endsInitialEvents });
  }
}

/** The event for a client that asks for, or has read only up to, what is forgotten. */
export function tooOld(version: number, oldest: number): WatchEvent {
  const error = expired(`too old resource version: ${version} (${oldest})`);
  return { type: "ERROR", object: statusOf(error) };
}

function joined(parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return first;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
