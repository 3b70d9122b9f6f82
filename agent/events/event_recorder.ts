/**
 * Sends Kubernetes Events, one after the other, without ever making anybody wait. What cannot be sent
 * is tried a few times, then counted and forgotten: an event is a courtesy.
 *
 * @module
 */
import type { Logger } from "../../core/mod.ts";
import { type KubeWriter, patchEventSeries, postEvent } from "../../proto/mod.ts";
import { type Timers, waitAtMost } from "../timers.ts";
import { type EventAction, EventLedger } from "./event_ledger.ts";
import type { EventReport, Reporter } from "./event_report.ts";

/** Takes what a user must see. */
export interface EventRecorder {
  /** Takes a report; returns at once and never throws. */
  record(report: EventReport): void;
  /** Tries at once what waits for another try, because there is a connection now, say. */
  wake(): void;
  /** Resolves when nothing waits to be sent. */
  idle(): Promise<void>;
  /** Sends nothing more. */
  stop(): Promise<void>;
}

/** What came of an event. */
export type EventOutcome = "sent" | "failed" | "limited" | "folded";

/** What the sending of events needs. */
export interface EventRecorderOptions {
  /** The way to the API server, `null` while there is none. */
  readonly writer: () => KubeWriter | null;
  /** Who reports. */
  readonly reporter: Reporter;
  /** The time of day, in milliseconds since 1970. */
  readonly now: () => number;
  /** The clock. */
  readonly timers: Timers;
  /** Where failures go, at verbosity 2. */
  readonly log: Logger;
  /** Is told what came of each. */
  readonly onOutcome: (outcome: EventOutcome) => void;
}

/** Where events go that nobody can be told: from a file there is no cluster behind. */
export const NO_EVENTS: EventRecorder = {
  record() {},
  wake() {},
  idle: () => Promise.resolve(),
  stop: () => Promise.resolve(),
};

/** More than this do not wait to be sent; the oldest gives way. */
const LONGEST_QUEUE = 100;
/** As kube-proxy: so many tries, so far apart. */
const TRIES = 12;
const RETRY_MS = 10_000;
/** A try that takes longer is given up. */
const PATIENCE_MS = 10_000;
const SWEEP_MS = 60_000;

/** Starts the sending of events. */
export function startEvents(options: EventRecorderOptions): EventRecorder {
  return new Recorder(options);
}

class Recorder implements EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #ledger: EventLedger;
  readonly #stopped = new AbortController();
  #queue: EventAction[] = [];
  #sending: Promise<void> | null = null;
  #cancelSweep: (() => void) | null = null;
  #woken = Promise.withResolvers<void>();

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#ledger = new EventLedger(options.reporter);
  }

  record(report: EventReport): void {
    if (this.#stopped.signal.aborted) return;
    const { now, onOutcome } = this.#options;
    const noted = this.#ledger.note(report, now());
    if (noted.verb === "folded" || noted.verb === "limited") onOutcome(noted.verb);
    else this.#enqueue(noted);
    this.#sweepLater();
  }

  wake(): void {
    this.#woken.resolve();
    this.#woken = Promise.withResolvers();
  }

  async idle(): Promise<void> {
    await this.#sending;
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#queue = [];
    this.#cancelSweep?.();
    this.#cancelSweep = null;
    await this.#sending;
  }

  #enqueue(action: EventAction): void {
    if (this.#queue.length >= LONGEST_QUEUE) {
      this.#queue.shift();
      this.#options.onOutcome("failed");
    }
    this.#queue.push(action);
    this.#sending ??= this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        const sent = await this.#send(next);
        if (!this.#stopped.signal.aborted) this.#options.onOutcome(sent ? "sent" : "failed");
      }
    } finally {
      // In the turn that found nothing more to send: what comes later begins anew.
      this.#sending = null;
    }
  }

  async #send(action: EventAction): Promise<boolean> {
    const { timers, log } = this.#options;
    const { signal } = this.#stopped;
    for (let tried = 1; !signal.aborted; tried++) {
      const end = await this.#try(action);
      if (end === null) return true;
      if (signal.aborted) break;
      const again = end.again && tried < TRIES;
      const { name, namespace } = action.event.metadata;
      const fields = { err: end.error, event: `${namespace}/${name}`, tried, again };
      log.v(2)?.info("Cannot send an event", fields);
      if (!again) return false;
      await waitAtMost(RETRY_MS, timers, signal, this.#woken.promise);
    }
    return false;
  }

  /** One try. `null` if it is sent, else why not and whether another try may help. */
  async #try(
    action: EventAction,
  ): Promise<{ readonly error: unknown; readonly again: boolean } | null> {
    const writer = this.#options.writer();
    if (writer === null) return { error: new Error("there is no connection yet"), again: true };
    const tooLong = new AbortController();
    const cancel = this.#options.timers.after(PATIENCE_MS, () => tooLong.abort());
    const signal = AbortSignal.any([this.#stopped.signal, tooLong.signal]);
    try {
      if (action.verb === "create") await postEvent(writer, action.event, signal);
      else await this.#update(writer, action, signal);
      return null;
    } catch (error) {
      return { error, again: !isRefusal(error) };
    } finally {
      cancel();
    }
  }

  /** The server forgets events after an hour; one that goes on longer is then made anew. */
  async #update(
    writer: KubeWriter,
    { event, series }: EventAction & { readonly verb: "update" },
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await patchEventSeries(writer, event, series, signal);
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      await postEvent(writer, event, signal);
    }
  }

  #sweepLater(): void {
    if (this.#cancelSweep !== null || !this.#ledger.open) return;
    this.#cancelSweep = this.#options.timers.after(SWEEP_MS, () => {
      this.#cancelSweep = null;
      for (const action of this.#ledger.sweep(this.#options.now())) this.#enqueue(action);
      this.#sweepLater();
    });
  }
}

/**
 * Whether the server answered, and would answer the same again. Credentials that are refused may be
 * rotated by the next try: each request asks for newer ones, as those of the watches do.
 */
function isRefusal(error: unknown): boolean {
  const status = statusOf(error);
  return status >= 400 && status < 500 && ![401, 429].includes(status);
}

function statusOf(error: unknown): number {
  return error instanceof Error && "status" in error && typeof error.status === "number"
    ? error.status
    : 0;
}
