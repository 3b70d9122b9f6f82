/**
 * An immutable map from text to values with structural sharing: `set` and `delete` return a new map
 * that shares all but one path with the old one, and `changesSince` skips what two maps
 * share, so that finding a change costs the size of the change (a hash array mapped trie, Bagwell
 * 2001). The order of iteration depends on the keys alone, never on the order of insertion.
 *
 * @module
 */

interface Leaf<V> {
  readonly hash: number;
  readonly key: string;
  readonly value: V;
}

/** Two or more keys with one hash, sorted by key so that equal maps look alike. */
interface Bucket<V> {
  readonly hash: number;
  readonly leaves: readonly Leaf<V>[];
}

interface Branch<V> {
  /** Bit i is set where the slot with index i is taken. */
  readonly bitmap: number;
  readonly children: readonly Child<V>[];
}

type Child<V> = Leaf<V> | Bucket<V> | Branch<V>;

const BITS = 5;
const EMPTY_BRANCH: Branch<never> = { bitmap: 0, children: [] };

/** One key that differs between two maps; `undefined` marks the side that does not have it. */
export interface KeyChange<V> {
  /** The key. */
  readonly key: string;
  /** The value in the older map. */
  readonly before: V | undefined;
  /** The value in the newer map. */
  readonly after: V | undefined;
}

/** An immutable map from text to values with structural sharing. `undefined` is no value. */
export class PersistentMap<V> {
  static readonly #empty: PersistentMap<never> = new PersistentMap<never>(EMPTY_BRANCH, 0);
  readonly #root: Branch<V>;
  /** How many entries the map has. */
  readonly size: number;

  private constructor(root: Branch<V>, size: number) {
    this.#root = root;
    this.size = size;
  }

  /** The map without entries. */
  static empty<V>(): PersistentMap<V> {
    return PersistentMap.#empty;
  }

  /** A map of the given entries; of two with one key the later stays. */
  static from<V>(entries: Iterable<readonly [string, V]>): PersistentMap<V> {
    let map: PersistentMap<V> = PersistentMap.#empty;
    for (const [key, value] of entries) map = map.set(key, value);
    return map;
  }

  /** The value of the key, or `undefined`. */
  get(key: string): V | undefined {
    const hash = hashOf(key);
    let node: Child<V> | undefined = this.#root;
    for (let shift = 0; node !== undefined && isBranch(node); shift += BITS) {
      node = childAt(node, bitAt(hash, shift));
    }
    if (node === undefined) return undefined;
    if ("key" in node) return node.key === key ? node.value : undefined;
    return node.leaves.find((leaf) => leaf.key === key)?.value;
  }

