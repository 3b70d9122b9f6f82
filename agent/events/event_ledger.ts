/**
 * Keeps events few: what happens again is folded into a series, and no object has more than so many
 * events in a while. Decides only; sending is somebody else's business.
 *
 * @module
 */
import {
  type EventReport,
  type KubeEvent,
  kubeEvent,
  microTime,
  objectKey,
  type Reporter,
  seriesKey,
} from "./event_report.ts";

/** Something to send. */
export type EventAction =
  | {
    /** A new event. */
    readonly verb: "create";
    /** The event. */
    readonly event: KubeEvent;
  }
  | {
    /** An event that happened again. */
    readonly verb: "update";
    /** The event as it was first. */
    readonly event: KubeEvent;
    /** How often it has happened, and when last. */
    readonly series: { readonly count: number; readonly lastObservedTime: string };
  };

/** What came of a report: something to send, or why nothing is sent now. */
export type Noted = EventAction | { readonly verb: "folded" } | { readonly verb: "limited" };

/** A series that nobody adds to for so long is over. */
const SILENCE_MS = 6 * 60_000;
/** A series that goes on is told again after so long. */
const REMIND_MS = 30 * 60_000;
/** So many events at once, and one more in so long. */
interface Allowance {
  readonly burst: number;
  readonly refillMs: number;
}
const FOR_OBJECT: Allowance = { burst: 10, refillMs: 5 * 60_000 };
/** A node that has none of its addresses must not write an event for each of 10,000 Services. */
const FOR_ALL: Allowance = { burst: 100, refillMs: 6000 };
const ALL = "";
/** So many series at a time. */
const MOST_SERIES = 1000;

interface Series {
  readonly event: KubeEvent;
  count: number;
  lastAt: number;
  toldCount: number;
  toldAt: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** Keeps events few. */
export class EventLedger {
  readonly #reporter: Reporter;
  readonly #series = new Map<string, Series>();
  readonly #buckets = new Map<string, Bucket>();
  #made = 0;

  /** Makes an empty ledger. */
  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  /** Whether anything is left to be swept. */
  get open(): boolean {
    return this.#series.size > 0;
  }

  /** Takes a report in at a time, in milliseconds since 1970. */
  note(report: EventReport, now: number): Noted {
    const key = seriesKey(report);
    const known = this.#series.get(key);
    if (known !== undefined) {
      known.count++;
      known.lastAt = now;
      const tell = known.count === 2 || now - known.toldAt >= REMIND_MS;
      return tell ? this.#update(known, now) : { verb: "folded" };
    }
    if (this.#series.size >= MOST_SERIES || !this.#mayTell(report, now)) {
      return { verb: "limited" };
    }
    const event = kubeEvent(report, this.#reporter, { at: now, serial: this.#made++ });
    this.#series.set(key, { event, count: 1, lastAt: now, toldCount: 1, toldAt: now });
    return { verb: "create", event };
  }

  /** Ends the series that are over; answers with what is still to be told of them. */
  sweep(now: number): readonly EventAction[] {
    const actions: EventAction[] = [];
    for (const [key, series] of this.#series) {
      if (now - series.lastAt < SILENCE_MS) continue;
      this.#series.delete(key);
      if (series.count > series.toldCount) actions.push(this.#update(series, now));
    }
    for (const [key, bucket] of this.#buckets) {
      const { burst, refillMs } = key === ALL ? FOR_ALL : FOR_OBJECT;
      if (now - bucket.at >= burst * refillMs) this.#buckets.delete(key); // it is full again
    }
    return actions;
  }

  #update(series: Series, now: number): EventAction {
    series.toldCount = series.count;
    series.toldAt = now;
    const { event, count, lastAt } = series;
    return { verb: "update", event, series: { count, lastObservedTime: microTime(lastAt) } };
  }

  #mayTell({ regarding }: EventReport, now: number): boolean {
    return this.#takeToken(objectKey(regarding), FOR_OBJECT, now) &&
      this.#takeToken(ALL, FOR_ALL, now);
  }

  #takeToken(key: string, { burst, refillMs }: Allowance, now: number): boolean {
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, bucket.tokens + Math.max(0, now - bucket.at) / refillMs);
    if (tokens < 1) return false;
    this.#buckets.set(key, { tokens: tokens - 1, at: now });
    return true;
  }
}
