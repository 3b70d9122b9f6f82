/**
 * The versioned store beneath the API: one counter of versions for all resources (as in etcd), one
 * history for each, and listeners that hear of every change. It knows keys and versions, and
 * nothing of the rules that objects obey.
 *
 * @module
 */
import { type Change, History } from "./history.ts";
import { type JsonObject, objectAt, sealed, textAt, withField } from "./json.ts";
import {
  keyText,
  type ObjectKey,
  type Resource,
  RESOURCES,
  type StoredObject,
} from "./resources.ts";

/** Hears of a change, right after it was made. */
export type ChangeListener = (resource: Resource, change: Change) => void;

/** Objects with their versions, and what they were. */
export class VersionedStore {
  readonly #histories: ReadonlyMap<Resource, History>;
  readonly #listeners: ChangeListener[] = [];
  #version = 1;

  /** An empty store that remembers at least `historyLimit` changes of each resource. */
  constructor(historyLimit: number) {
    const histories = RESOURCES.map((resource) => {
      return [resource, new History(this.#version, historyLimit)] as const;
    });
    this.#histories = new Map(histories);
  }

  /** The version that the last change made. */
  get version(): number {
    return this.#version;
  }

  /** The history of a resource. */
  history(resource: Resource): History {
    const history = this.#histories.get(resource);
    if (history === undefined) {
      throw new TypeError(`No history: "${resource.plural}" is not served`);
    }
    return history;
  }

  /** The object with that key, `null` if there is none. */
  get(resource: Resource, key: ObjectKey): StoredObject | null {
    return this.history(resource).current.get(keyText(key)) ?? null;
  }

  /** Calls the listener for every change from now on. */
  listen(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  /** Stores an object, new or changed, under the next version. */
  put(resource: Resource, key: ObjectKey, object: StoredObject): StoredObject {
    const { current } = this.history(resource);
    const version = this.#version + 1;
    const after = withVersion(object, version);
    const text = keyText(key);
    const before = current.get(text) ?? null;
    const snapshot = current.set(text, after);
    this.#commit(resource, { version, before, after, deleted: false, snapshot });
    return after;
  }

  /** Removes an object, and answers with its last state under the version of its end. */
  remove(resource: Resource, key: ObjectKey): StoredObject | null {
    const { current } = this.history(resource);
    const text = keyText(key);
    const before = current.get(text);
    if (before === undefined) return null;
    const version = this.#version + 1;
    const after = withVersion(before, version);
    this.#commit(resource, {
      version,
      before,
      after,
      deleted: true,
      snapshot: current.delete(text),
    });
    return after;
  }

  /** Forgets the past: who lists or watches from an older version than the present is told so. */
  compact(): void {
    for (const history of this.#histories.values()) history.compact(this.#version);
  }

  #commit(resource: Resource, change: Change): void {
    this.#version = change.version;
    this.history(resource).append(change);
    for (const listener of this.#listeners) listener(resource, change);
  }
}

/** The object, frozen, as it is in a version of the store. */
export function withVersion(object: StoredObject, version: number): StoredObject {
  return asStored(withField(object, ["metadata", "resourceVersion"], String(version)));
}

/**
 * Seals an object that has all that a stored one must have.
 *
 * @throws {TypeError} If it has not.
 */
export function asStored(object: JsonObject): StoredObject {
  const result = sealed(object);
  if (!isStored(result)) {
    throw new TypeError(
      `Cannot store an object without its kind and complete metadata: ${JSON.stringify(object)}`,
    );
  }
  return result;
}

function isStored(object: JsonObject): object is StoredObject {
  const { resourceVersion, generation } = objectAt(object, "metadata");
  const texts = [["apiVersion"], ["kind"], ["metadata", "name"], ["metadata", "uid"]];
  return texts.every((path) => textAt(object, ...path) !== "") &&
    textAt(object, "metadata", "creationTimestamp") !== "" &&
    typeof resourceVersion === "string" && typeof generation === "number";
}
