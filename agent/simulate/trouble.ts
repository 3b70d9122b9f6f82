/**
 * What should never happen, gathered from everything that runs at the same time: the first such thing
 * ends the simulation, and none is forgotten.
 *
 * @module
 */

/** Gathers errors that nobody has foreseen. */
export class Trouble {
  readonly #errors: unknown[] = [];
  readonly #met = Promise.withResolvers<void>();

  /** Resolves when there is the first error. */
  get met(): Promise<void> {
    return this.#met.promise;
  }

  /** Takes an error. A function of its own, so that it can be handed on. */
  readonly report = (error: unknown): void => {
    this.#errors.push(error);
    this.#met.resolve();
  };

  /**
   * Throws what was gathered, if anything was.
   *
   * @throws {unknown} The one error, or an `AggregateError` of all.
   */
  throwIfMet(): void {
    const [first, ...others] = this.#errors;
    if (first === undefined) return;
    if (others.length === 0) throw first;
    throw new AggregateError(
      this.#errors,
      `Cannot go on: ${this.#errors.length} errors, see causes`,
    );
  }
}
