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
    const changed = this.#changes.get(key);
    return changed === undefined ? this.#base.get(key) : changed ?? undefined;
  }

  /** Whether the map has the key. */
  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** The map with these changes; `undefined` takes an entry away. */
  with(changes: ReadonlyMap<string, V | undefined>): LayeredMap<V> {
    if (changes.size === 0) return this;
    if (changes.size >= BULK.least && changes.size >= this.#base.size * BULK.share) {
      const base = new Map(this.entries());
      for (const [key, value] of changes) {
        if (value === undefined) base.delete(key);
        else base.set(key, value);
      }
      return LayeredMap.of(base);
    }
    let over = this.#changes;
    for (const [key, value] of changes) {
      if (value === undefined && !this.#base.has(key)) over = over.delete(key);
      else over = over.set(key, value ?? null);
    }
    return new LayeredMap(this.#base, over);
  }

  /** Every entry. */
  *entries(): Generator<readonly [string, V]> {
    for (const entry of this.#base) {
      if (this.#changes.get(entry[0]) === undefined) yield entry;
    }
    for (const [key, value] of this.#changes) if (value !== null) yield [key, value];
  }

  /** Every key. */
  *keys(): Generator<string> {
    for (const [key] of this.entries()) yield key;
  }

  /** Every value. */
  *values(): Generator<V> {
    for (const [, value] of this.entries()) yield value;
  }
}

/** Changes of a map on their way: read through to the map, written at the end in one go. */
export class Draft<V extends object> {
  readonly #map: LayeredMap<V>;
  readonly #changes = new Map<string, V | undefined>();

  /** Starts from the map. */
  constructor(map: LayeredMap<V>) {
    this.#map = map;
  }

  /** The value of the key now, or `undefined`. */
  get(key: string): V | undefined {
    return this.#changes.has(key) ? this.#changes.get(key) : this.#map.get(key);
  }

  /** Sets the key, or takes it away with `undefined`. */
  put(key: string, value: V | undefined): void {
    this.#changes.set(key, value);
  }

  /** The keys that were put. */
  keys(): Iterable<string> {
    return this.#changes.keys();
  }

  /** The map with all that was put. */
  end(): LayeredMap<V> {
    return this.#map.with(this.#changes);
  }
}
