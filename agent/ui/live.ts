/**
 * Tells all readers what changed, at most once a second and never for more than a small share of the
 * time; while nobody reads, it costs nothing.
 *
 * @module
 */
import type { UserspaceStats } from "../../backends/mod.ts";
import type { Logger, NodeView, ServiceView } from "../../core/mod.ts";
import type { Timers } from "../timers.ts";
import { type Journal, NOTHING_TOLD, type Told } from "./journal.ts";
import { trafficChanges, type TrafficTable, trafficTable } from "./traffic.ts";
import { eventText, UpdateStream } from "./update_stream.ts";
import type { Overview, ServiceRow, Update } from "./wire.ts";

/** What is told of. */
export interface LiveOptions {
  /** The node's view as it is now. */
  readonly view: () => NodeView;
  /** Asks the listeners; `null` where there are none. */
  readonly stats: () => Promise<UserspaceStats | null>;
  /** How everything is, given what the listeners have counted. */
  readonly overview: (stats: UserspaceStats | null) => Overview;
  /** A service as a row. */
  readonly row: (service: ServiceView) => ServiceRow;
  /** What happened lately. */
  readonly journal: Journal;
  /** Where to write what fails. */
  readonly log: Logger;
  /** The clock. */
  readonly timers: Timers;
}

/** How many may read at a time. */
export const MOST_READERS = 16;

/** The least time between two updates, in milliseconds. */
export const UPDATE_MS = 1000;

/** After an update there is rest for this many times as long as it took. */
const REST = 10;

/** How many rows there are in one of the first updates. */
const ROWS_AT_ONCE = 250;

/** Tells all readers what changed. */
export class Live {
  readonly #options: LiveOptions;
  readonly #readers = new Set<UpdateStream>();
  readonly #encoder = new TextEncoder();
  #view: NodeView;
  #traffic: TrafficTable = new Map();
  #stats: UserspaceStats | null = null;
  #overview: Overview | null = null;
  #told: Told = NOTHING_TOLD;
  #cancel: (() => void) | null = null;
  #updating: Promise<void> = Promise.resolve();
  #closed = false;

  /** Begins to tell of this. */
  constructor(options: LiveOptions) {
    this.#options = options;
    this.#view = options.view();
  }

  /** How many read now. */
  get readers(): number {
    return this.#readers.size;
  }

  /** The counts as they were last told, or as they are now if nobody reads. */
  async stats(): Promise<UserspaceStats | null> {
    return this.#readers.size > 0 && this.#stats !== null
      ? this.#stats
      : await this.#options.stats();
  }

  /** Begins to tell one more reader; `null` if there are too many. */
  async join(): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | null> {
    if (this.#closed || this.#readers.size >= MOST_READERS) return null;
    if (this.#readers.size === 0) await this.#update(); // what was told last is old
    else await this.#updating;
    if (this.#closed || this.#readers.size >= MOST_READERS) return null;
    const reader: UpdateStream = new UpdateStream(
      this.#everything(),
      () => this.#readers.delete(reader),
    );
    this.#readers.add(reader);
    this.#cancel ??= this.#options.timers.after(UPDATE_MS, () => this.#tick());
    return reader.body;
  }

  /** Ends all readers. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    for (const reader of this.#readers) reader.end();
    await this.#updating;
  }

  #tick(): void {
    this.#cancel = null;
    if (this.#closed || this.#readers.size === 0) return;
    const { timers, log } = this.#options;
    const startedAt = timers.now();
    const update = this.#update();
    // Not awaited: a tick is nobody's; what fails is told, and tried again.
    void update.catch((err) => log.error("Cannot tell the status page what changed", { err }))
      .then(() => {
        if (this.#closed || this.#readers.size === 0) return;
        const wait = Math.max(UPDATE_MS, REST * (timers.now() - startedAt));
        this.#cancel ??= timers.after(wait, () => this.#tick());
      });
  }

  /** One at a time, so that what readers are told follows on what they were told before. */
  #update(): Promise<void> {
    const update = this.#updating.then(() => this.#tell());
    this.#updating = update.catch(() => {}); // told to who asked for it; the next must not suffer
    return update;
  }

  /** Nobody may come in between what is remembered as told and the telling: no await after asking. */
  async #tell(): Promise<void> {
    const { journal, overview, row } = this.#options;
    const stats = await this.#options.stats();
    const traffic: TrafficTable = stats === null ? new Map() : trafficTable(stats);
    const view = this.#options.view();
    const changes = this.#readers.size === 0 ? [] : view.services.changesSince(this.#view.services);
    const told = journal.told();
    const now = overview(stats);
    const update: Update = {
      overview: now,
      rows: changes.flatMap(({ after }) => after === undefined ? [] : [row(after)]),
      gone: changes.flatMap(({ key, after }) => after === undefined ? [key] : []),
      counts: trafficChanges(this.#traffic, traffic),
      ...journal.between(this.#told, told),
    };
    this.#view = view;
    this.#traffic = traffic;
    this.#stats = stats;
    this.#overview = now;
    this.#told = told;
    if (this.#readers.size === 0) return;
    const chunk = this.#encoder.encode(eventText(update)); // once for all
    for (const reader of this.#readers) reader.tell(chunk);
  }

  /** All that was told so far, for one who comes now: rows are made as fast as they are read. */
  #everything(): Iterable<Update> {
    const overview = this.#overview; // of the same moment as the counts, so that rates are right
    const first: Update = {
      reset: true,
      ...overview === null ? {} : { overview },
      ...this.#options.journal.between(NOTHING_TOLD, this.#told),
    };
    const last: Update = { counts: [...this.#traffic.values()], complete: true };
    const rows = this.#view.services.values().map(this.#options.row);
    return everything(first, rows, last);
  }
}

function* everything(
  first: Update,
  all: Iterable<ServiceRow>,
  last: Update,
): Generator<Update> {
  yield first;
  let rows: ServiceRow[] = [];
  for (const row of all) {
    rows.push(row);
    if (rows.length < ROWS_AT_ONCE) continue;
    yield { rows };
    rows = [];
  }
  yield { ...last, rows };
}
