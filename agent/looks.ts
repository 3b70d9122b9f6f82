/**
 * When to look at the platform: at the first sync, when it tells that something happened, when an
 * operation met something else than was planned for, while something is waited for, and now and then
 * in any case, so that whatever drifts is put right.
 *
 * @module
 */
import type { Observation, Observer, Op, Plan, Wait } from "../backends/mod.ts";
import type { Logger } from "../core/mod.ts";
import { backoffMs, type Timers, waitAtMost } from "./timers.ts";

/** What the looks are made of. */
export interface LooksOptions<O extends Op, State> {
  /** Who looks. */
  readonly observer: Observer<O, State>;
  /** Takes in what was seen: plans from it and has it carried out. Answers with the plan. */
  readonly fold: (seen: Observation<O, State> & { readonly ok: true }) => Plan<O, State>;
  /** Resolves when what was asked for so far was tried. */
  readonly settled: () => Promise<void>;
  /** How often anything was planned: what is seen meanwhile may be old news. */
  readonly generation: () => number;
  /** Where to write what happens. */
  readonly log: Logger;
  /** The clock. */
  readonly timers: Timers;
  /**
   * The time between two looks if nothing happens, in milliseconds.
   *
   * @default {300000}
   */
  readonly periodMs?: number;
}

/** How the looks went. */
export interface LooksStatus {
  /** Whether the platform was ever seen. */
  readonly seen: boolean;
  /** Why the last look failed; `""` if it did not. */
  readonly error: string;
  /** What is waited for. */
  readonly waits: readonly Wait[];
}

/** Without what nothing can be done, in words; `""` where nothing stands in the way. */
export function blockedBy({ error, waits }: LooksStatus): string {
  const wait = waits.find(({ blocks = false }) => blocks);
  return error !== "" || wait === undefined ? error : `Waiting for ${wait.what}`;
}

/** Looks at the platform. */
export interface Looks {
  /** Looks now, unless a look is under way, which is waited for. Never rejects. */
  look(): Promise<void>;
  /** Takes note of what a plan waits for. */
  note(waits: readonly Wait[]): void;
  /** Looks again as long as something calls for it, a few times at most, and waits for the end. */
  finish(): Promise<void>;
  /** How the looks went. */
  status(): LooksStatus;
  /** Looks no more. */
  stop(): void;
}

/** How long after a surprise to look: several come together, and HNS is not to be flooded. */
const SOON_MS = 1000;

/** How often `finish` looks again, and how often a look is done over because plans went on. */
const TRIES = 3;

/** Starts to listen to the observer; the first look is the caller's. */
export function startLooks<O extends Op, State>(options: LooksOptions<O, State>): Looks {
  return new LookLoop(options);
}

class LookLoop<O extends Op, State> implements Looks {
  readonly #options: LooksOptions<O, State>;
  readonly #abort = new AbortController();
  readonly #unwatch: () => void;
  #status: LooksStatus = { seen: false, error: "", waits: [] };
  #now: Promise<void> | null = null;
  #wanted = false;
  #fruitless = 0;
  #cancel = (): void => {};

  constructor(options: LooksOptions<O, State>) {
    this.#options = options;
    this.#unwatch = options.observer.watch((why, urgent) => {
      options.log.v(3)?.info("Looking again soon", { why });
      this.#wanted = true;
      if (urgent) this.#fruitless = 0;
      if (this.#now === null && this.#status.seen) this.#after(this.#nextMs());
    });
  }

  look(): Promise<void> {
    return this.#now ??= this.#look().finally(() => {
      this.#now = null;
      this.#after(this.#nextMs());
    });
  }

  note(waits: readonly Wait[]): void {
    const more = waits.length > this.#status.waits.length;
    this.#status = { ...this.#status, waits };
    if (more && this.#now === null && this.#status.seen) this.#after(SOON_MS);
  }

  async finish(): Promise<void> {
    for (let i = 0; i < TRIES && this.#wanted; i++) await this.look();
  }

  status(): LooksStatus {
    return this.#status;
  }

  stop(): void {
    this.#unwatch();
    this.#cancel();
    this.#abort.abort();
  }

  async #look(): Promise<void> {
    const { observer, fold, settled, generation, log, timers } = this.#options;
    const { signal } = this.#abort;
    for (let i = 0; i < TRIES && !signal.aborted; i++) {
      await waitAtMost(PATIENCE_MS, timers, signal, settled());
      this.#wanted = false;
      const before = generation();
      const seen = await this.#observe(observer, signal);
      if (signal.aborted) return;
      if (!seen.ok) {
        if (seen.error !== this.#status.error) log.warn(seen.error);
        this.#status = { ...this.#status, error: seen.error };
        this.#fruitless++;
        return;
      }
      if (generation() !== before && i + 1 < TRIES) continue;
      const { ops, waits = [] } = fold(seen);
      this.#tellWaits(waits);
      this.#status = { seen: true, error: "", waits };
      const calm = waits.length === 0 && ops.length === 0;
      this.#fruitless = calm ? 0 : this.#fruitless + 1;
      if (ops.length > 0) log.v(2)?.info("Putting right what was seen", { ops: ops.length });
      await waitAtMost(PATIENCE_MS, timers, signal, settled());
      return;
    }
  }

  async #observe(
    observer: Observer<O, State>,
    signal: AbortSignal,
  ): Promise<Observation<O, State>> {
    try {
      return await observer.observe(signal);
    } catch (cause) {
      const what = cause instanceof Error ? cause.message : String(cause);
      return { ok: false, error: `Cannot look at the platform: the backend threw "${what}"` };
    }
  }

  #tellWaits(waits: readonly Wait[]): void {
    const known = new Set(this.#status.waits.map(({ key }) => key));
    for (const { key, what } of waits) {
      if (!known.has(key)) this.#options.log.info(`Waiting for ${what}`);
    }
  }

  #nextMs(): number {
    const { error, waits } = this.#status;
    const lacks = this.#wanted || error !== "" || waits.length > 0;
    if (this.#fruitless > 0 && lacks) return backoffMs(this.#fruitless);
    return this.#wanted ? SOON_MS : this.#options.periodMs ?? 300_000;
  }

  #after(ms: number): void {
    this.#cancel();
    if (this.#abort.signal.aborted) return;
    // Not awaited: look() never rejects, and tells by its status how it went.
    this.#cancel = this.#options.timers.after(ms, () => void this.look());
  }
}

/** A look that waits for an operation this long goes on without it. */
const PATIENCE_MS = 10_000;