  /** Whether the map has the key. */
  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** The map with the key set to the value; this very map if it already is. */
  set(key: string, value: V): PersistentMap<V> {
    const before = this.get(key);
    if (before === value) return this;
    const leaf = { hash: hashOf(key), key, value };
    return new PersistentMap(
      withLeaf(this.#root, leaf, 0),
      before === undefined ? this.size + 1 : this.size,
    );
  }

  /** The map without the key; this very map if it has none. */
  delete(key: string): PersistentMap<V> {
    if (!this.has(key)) return this;
    const root = withoutKey(this.#root, key, hashOf(key), 0);
    return root !== undefined && isBranch(root)
      ? new PersistentMap(root, this.size - 1)
      : PersistentMap.#empty;
  }

  /** The map with the key set to the value, or without it where the value is `undefined`. */
  put(key: string, value: V | undefined): PersistentMap<V> {
    return value === undefined ? this.delete(key) : this.set(key, value);
  }

  /** Every entry, in an order that depends on the keys alone. */
  *entries(): Generator<readonly [string, V]> {
    for (const leaf of leavesOf(this.#root)) yield [leaf.key, leaf.value];
  }

  /** Every key, in the order of {@linkcode entries}. */
  *keys(): Generator<string> {
    for (const leaf of leavesOf(this.#root)) yield leaf.key;
  }

  /** Every value, in the order of {@linkcode entries}. */
  *values(): Generator<V> {
    for (const leaf of leavesOf(this.#root)) yield leaf.value;
  }

  /** Iterates over the entries. */
  [Symbol.iterator](): Generator<readonly [string, V]> {
    return this.entries();
  }

  /** What differs from an older map, by reference of values; shared parts are not visited. */
  changesSince(before: PersistentMap<V>): readonly KeyChange<V>[] {
    const changes: KeyChange<V>[] = [];
    compare(before.#root, this.#root, changes);
    return changes;
  }
}

function isBranch<V>(node: Child<V>): node is Branch<V> {
  return "bitmap" in node;
}

/** FNV-1a with a final mix, so that keys that differ in their last letter spread over all levels. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) {
    hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

/** The place among the children of the slot that `bit` stands for: the number of lower bits set. */
function slotOf(bitmap: number, bit: number): number {
  let bits = bitmap & (bit - 1);
  bits -= (bits >>> 1) & 0x55555555;
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function bitAt(hash: number, shift: number): number {
  return 1 << ((hash >>> shift) & 31);
}

function childAt<V>(node: Branch<V>, bit: number): Child<V> | undefined {
  return (node.bitmap & bit) === 0 ? undefined : node.children[slotOf(node.bitmap, bit)];
}

function withLeaf<V>(node: Branch<V>, leaf: Leaf<V>, shift: number): Branch<V> {
  const bit = bitAt(leaf.hash, shift);
  const slot = slotOf(node.bitmap, bit);
  const child = childAt(node, bit);
  if (child === undefined) {
    return { bitmap: node.bitmap | bit, children: node.children.toSpliced(slot, 0, leaf) };
  }
  return { bitmap: node.bitmap, children: node.children.with(slot, merged(child, leaf, shift)) };
}

function merged<V>(child: Child<V>, leaf: Leaf<V>, shift: number): Child<V> {
  if (isBranch(child)) return withLeaf(child, leaf, shift + BITS);
  if ("key" in child && child.key === leaf.key) return leaf;
  if (child.hash === leaf.hash) {
    const others = "key" in child ? [child] : child.leaves.filter(({ key }) => key !== leaf.key);
    return { hash: leaf.hash, leaves: [...others, leaf].sort((a, b) => a.key < b.key ? -1 : 1) };
  }
  const branch: Branch<V> = { bitmap: bitAt(child.hash, shift + BITS), children: [child] };
  return withLeaf(branch, leaf, shift + BITS);
}

/**
 * The node without the key, which it has; a branch with one entry left shrinks to that entry, and
 * what is empty is gone.
 */
function withoutKey<V>(
  node: Child<V>,
  key: string,
  hash: number,
  shift: number,
): Child<V> | undefined {
  if (!isBranch(node)) {
    if ("key" in node) return undefined;
    const leaves = node.leaves.filter((leaf) => leaf.key !== key);
    return leaves.length === 1 ? leaves[0] : { hash, leaves };
  }
  const bit = bitAt(hash, shift);
  const slot = slotOf(node.bitmap, bit);
  const child = node.children[slot];
  const rest = child && withoutKey(child, key, hash, shift + BITS);
  if (rest !== undefined) {
    if (node.children.length === 1 && !isBranch(rest) && shift > 0) return rest;
    return { bitmap: node.bitmap, children: node.children.with(slot, rest) };
  }
  const children = node.children.toSpliced(slot, 1);
  const [first] = children;
  if (first === undefined) return undefined;
  if (children.length === 1 && !isBranch(first) && shift > 0) return first;
  return { bitmap: node.bitmap & ~bit, children };
}

function* leavesOf<V>(node: Child<V>): Generator<Leaf<V>> {
  if (isBranch(node)) {
    for (const child of node.children) yield* leavesOf(child);
  } else if ("key" in node) {
    yield node;
  } else {
    yield* node.leaves;
  }
}

function compare<V>(
  before: Child<V> | undefined,
  after: Child<V> | undefined,
  changes: KeyChange<V>[],
): void {
  if (before === after) return;
  if (before !== undefined && after !== undefined && isBranch(before) && isBranch(after)) {
    for (let index = 0; index < 32; index++) {
      const bit = 1 << index;
      compare(childAt(before, bit), childAt(after, bit), changes);
    }
    return;
  }
  const old = new Map<string, V>();
  if (before !== undefined) { for (const leaf of leavesOf(before)) old.set(leaf.key, leaf.value); }
  if (after !== undefined) {
    for (const { key, value } of leavesOf(after)) {
      const was = old.get(key);
      old.delete(key);
      if (was !== value) changes.push({ key, before: was, after: value });
    }
  }
  for (const [key, value] of old) changes.push({ key, before: value, after: undefined });
}
