/**
 * Finds the UDP flow of a client, without allocating: an open-addressing table over flat arrays, keyed
 * by the words of socket addresses as the kernel wrote them. The flows also stand in two rings by their
 * last use, that of all and that of their listener, so the oldest is at hand for time-outs and for
 * eviction.
 *
 * @module
 */
import { RecencyLinks, type RecencyRing } from "./recency.ts";
import { AF_INET } from "./sockaddr.ts";
import { type Addresses, LOCAL_WORDS, PEER_WORDS } from "./sys.ts";

const FAMILY_MASK = 0xffff;
const SCOPE_WORD = 6;

/** Whose flows they are. */
export interface FlowOwner {
  /** Its number; no other owner ever has it. */
  readonly generation: number;
  /** Its flows by their last use. */
  readonly recency: RecencyRing;
}

/** The flows of an engine, by number. */
export class FlowTable implements Addresses {
  /** How many flows there can be. */
  readonly capacity: number;
  /** The peers' socket addresses. */
  readonly peers: Uint32Array<ArrayBuffer>;
  /** The local addresses that they spoke to. */
  readonly locals: Uint32Array<ArrayBuffer>;
  /** When each was used last. */
  readonly lastUse: Float64Array<ArrayBuffer>;

  readonly #owner: (FlowOwner | null)[];
  readonly #hash: Uint32Array<ArrayBuffer>;
  /** Flow + 1 by hash; 0: free. Never more than half full. */
  readonly #slots: Int32Array<ArrayBuffer>;
  readonly #mask: number;
  readonly #seed: number;
  readonly #recency: RecencyRing = { newest: -1 };
  readonly #links: RecencyLinks;
  readonly #ownerLinks: RecencyLinks;
  readonly #free: Int32Array<ArrayBuffer>;
  #freeCount: number;

  /** Makes an empty table. The seed should be secret, so that nobody can aim at one slot. */
  constructor(capacity: number, seed: number) {
    this.capacity = capacity;
    this.peers = new Uint32Array(capacity * PEER_WORDS);
    this.locals = new Uint32Array(capacity * LOCAL_WORDS);
    this.lastUse = new Float64Array(capacity);
    this.#owner = new Array<FlowOwner | null>(capacity).fill(null);
    this.#hash = new Uint32Array(capacity);
    const slots = 2 ** Math.ceil(Math.log2(2 * capacity));
    this.#slots = new Int32Array(slots);
    this.#mask = slots - 1;
    this.#seed = seed;
    this.#links = new RecencyLinks(capacity);
    this.#ownerLinks = new RecencyLinks(capacity);
    this.#free = Int32Array.from({ length: capacity }, (_, i) => capacity - 1 - i);
    this.#freeCount = capacity;
  }

  /** How many flows there are. */
  get size(): number {
    return this.capacity - this.#freeCount;
  }

  /** The flow that was not used for longest; -1 if there is none. */
  get oldest(): number {
    return this.#links.oldest(this.#recency);
  }

  /** The flow of an owner that was not used for longest; -1 if it has none. */
  oldestOf({ recency }: FlowOwner): number {
    return this.#ownerLinks.oldest(recency);
  }

