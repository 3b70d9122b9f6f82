/**
 * The books of which addresses are ours, and on which interface; the journal is their copy on disk.
 *
 * @module
 */
import type { Logger } from "../../../core/mod.ts";
import { messageOf } from "../sockets.ts";
import type { Journal, OwnAddresses } from "./journal.ts";

/** Which addresses are ours. A journal that fails is no reason to serve nothing: it is told once. */
export class Books {
  readonly #journal: Journal;
  readonly #log: Logger;
  readonly #own = new Map<string, Set<string>>();
  #unwritable = false;

  /** Opens empty books. */
  constructor(journal: Journal, log: Logger) {
    this.#journal = journal;
    this.#log = log;
  }

  /** The interfaces that have addresses of ours. */
  interfaces(): readonly string[] {
    return Array.from(this.#own.keys());
  }

  /** Our addresses, on all interfaces. */
  all(): readonly string[] {
    return Array.from(this.#own.values()).flatMap((ips) => [...ips]);
  }

  /** Whether the address is ours, on that interface or, without one, on any. */
  has(ip: string, name?: string): boolean {
    if (name !== undefined) return this.#own.get(name)?.has(ip) ?? false;
    return Array.from(this.#own.values()).some((ips) => ips.has(ip));
  }

  /** The addresses are ours from now on. */
  add(name: string, ips: readonly string[]): void {
    const own = this.#own.get(name) ?? new Set();
    this.#own.set(name, own);
    for (const ip of ips) own.add(ip);
  }

  /** The address is not ours any more. */
  delete(name: string, ip: string): void {
    const own = this.#own.get(name);
    own?.delete(ip);
    if (own?.size === 0) this.#own.delete(name);
  }

  /** What the last run has left. */
  async lastRun(): Promise<OwnAddresses> {
    try {
      return await this.#journal.read();
    } catch (error) {
      this.#log.warn(`${messageOf(error)}. What a run before has left stays as it is`);
      return new Map();
    }
  }

  /** Writes the journal. Without it a crash leaves addresses until the system restarts, that is all. */
  async remember(): Promise<void> {
    try {
      await this.#journal.write(this.#own);
      this.#unwritable = false;
    } catch (error) {
      if (!this.#unwritable) this.#log.warn(messageOf(error));
      this.#unwritable = true;
    }
  }
}
