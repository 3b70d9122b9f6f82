/**
 * A small, seeded source of chance, so that a simulation with the same seed makes the same choices.
 *
 * @module
 */

/** A stream of choices. */
export interface Random {
  /** A number from 0 up to, but not, 1. */
  next(): number;
  /** A whole number from 0 up to, but not, `below`. */
  int(below: number): number;
  /** Whether something of this probability happens. */
  chance(probability: number): boolean;
  /**
   * One of the items.
   *
   * @throws {RangeError} If there are none.
   */
  pick<T>(items: readonly T[]): T;
  /** The items in another order. */
  shuffled<T>(items: readonly T[]): readonly T[];
  /** A stream of its own: what is drawn from it moves no other stream. */
  fork(label: string): Random;
}

/** Starts the stream of a seed (mulberry32: 32 bits of state, good enough to pick pods). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const self: Random = {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
    int: (below) => Math.floor(self.next() * below),
    chance: (probability) => self.next() < probability,
    pick(items) {
      const picked = items[self.int(items.length)];
      if (picked === undefined) throw new RangeError("Cannot pick one of no items");
      return picked;
    },
    shuffled(items) {
      // Sorting by drawn keys: each item draws once, so every order is equally likely.
      return items
        .map((item) => ({ item, key: self.next() }))
        .sort((a, b) => a.key - b.key)
        .map(({ item }) => item);
    },
    fork: (label) => seededRandom(hashOf(label, seed)),
  };
  return self;
}

/** FNV-1a over the label, started from the seed. */
function hashOf(label: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < label.length; i++) {
    hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash;
}
