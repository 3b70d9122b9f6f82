/**
 * Session affinity: which pod each client of a service was led to. All listeners of a service share
 * one table, so that a client finds the same pod on each of its ports and addresses.
 *
 * The table only remembers; whether a pod may still be used is asked anew for each connection. So a
 * change of endpoints costs nothing here, and disturbs nobody whose pod stays.
 *
 * @module
 */
import { type FlowLinks, FlowTable } from "../flow_table.ts";
import type { BackendAddress } from "./backend_address.ts";

/**
 * How many clients of one service are remembered; beyond, the one that was away for the longest time
 * is forgotten. A full table takes about 30 MiB.
 */
export const MOST_CLIENTS = 65_536;

/** How many listeners are remembered for one client; beyond, the one used longest ago is forgotten. */
const MOST_CHOICES = 16;

/** Where a client was led by one listener. */
export interface Choice {
  /** The listener's key. */
  readonly listener: string;
  /** The endpoint, as `ip:port`. */
  readonly address: string;
  /** The endpoint's address: the pod. */
  readonly ip: string;
}

/** A client of the service; `lastSeen` is when it last made a connection. */
interface Entry extends FlowLinks<Entry> {
  /** Where it was led, the latest first. */
  choices: readonly Choice[];
}

/** What a table must be told. */
export interface AffinityOptions {
  /** A clock in milliseconds. Should it go back, time stands still until it has caught up. */
  readonly now: () => number;
  /**
   * How many clients are remembered.
   *
   * @default {MOST_CLIENTS}
   */
  readonly limit?: number;
}

const NONE: readonly Choice[] = [];

/** The clients of one service. */
export class AffinityTable {
  readonly #clients = new FlowTable<Entry>();
  readonly #clock: () => number;
  readonly #limit: number;
  #latest = -Infinity;
  #timeoutMs = 0;

  /** Makes an empty table. */
  constructor({ now, limit = MOST_CLIENTS }: AffinityOptions) {
    this.#clock = now;
    this.#limit = limit;
  }

  /** How many clients are remembered, some of them perhaps for too long. */
  get size(): number {
    return this.#clients.size;
  }

  /** For how long a client stays with its pod after its last new connection, from now on. */
  setTimeout(seconds: number): void {
    this.#timeoutMs = seconds * 1000;
  }

  /** Where a client was led, the latest first. */
  recall(client: string): readonly Choice[] {
    const entry = this.#clients.get(client);
    if (entry === undefined || this.#isOver(entry)) return NONE;
    return entry.choices;
  }

  /** Notes where a client is led; its time begins anew. */
  note(client: string, listener: string, backend: BackendAddress): void {
    const { address, ip } = backend;
    const entry = this.#clients.get(client);
    const known = this.recall(client);
    const choices = known[0]?.listener === listener && known[0].address === address ? known : [
      { listener, address, ip },
      ...known.filter((each) => each.listener !== listener).slice(0, MOST_CHOICES - 1),
    ];
    if (entry === undefined) {
      this.#makeRoom();
      this.#clients.add({ client, lastSeen: 0, older: null, newer: null, choices }, this.#now());
    } else {
      entry.choices = choices;
      this.#clients.touch(entry, this.#now());
    }
  }

  /** Gives a client's pod up, for all listeners: it cannot be reached. */
  giveUp(client: string, ip: string): void {
    this.#keep(client, (each) => each.ip !== ip);
  }

  /** Forgets one choice of a client: the listener may use the pod no more. */
  forget(client: string, choice: Choice): void {
    this.#keep(client, (each) => each !== choice);
  }

  #keep(client: string, isKept: (choice: Choice) => boolean): void {
    const entry = this.#clients.get(client);
    if (entry === undefined) return;
    entry.choices = entry.choices.filter(isKept);
    if (entry.choices.length === 0) this.#clients.remove(entry);
  }

  /** Makes room for one more client. */
  #makeRoom(): void {
    for (let oldest = this.#clients.oldest; oldest !== null; oldest = this.#clients.oldest) {
      if (this.#clients.size < this.#limit && !this.#isOver(oldest)) return;
      this.#clients.remove(oldest);
    }
  }

  #isOver({ lastSeen }: Entry): boolean {
    return this.#now() - lastSeen >= this.#timeoutMs;
  }

  #now(): number {
    return this.#latest = Math.max(this.#latest, this.#clock());
  }
}

/** The tables of all services, each kept as long as a listener has it. */
export class AffinityTables {
  readonly #options: AffinityOptions;
  readonly #tables = new Map<string, { readonly table: AffinityTable; members: number }>();

  /** Holds no table yet. */
  constructor(options: AffinityOptions) {
    this.#options = options;
  }

  /** How many services have a table. */
  get size(): number {
    return this.#tables.size;
  }

  /** The table of a service, for one more listener. */
  join(service: string): AffinityTable {
    const shared = this.#tables.get(service) ??
      { table: new AffinityTable(this.#options), members: 0 };
    shared.members++;
    this.#tables.set(service, shared);
    return shared.table;
  }

  /** A listener has done with the table of a service; the last one takes it away. */
  leave(service: string): void {
    const shared = this.#tables.get(service);
    if (shared !== undefined && --shared.members === 0) this.#tables.delete(service);
  }
}
