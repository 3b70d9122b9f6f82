/**
 * An immutable map for states that come in bulk and then change a little at a time: a plain map that
 * nobody changes any more, under a persistent one with what changed since.
 *
 * @module
 */
import { PersistentMap } from "../../core/mod.ts";

/** So many changes at once, and as a share of all entries, are laid down as a new plain map. */
const BULK = { least: 256, share: 1 / 8 } as const;

/** An immutable map from text to values, cheap in bulk and cheap in small changes. */
export class LayeredMap<V extends object> {
  readonly #base: ReadonlyMap<string, V>;
  /** What changed since; `null` stands for an entry that is gone. */
  readonly #changes: PersistentMap<V | null>;

  private constructor(base: ReadonlyMap<string, V>, changes: PersistentMap<V | null>) {
    this.#base = base;
    this.#changes = changes;
  }

  /** The map without entries. */
  static empty<V extends object>(): LayeredMap<V> {
    return new LayeredMap<V>(new Map(), PersistentMap.empty());
  }

  /** A map of these entries. The plain map must not be changed afterwards. */
  static of<V extends object>(entries: ReadonlyMap<string, V>): LayeredMap<V> {
    return new LayeredMap(entries, PersistentMap.empty());
  }

  /** The value of the key, or `undefined`. */
  get(key: string): V | undefined {
    if (this.#changes.size === 0) return this.#base.get(key);
    const changed = this.#changes.get(key);
    return changed === undefined ? this.#base.get(key) : changed ?? undefined;
  }

  /** Whether the map has the key. */
  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /**
   * The map with these changes.
   *
   * @param put What is new or differs. It is taken over: nobody else may use it afterwards.
   * @param gone The keys that are to go; none of them is in `put`.
   */
  with(put: Map<string, V>, gone: ReadonlySet<string>): LayeredMap<V> {
    const size = put.size + gone.size;
    if (size === 0) return this;
    if (size >= BULK.least && size >= this.#base.size * BULK.share) {
      for (const [key, value] of this.entries()) {
        if (!put.has(key) && !gone.has(key)) put.set(key, value);
      }
      return LayeredMap.of(put);
    }
    let over = this.#changes;
    for (const key of gone) over = this.#base.has(key) ? over.set(key, null) : over.delete(key);
    for (const [key, value] of put) over = over.set(key, value);
    return new LayeredMap(this.#base, over);
  }

  /** Every entry. */
  entries(): Iterable<readonly [string, V]> {
    return this.#changes.size === 0 ? this.#base : this.#changedEntries();
  }

  /** Every key. */
  keys(): Iterable<string> {
    return this.#changes.size === 0 ? this.#base.keys() : this.#changedKeys();
  }

  /** Every value. */
  *values(): Generator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  *#changedEntries(): Generator<readonly [string, V]> {
    for (const entry of this.#base) {
      if (this.#changes.get(entry[0]) === undefined) yield entry;
    }
    for (const [key, value] of this.#changes) if (value !== null) yield [key, value];
  }

  *#changedKeys(): Generator<string> {
    for (const [key] of this.#changedEntries()) yield key;
  }
}

/** Changes of a map on their way: read through to the map, written at the end in one go. */
export class Draft<V extends object> {
  readonly #map: LayeredMap<V>;
  readonly #put = new Map<string, V>();
  readonly #gone = new Set<string>();

  /** Starts from the map. */
  constructor(map: LayeredMap<V>) {
    this.#map = map;
  }

  /** The value of the key now, or `undefined`. */
  get(key: string): V | undefined {
    const put = this.#put.get(key);
    if (put !== undefined) return put;
    return this.#gone.size > 0 && this.#gone.has(key) ? undefined : this.#map.get(key);
  }

  /** Sets the key, or takes it away with `undefined`. */
  put(key: string, value: V | undefined): void {
    if (value === undefined) {
      this.#put.delete(key);
      this.#gone.add(key);
    } else {
      this.#put.set(key, value);
      if (this.#gone.size > 0) this.#gone.delete(key);
    }
  }

  /** The keys that were put or taken away. */
  *keys(): Generator<string> {
    yield* this.#put.keys();
    yield* this.#gone;
  }

  /** The map with all that was put. Nothing may be put afterwards. */
  end(): LayeredMap<V> {
    return this.#map.with(this.#put, this.#gone);
  }
}
