/**
 * The flows of a listener: found by client, and in the order in which they were last used, so that
 * the one to give up first is at hand without a search.
 *
 * @module
 */

/** What the table keeps with each flow. */
export interface FlowLinks<F> {
  /** The client, as `ip:port`. */
  readonly client: string;
  /** When a datagram last went either way, in milliseconds of a clock that never goes back. */
  lastSeen: number;
  /** The flow used last before this one; the table's own. */
  older: F | null;
  /** The flow used next after this one; the table's own. */
  newer: F | null;
}

/** Flows by client, in order of use. Adding, finding, touching and removing cost the same at any size. */
export class FlowTable<F extends FlowLinks<F>> {
  readonly #byClient = new Map<string, F>();
  #oldest: F | null = null;
  #newest: F | null = null;

  /** How many flows there are. */
  get size(): number {
    return this.#byClient.size;
  }

  /** The flow that was not used for the longest time. */
  get oldest(): F | null {
    return this.#oldest;
  }

  /** The client's flow. */
  get(client: string): F | undefined {
    return this.#byClient.get(client);
  }

  /** Whether this very flow is in the table. */
  has(flow: F): boolean {
    return this.#byClient.get(flow.client) === flow;
  }

  /** Adds a flow that is used now. Its client must have none. */
  add(flow: F, now: number): void {
    this.#byClient.set(flow.client, flow);
    flow.lastSeen = now;
    this.#append(flow);
  }

  /** Says that a flow of the table is used now. */
  touch(flow: F, now: number): void {
    flow.lastSeen = now;
    if (flow === this.#newest) return;
    this.#unlink(flow);
    this.#append(flow);
  }

  /** Takes a flow out. One that is not in the table is fine. */
  remove(flow: F): void {
    if (!this.has(flow)) return;
    this.#byClient.delete(flow.client);
    this.#unlink(flow);
  }

  /** All flows, in any order; the one at hand may be removed. */
  [Symbol.iterator](): IterableIterator<F> {
    return this.#byClient.values();
  }

  #append(flow: F): void {
    flow.older = this.#newest;
    flow.newer = null;
    if (this.#newest === null) this.#oldest = flow;
    else this.#newest.newer = flow;
    this.#newest = flow;
  }

  #unlink(flow: F): void {
    if (flow.older === null) this.#oldest = flow.newer;
    else flow.older.newer = flow.newer;
    if (flow.newer === null) this.#newest = flow.older;
    else flow.newer.older = flow.older;
    flow.older = flow.newer = null;
  }
}
