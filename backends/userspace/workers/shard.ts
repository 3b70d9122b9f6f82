/**
 * One share of the listeners, and the worker that has them. A worker that dies is replaced after a
 * rest, and its listeners are opened again.
 *
 * @module
 */
import type { Logger } from "../../../core/mod.ts";
import { backoff } from "../../reconcile/mod.ts";
import { sleep } from "../sleep.ts";
import type { ConnectionEvent, DataPathStats, WorkerStats } from "../data_path.ts";
import { messageOf } from "../sockets.ts";
import type { ListenerSpec } from "../spec.ts";
import { Link, type Ready, WorkerGone } from "./link.ts";
import type { Answer, DataPathChoice, Question, WorkerSettings } from "./messages.ts";
import { RemoteListener } from "./remote_listener.ts";

/** What a shard needs. */
export interface ShardOptions {
  /** How its worker is set up. */
  readonly settings: WorkerSettings;
  /** Starts a worker. */
  readonly spawn: () => Worker;
  /** Where to write what happens. */
  readonly log: Logger;
  /** Is told what happens to connections. */
  readonly onConnection: (event: ConnectionEvent) => void;
  /** Is told which data path a worker has taken. */
  readonly onReady: (worker: number, ready: Ready) => void;
  /** Gives a number from 0 up to 1. */
  readonly random: () => number;
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
}

/** A worker that has lived for so long, in milliseconds, does not die of the same as the one before. */
const LONG_LIFE_MS = 60_000;

const STARTING: Ready = { dataPath: "deno", why: "" };

/** One worker and its successors. */
export class Shard {
  /** Its number. */
  readonly number: number;
  readonly #options: ShardOptions;
  readonly #listeners = new Map<number, RemoteListener>();
  readonly #closed = new AbortController();
  #choice: DataPathChoice;
  #numbers = 0;
  /** The worker that is up, or the next one; `null`: nobody needed one yet, or none would start. */
  #next: Promise<Link> | null = null;
  #up: Link | null = null;
  #ready: Ready = STARTING;
  #restarts = 0;
  #failures = 0;
  #upSince = 0;

  /** Prepares; the worker starts with the first listener. */
  constructor(number: number, options: ShardOptions) {
    this.number = number;
    this.#options = options;
    this.#choice = options.settings.dataPath;
  }

  /** The data path at work; `none` while there is no worker. */
  get dataPath(): WorkerStats["dataPath"] {
    return this.#up === null ? "none" : this.#ready.dataPath;
  }

  /** Whether somebody has had a use for it. */
  get isNeeded(): boolean {
    return this.#next !== null;
  }

  /** Opens a listener. Rejects with the platform's error if it cannot be bound. */
  async open(spec: ListenerSpec): Promise<RemoteListener> {
    const listener = new RemoteListener(++this.#numbers, spec, this);
    await this.ask({ type: "open", listener: listener.number, spec });
    listener.isThere = true;
    this.#listeners.set(listener.number, listener);
    return listener;
  }

  /** Asks the worker, as soon as there is one. */
  async ask(question: Question): Promise<Answer> {
    const link = await (this.#next ??= this.#first());
    return await link.ask(question);
  }

  /** Closes the live connections of a listener. */
  cut(listener: number): void {
    this.#up?.cut(listener);
  }

  /** How its listeners are; `null` while there is no worker. */
  async stats(): Promise<DataPathStats | null> {
    if (this.#up === null) return null;
    try {
      const answer = await this.#up.ask({ type: "stats" });
      return answer.type === "stats" ? answer.stats : null;
    } catch (error) {
      if (error instanceof WorkerGone) return null;
      throw error;
    }
  }

  /** How the worker is. */
  workerStats(): WorkerStats {
    return {
      worker: this.number,
      dataPath: this.dataPath,
      why: this.#ready.why,
      restarts: this.#restarts,
      listeners: this.#listeners.size,
    };
  }

  /** Ends the worker, and one that is just starting. */
  async close(): Promise<void> {
    this.#closed.abort();
    this.#up = null;
    const link = await this.#next?.catch(() => null); // one that did not start needs no end
    await link?.close();
  }

  /** Starts the first worker. One that would not start is tried again when it is needed again. */
  async #first(): Promise<Link> {
    try {
      return await this.#start();
    } catch (error) {
      this.#next = null;
      throw error;
    }
  }

  async #start(): Promise<Link> {
    const { settings, onReady, now } = this.#options;
    const link: Link = new Link({
      ...this.#options,
      worker: this.number,
      settings: { ...settings, dataPath: this.#choice },
      onEnded: (listener) => this.#over(listener),
      onGone: (error) => this.#gone(link, error),
    });
    this.#ready = await link.ready;
    if (this.#closed.signal.aborted) return link;
    this.#up = link;
    this.#upSince = now();
    onReady(this.number, this.#ready);
    return link;
  }

  #over(number: number): void {
    this.#listeners.get(number)?.over();
    this.#listeners.delete(number);
  }

  /** A worker has died; if it was up, another one takes its place. */
  #gone(link: Link, error: WorkerGone): void {
    const { log, now } = this.#options;
    if (link !== this.#up) return; // it never was up: whoever started it is told
    this.#up = null;
    this.#restarts++;
    this.#failures = now() - this.#upSince < LONG_LIFE_MS ? this.#failures + 1 : 1;
    if (error.native && this.#choice === "auto") this.#choice = "deno";
    log.error(`${error.message}; another takes its place`, { dataPath: this.#choice });
    for (const [number, listener] of this.#listeners) {
      listener.isThere = false;
      if (!listener.isOpen) this.#over(number); // its connections are gone with the worker
    }
    this.#next = this.#restart();
    this.#next.catch(() => {}); // it only ends so when the shard is closed
  }

  async #restart(): Promise<Link> {
    const { random, log } = this.#options;
    const { signal } = this.#closed;
    for (;;) {
      await sleep(backoff(this.#failures, random()), signal);
      if (signal.aborted) throw new WorkerGone(this.number, "the data path was closed", false);
      try {
        const link = await this.#start();
        // Not awaited: each listener that is open again serves at once, whatever the others do.
        for (const listener of this.#listeners.values()) void this.#reopen(link, listener);
        return link;
      } catch (error) {
        this.#failures++;
        log.error(`Cannot replace worker ${this.number}: ${messageOf(error)}; trying again`);
      }
    }
  }

  /** Opens a listener in a new worker, until it is done or somebody else has seen to it. */
  async #reopen(link: Link, listener: RemoteListener): Promise<void> {
    const { random, log } = this.#options;
    for (let failures = 1; this.#up === link && listener.isOpen && !listener.isThere; failures++) {
      const { number, spec } = listener;
      try {
        await link.ask({ type: "open", listener: number, spec });
        listener.isThere = true;
        // It was stopped in the meantime.
        if (!listener.isOpen) await link.ask({ type: "stop", listener: number });
      } catch (error) {
        if (error instanceof WorkerGone) return;
        log.error(`Cannot open ${spec.key} again: ${messageOf(error)}; trying again`, {
          service: spec.servicePort,
        });
        await sleep(backoff(failures, random()), this.#closed.signal);
      }
    }
  }
}
