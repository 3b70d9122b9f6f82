/**
 * Lists, page by page. Every page of one list shows the same version of the cluster, whatever is
 * written between: the continue token names the version of the first page, and the store still has
 * it, or says `410 Gone`. Pure over the store's state.
 *
 * @module
 */
import type { History, Snapshot } from "./history.ts";
import { isObject, type Json, type JsonObject, numberAt, textAt } from "./json.ts";
import { keyOf, keyText, type StoredObject } from "./resources.ts";
import { type Selection, selects } from "./selectors.ts";
import { badRequest, expired, tooLargeVersion } from "./status.ts";

/** Which version of a list is wanted. */
export type WantedVersion =
  /** The present. */
  | { readonly of: "now" }
  /** The present, which must be at least this version. */
  | { readonly of: "not-older"; readonly version: number }
  /** Exactly this version. */
  | { readonly of: "exact"; readonly version: number }
  /** The rest of a list that was begun at a version, after a key. */
  | { readonly of: "rest"; readonly version: number; readonly after: string };

/** What a client asks for. */
export interface ListRequest {
  /** Which objects. */
  readonly selection: Selection;
  /** How many at most, 0 for all. */
  readonly limit: number;
  /** As of when. */
  readonly wanted: WantedVersion;
}

/** One page of a list. */
export interface Page {
  /** The objects, in the order of their keys. */
  readonly objects: readonly StoredObject[];
  /** The `metadata` of the list. */
  readonly metadata: JsonObject;
}

/**
 * One page of a list; `current` is the version of the store now.
 *
 * @throws {ApiError} If the wanted version is forgotten, or not reached yet.
 */
export function pageOf(history: History, current: number, request: ListRequest): Page {
  const { selection, limit, wanted } = request;
  const { snapshot, version } = stateAt(history, current, wanted);
  const matching = inOrder(history, snapshot).filter((object) =>
    selects(selection, object) && (wanted.of !== "rest" || textOf(object) > wanted.after)
  );
  const objects = limit > 0 ? matching.slice(0, limit) : matching;
  const remaining = matching.length - objects.length;
  const last = objects.at(-1);
  return {
    objects,
    metadata: {
      resourceVersion: String(version),
      ...(remaining > 0 && last !== undefined ? { continue: tokenOf(version, textOf(last)) } : {}),
      // the real server counts only where counting needs no look at the objects
      ...(remaining > 0 && selection.labels.length + selection.fields.length === 0
        ? { remainingItemCount: remaining }
        : {}),
    },
  };
}

interface State {
  readonly snapshot: Snapshot;
  readonly version: number;
}

function stateAt(history: History, current: number, wanted: WantedVersion): State {
  if (wanted.of === "now") return { snapshot: history.current, version: current };
  const { version } = wanted;
  if (version > current) throw tooLargeVersion(version, current);
  if (wanted.of === "not-older") return { snapshot: history.current, version: current };
  const snapshot = history.snapshotAt(version);
  if (snapshot !== null) return { snapshot, version };
  throw expired(
    wanted.of === "rest"
      ? "The provided continue parameter is too old to display a consistent list result. " +
        "You must start a new list without the continue parameter."
      : `The resourceVersion for the provided list is too old: ${version} (${history.oldest})`,
  );
}

interface Sorted {
  readonly snapshot: Snapshot;
  readonly objects: readonly StoredObject[];
}

/** The last order of each history: pages of one list come in a row, and memory must not grow. */
const lastSorted = new WeakMap<History, Sorted>();

/** All objects in the order of their keys. */
function inOrder(history: History, snapshot: Snapshot): readonly StoredObject[] {
  const last = lastSorted.get(history);
  if (last?.snapshot === snapshot) return last.objects;
  const entries = [...snapshot.entries()].sort(([a], [b]) => a < b ? -1 : 1);
  const objects = entries.map(([, object]) => object);
  lastSorted.set(history, { snapshot, objects });
  return objects;
}

function textOf(object: StoredObject): string {
  return keyText(keyOf(object));
}

function tokenOf(version: number, after: string): string {
  const text = JSON.stringify({ v: "meta.k8s.io/v1", rv: version, start: after });
  return new TextEncoder().encode(text).toBase64({ alphabet: "base64url", omitPadding: true });
}

/**
 * Reads a continue token.
 *
 * @throws {ApiError} If it is none of ours.
 */
export function parseToken(token: string): WantedVersion {
  const value = tokenValue(token);
  const [version, after] = [numberAt(value, "rv"), textAt(value, "start")];
  if (version < 1 || after === "") throw badRequest("continue key is not valid: it is no token");
  return { of: "rest", version, after };
}

function tokenValue(token: string): JsonObject {
  try {
    const bytes = Uint8Array.fromBase64(token, { alphabet: "base64url" });
    const value: Json = JSON.parse(new TextDecoder().decode(bytes));
    return isObject(value) ? value : {};
  } catch (cause) {
    throw badRequest(
      `continue key is not valid: ${cause instanceof Error ? cause.message : cause}`,
    );
  }
}
