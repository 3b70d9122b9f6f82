/**
 * Turns the outcomes of many attempts into few reports: one when something begins to fail, one more
 * from time to time while it goes on failing, one when it works again. When all kinds fail for the
 * same reason (the server is down) that is one trouble, not three.
 *
 * @module
 */
import type { SourceReport } from "../source.ts";

/** How often a trouble that goes on is told again. */
const REMIND_MS = 5 * 60_000;

/** Where reports go, and the clock. */
export interface HealthOptions {
  /** What the reports are about: the server's URL. */
  readonly where: string;
  /** Takes the reports. */
  readonly report: (report: SourceReport) => void;
  /** Milliseconds since some fixed moment. */
  readonly now: () => number;
}

/** What works and what does not, told in as few words as will do. */
export class Health {
  readonly #options: HealthOptions;
  /** For each activity that fails, the cause. */
  readonly #failing = new Map<string, string>();
  /** For each cause that stands, when it was told last. */
  readonly #told = new Map<string, number>();

  /** Makes a health in which everything works. */
  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /**
   * Takes note that an activity (`watch services`) failed. Failures with one `cause` are one trouble,
   * whatever their messages say.
   */
  failed(activity: string, message: string, cause: string = message): void {
    this.#failing.set(activity, cause);
    this.#forgetSettled();
    const now = this.#options.now();
    const told = this.#told.get(cause);
    if (told !== undefined && now - told < REMIND_MS) return;
    this.#told.set(cause, now);
    this.#report("trouble", message);
  }

  /** Takes note that an activity worked. */
  worked(activity: string): void {
    if (!this.#failing.delete(activity)) return;
    this.#forgetSettled();
    if (this.#failing.size === 0) this.#report("recovered", "The API server answers again");
  }

  /** A cause that no failing activity has any more is told anew when it comes back. */
  #forgetSettled(): void {
    const standing = new Set(this.#failing.values());
    for (const cause of this.#told.keys()) {
      if (!standing.has(cause)) this.#told.delete(cause);
    }
  }

  #report(severity: "trouble" | "recovered", message: string): void {
    this.#options.report({ severity, where: this.#options.where, message });
  }
}
