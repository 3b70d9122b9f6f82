/**
 * What happened lately: syncs, operations, reports of the source. It listens, and remembers a bounded
 * number of each.
 *
 * @module
 */
import type { ApplyResult, Op } from "../../backends/mod.ts";
import type { SourceReport } from "../../proto/mod.ts";
import { Recent } from "./recent.ts";
import { type OpPoint, REMEMBERED, type ReportPoint, type SyncPoint, type Update } from "./wire.ts";

/** How far somebody has been told. */
export interface Told {
  /** How many syncs. */
  readonly syncs: number;
  /** How many operations. */
  readonly ops: number;
  /** How many reports. */
  readonly reports: number;
}

/** Nothing was told. */
export const NOTHING_TOLD: Told = { syncs: 0, ops: 0, reports: 0 };

/** What happened lately. */
export class Journal {
  readonly #now: () => number;
  readonly #syncs = new Recent<SyncPoint>(REMEMBERED.syncs);
  readonly #ops = new Recent<OpPoint>(REMEMBERED.ops);
  readonly #reports = new Recent<ReportPoint>(REMEMBERED.reports);

  /** Begins an empty journal. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A sync is done. */
  synced(sync: Omit<SyncPoint, "at">): void {
    this.#syncs.push({ at: this.#now(), ...sync });
  }

  /** An operation was tried. */
  tried({ op, key, because }: Op, result: ApplyResult, tookMs: number): void {
    const error = result.ok ? "" : result.error;
    this.#ops.push({ at: this.#now(), op, key, because, error, tookMs });
  }

  /** The source has reported something. */
  reported({ severity, where, message }: SourceReport): void {
    this.#reports.push({ at: this.#now(), severity, where, message });
  }

  /** How far this has come. */
  told(): Told {
    return {
      syncs: this.#syncs.count,
      ops: this.#ops.count,
      reports: this.#reports.count,
    };
  }

  /** What came between so much and so much, as far as it is remembered. */
  between(from: Told, to: Told): Pick<Update, "syncs" | "ops" | "reports"> {
    return {
      syncs: this.#syncs.between(from.syncs, to.syncs),
      ops: this.#ops.between(from.ops, to.ops),
      reports: this.#reports.between(from.reports, to.reports),
    };
  }
}