  /** The flow of a peer of an owner; -1 if there is none. */
  find(owner: FlowOwner, source: Addresses, index: number): number {
    const hash = this.#hashOf(owner.generation, source, index);
    for (let slot = hash & this.#mask;; slot = (slot + 1) & this.#mask) {
      const flow = (this.#slots[slot] ?? 0) - 1;
      if (flow === -1) return -1;
      if (this.#hash[flow] === hash && this.#matches(flow, owner, source, index)) return flow;
    }
  }

  /** Adds a flow that is not there yet; -1 if there is no room. */
  add(owner: FlowOwner, source: Addresses, index: number, now: number): number {
    if (this.#freeCount === 0) return -1;
    const flow = this.#free[--this.#freeCount] ?? 0;
    const { peers, locals } = source;
    for (let i = 0; i < PEER_WORDS; i++) {
      this.peers[flow * PEER_WORDS + i] = peers[index * PEER_WORDS + i] ?? 0;
    }
    for (let i = 0; i < LOCAL_WORDS; i++) {
      this.locals[flow * LOCAL_WORDS + i] = locals[index * LOCAL_WORDS + i] ?? 0;
    }
    this.#owner[flow] = owner;
    const hash = this.#hashOf(owner.generation, source, index);
    this.#hash[flow] = hash;
    let slot = hash & this.#mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots[slot] = flow + 1;
    this.lastUse[flow] = now;
    this.#links.append(this.#recency, flow);
    this.#ownerLinks.append(owner.recency, flow);
    return flow;
  }

  /** Notes that a flow was used. */
  touch(flow: number, now: number): void {
    this.lastUse[flow] = now;
    if (this.#recency.newest === flow) return; // then it is its owner's, too
    this.#links.renew(this.#recency, flow);
    const owner = this.#owner[flow] ?? null;
    if (owner !== null) this.#ownerLinks.renew(owner.recency, flow);
  }

  /** Takes a flow out. */
  remove(flow: number): void {
    let hole = (this.#hash[flow] ?? 0) & this.#mask;
    while (this.#slots[hole] !== flow + 1) hole = (hole + 1) & this.#mask;
    // What stands behind moves up as far as its own slot allows, so that no search meets a gap.
    for (let slot = (hole + 1) & this.#mask;; slot = (slot + 1) & this.#mask) {
      const entry = this.#slots[slot] ?? 0;
      if (entry === 0) break;
      const home = (this.#hash[entry - 1] ?? 0) & this.#mask;
      if (((slot - home) & this.#mask) < ((slot - hole) & this.#mask)) continue;
      this.#slots[hole] = entry;
      hole = slot;
    }
    this.#slots[hole] = 0;
    this.#links.remove(this.#recency, flow);
    const owner = this.#owner[flow] ?? null;
    if (owner !== null) this.#ownerLinks.remove(owner.recency, flow);
    this.#owner[flow] = null;
    this.#free[this.#freeCount++] = flow;
  }

  #matches(flow: number, owner: FlowOwner, source: Addresses, index: number): boolean {
    if (this.#owner[flow] !== owner) return false;
    const { peers, locals } = source;
    const own = flow * PEER_WORDS;
    const other = index * PEER_WORDS;
    if (this.peers[own] !== peers[other]) return false;
    if (((peers[other] ?? 0) & FAMILY_MASK) === AF_INET) {
      if (this.peers[own + 1] !== peers[other + 1]) return false;
    } else {
      for (let i = 2; i <= SCOPE_WORD; i++) { // word 1 is the flow label
        if (this.peers[own + i] !== peers[other + i]) return false;
      }
    }
    for (let i = 0; i < LOCAL_WORDS; i++) {
      if (this.locals[flow * LOCAL_WORDS + i] !== locals[index * LOCAL_WORDS + i]) return false;
    }
    return true;
  }

  #hashOf(owner: number, { peers, locals }: Addresses, index: number): number {
    const peer = index * PEER_WORDS;
    const local = index * LOCAL_WORDS;
    const first = peers[peer] ?? 0;
    let hash = mix(mix(this.#seed, owner), first);
    if ((first & FAMILY_MASK) === AF_INET) {
      hash = mix(hash, peers[peer + 1] ?? 0);
      hash = mix(hash, locals[local] ?? 0);
    } else {
      for (let i = 2; i <= SCOPE_WORD; i++) hash = mix(hash, peers[peer + i] ?? 0);
      for (let i = 0; i < LOCAL_WORDS; i++) hash = mix(hash, locals[local + i] ?? 0);
    }
    return hash >>> 0;
  }
}

/** One round of MurmurHash3 with its finishing shifts, so that neighbouring ports spread at once. */
function mix(hash: number, word: number): number {
  let h = Math.imul(hash ^ word, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
