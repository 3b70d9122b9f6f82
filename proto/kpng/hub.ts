/**
 * Where the server's watchers find the present model, and wait for the next one.
 *
 * @module
 */
import { EMPTY_MODEL, type Model } from "./model.ts";

/** Holds the present model. */
export class Hub {
  #model: Model = EMPTY_MODEL;
  #closed = false;
  readonly #waiting = new Set<() => void>();

  /** The present model. */
  get model(): Model {
    return this.#model;
  }

  /** Whether there will be no other model. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Replaces the model and wakes who waits for it. */
  put(model: Model): void {
    if (model === this.#model || this.#closed) return;
    this.#model = model;
    this.#wake();
  }

  /** Says that there will be no other model: every watch ends. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** Resolves when the model is another one than that, the hub is closed, or the signal aborts. */
  changed(since: Model, signal: AbortSignal): Promise<void> {
    if (this.#model !== since || this.#closed || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        this.#waiting.delete(end);
        signal.removeEventListener("abort", end);
        resolve();
      };
      this.#waiting.add(end);
      signal.addEventListener("abort", end);
    });
  }

  #wake(): void {
    for (const end of [...this.#waiting]) end();
  }
}
