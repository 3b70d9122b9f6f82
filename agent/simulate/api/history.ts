/**
 * The history of one resource: what it is now, what it was at each version that is still
 * remembered, and the changes between. Snapshots share structure, so to remember one costs only
 * what changed; lists page through an old one, watches read on from an old one.
 *
 * @module
 */
import { PersistentMap } from "../../../core/mod.ts";
import type { StoredObject } from "./resources.ts";

/** All objects of a resource at one version, by key text. */
export type Snapshot = PersistentMap<StoredObject>;

/** One change of one object. */
export interface Change {
  /** The version that the change made. */
  readonly version: number;
  /** The object before, `null` if it is new. */
  readonly before: StoredObject | null;
  /** The object after. If it is gone: its last state, with the version of its end. */
  readonly after: StoredObject;
  /** Whether the object is gone. */
  readonly deleted: boolean;
  /** The resource after the change. */
  readonly snapshot: Snapshot;
}

/** The changes of one resource, newest last, and its state at each remembered version. */
export class History {
  readonly #limit: number;
  #changes: Change[] = [];
  /** The state before the first change in `#changes`, and the version that made it. */
  #base: { readonly version: number; readonly snapshot: Snapshot };
  /** What clients may ask for starts here; what open watches still read may lie before it. */
  #oldest: number;

  /** An empty resource, as of a version. Remembers `limit` changes at least. */
  constructor(version: number, limit: number) {
    this.#limit = limit;
    this.#base = { version, snapshot: PersistentMap.empty() };
    this.#oldest = version;
  }

  /** The resource now. */
  get current(): Snapshot {
    return this.#changes.at(-1)?.snapshot ?? this.#base.snapshot;
  }

  /** The oldest version that clients may list, or watch from. */
  get oldest(): number {
    return this.#oldest;
  }

  /** Takes the next change. */
  append(change: Change): void {
    this.#changes.push(change);
    const { length } = this.#changes;
    if (length > this.#limit) {
      this.#oldest = Math.max(this.#oldest, this.#changes[length - this.#limit - 1]?.version ?? 0);
    }
    if (length >= 2 * this.#limit) this.#trim(length - this.#limit);
  }

  /** Forgets what came before a version, for all who ask from now on. */
  compact(version: number): void {
    this.#oldest = version;
  }

  /** The resource as it was at a version, `null` if that is forgotten. */
  snapshotAt(version: number): Snapshot | null {
    if (version < this.#oldest) return null;
    return this.#changes[this.#indexAfter(version) - 1]?.snapshot ?? this.#base.snapshot;
  }

  /** The changes after a version, `null` if the first of them are forgotten even for open watches. */
  changesAfter(version: number, atMost: number): readonly Change[] | null {
    if (version < this.#base.version) return null;
    const index = this.#indexAfter(version);
    return this.#changes.slice(index, index + atMost);
  }

  #trim(count: number): void {
    const last = this.#changes[count - 1];
    if (last !== undefined) this.#base = last;
    this.#changes = this.#changes.slice(count);
  }

  /** The index of the first change after a version. */
  #indexAfter(version: number): number {
    let low = 0;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#changes[middle]?.version ?? Infinity) > version) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
