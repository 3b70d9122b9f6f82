/**
 * What a watcher sees of a change: which event it is through the watcher's selector, and the line
 * that goes over the wire. Pure; each line of plain JSON is made once and shared by all watchers.
 *
 * @module
 */
import type { Change } from "./history.ts";
import { type JsonObject, jsonText } from "./json.ts";
import type { StoredObject } from "./resources.ts";
import { type Selection, selects } from "./selectors.ts";
import { withVersion } from "./store.ts";

/** One event. */
export type WatchEvent =
  /** News of an object. */
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: StoredObject }
  /** How far the watch is: an object with nothing but a resourceVersion. */
  | { readonly type: "BOOKMARK"; readonly object: JsonObject }
  /** Why the watch ends: a `Status`. */
  | { readonly type: "ERROR"; readonly object: JsonObject };

/** The kinds of event that a watch carries. */
export type EventType = WatchEvent["type"];

/**
 * The event that a change is to a watcher, `null` if it is none. An object that stops matching is
 * DELETED to the watcher, with its last matching state under the version of the change; one that
 * begins to match is ADDED.
 */
export function eventOf(change: Change, selection: Selection): WatchEvent | null {
  const { before, after, deleted } = change;
  const did = before !== null && selects(selection, before);
  const does = !deleted && selects(selection, after);
  if (did && does) return { type: "MODIFIED", object: after };
  if (does) return { type: "ADDED", object: after };
  if (did) return { type: "DELETED", object: deleted ? after : lastMatching(change, before) };
  return null;
}

const lastMatchings = new WeakMap<Change, StoredObject>();

function lastMatching(change: Change, before: StoredObject): StoredObject {
  let object = lastMatchings.get(change);
  if (object === undefined) {
    lastMatchings.set(change, object = withVersion(before, change.version));
  }
  return object;
}

const encoder = new TextEncoder();
const lines = new WeakMap<JsonObject, Map<EventType, Uint8Array<ArrayBuffer>>>();

/** A line that is not shared. */
export function lineOf(type: EventType, object: JsonObject): Uint8Array<ArrayBuffer> {
  return encoder.encode(`{"type":"${type}","object":${jsonText(object)}}\n`);
}

/** The line of an event as plain JSON. */
export function eventLine(event: WatchEvent): Uint8Array<ArrayBuffer> {
  let made = lines.get(event.object);
  if (made === undefined) lines.set(event.object, made = new Map());
  let line = made.get(event.type);
  if (line === undefined) {
    made.set(event.type, line = lineOf(event.type, event.object));
  }
  return line;
}

/** The event that only tells how far the watch is, so that it can be resumed from there. */
export function bookmark(version: number, from: Bookmarked): WatchEvent {
  return {
    type: "BOOKMARK",
    object: {
      kind: from.kind,
      apiVersion: from.apiVersion,
      metadata: {
        resourceVersion: String(version),
        creationTimestamp: null,
        ...(from.endsInitialEvents ? { annotations: { "k8s.io/initial-events-end": "true" } } : {}),
      },
    },
  };
}

/** What a bookmark says besides the version. */
export interface Bookmarked {
  /** The kind that is watched. */
  readonly kind: string;
  /** Its API version. */
  readonly apiVersion: string;
  /** Whether the initial events end here. */
  readonly endsInitialEvents: boolean;
}
