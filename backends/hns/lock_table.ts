/**
 * Locks by name: work that shares a name runs one after the other, all else at the same time.
 *
 * @module
 */

/** Locks by name. */
export class LockTable {
  /** By name, the end of the last work that asked for it. */
  readonly #last = new Map<string, Promise<void>>();

  /**
   * Runs the work when all earlier work with one of these names has ended. All names are taken in
   * one turn, so two can never wait for each other.
   */
  async run<T>(names: readonly string[], work: () => Promise<T>): Promise<T> {
    const before = names.flatMap((name) => this.#last.get(name) ?? []);
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const name of names) this.#last.set(name, promise);
    if (before.length > 0) await Promise.all(before);
    try {
      return await work();
    } finally {
      for (const name of names) if (this.#last.get(name) === promise) this.#last.delete(name);
      resolve();
    }
  }
}
