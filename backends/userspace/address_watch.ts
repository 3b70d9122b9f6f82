/**
 * Looks after addresses that are on an interface for as long as there are some: somebody else may take
 * them off, and an interface that goes and comes back is bare.
 *
 * @module
 */
import type { Logger } from "../../core/mod.ts";
import type { SetTimer } from "./flow_sweep.ts";

/** What came of a look. */
export interface Restored {
  /** How many addresses were put back. */
  readonly restored: number;
  /** Why others were not, in words; `null` where none is missing. */
  readonly why: string | null;
}

/** What is looked after, and how. */
export interface AddressWatchOptions {
  /** How long from one look to the next, in milliseconds. */
  readonly keepMs: number;
  /** Sets a timer. */
  readonly setTimer: SetTimer;
  /** Where to write what happens. */
  readonly log: Logger;
  /** Whether there are addresses to look after. */
  readonly wanted: () => boolean;
  /** Puts back what is missing; does not throw. */
  readonly restore: () => Promise<Restored>;
}

/** Looks after addresses. */
export class AddressWatch {
  readonly #options: AddressWatchOptions;
  #stop: (() => void) | null = null;
  #told: string | null = null;

  /** One that does not look yet. */
  constructor(options: AddressWatchOptions) {
    this.#options = options;
  }

  /** Begins, goes on or ends, as there is something to look after or not. */
  keep(): void {
    const { keepMs, setTimer, wanted } = this.#options;
    if (wanted()) {
      this.#stop ??= setTimer(() => void this.#look(), keepMs);
    } else {
      this.#stop?.();
      this.#stop = null;
    }
  }

  async #look(): Promise<void> {
    const { log, restore } = this.#options;
    this.#stop = null;
    const { restored, why } = await restore();
    if (why !== null && why !== this.#told) log.error(why);
    this.#told = why;
    if (restored > 0) {
      log.warn("Put back service addresses that were gone", { addresses: restored });
    }
    this.keep();
  }
}
