/**
 * The control path's end of the conversation with one worker, from its start to its end.
 *
 * @module
 */
import { type Logger, unreachable } from "../../../core/mod.ts";
import type { ConnectionEvent } from "../data_path.ts";
import { openWaker, type Waker } from "../native/mod.ts";
import { revivedError } from "../platform_error.ts";
import { messageOf } from "../sockets.ts";
import type { Answer, FromWorker, Order, Question, ToWorker, WorkerSettings } from "./messages.ts";
import { writeLine } from "./remote_log.ts";

/** A worker that is no more: what it was asked has not been done, or was undone by its end. */
export class WorkerGone extends Error {
  /** The class's name. */
  override readonly name = "WorkerGone";
  /** Whether it was the native data path that failed. */
  readonly native: boolean;

  /** Says which worker it was and why it ended. */
  constructor(worker: number, why: string, native: boolean) {
    super(`Worker ${worker} of the data path has ended: ${why}`);
    this.native = native;
  }
}

/** What a link needs. */
export interface LinkOptions {
  /** The number of the worker, for messages. */
  readonly worker: number;
  /** How it is set up. */
  readonly settings: WorkerSettings;
  /** Starts the worker. */
  readonly spawn: () => Worker;
  /** Where its log lines go. */
  readonly log: Logger;
  /** Is told what happens to connections. */
  readonly onConnection: (event: ConnectionEvent) => void;
  /** Is told that a listener has come to its end. */
  readonly onEnded: (listener: number) => void;
  /** Is told, once, that the worker has ended without having been told to. */
  readonly onGone: (error: WorkerGone) => void;
}

/** What a worker says when it takes questions. */
export type Ready = Pick<FromWorker & { readonly type: "ready" }, "dataPath" | "why">;

/**
 * How many orders one message carries. A message costs both threads more than what most orders ask for,
 * but between two of them the worker sees to the traffic.
 */
const MOST_ORDERS = 32;

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** Starts a worker. In a compiled program the file must be included by name. */
export function spawnWorker(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
}

/** One worker. */
export class Link {
  readonly #options: LinkOptions;
  readonly #worker: Worker;
  readonly #posted = new Int32Array(new SharedArrayBuffer(4));
  readonly #pending = new Map<number, Pending>();
  readonly #ready = Promise.withResolvers<Ready>();
  /** What is to be posted as soon as whoever runs now has said all that it has to say. */
  #orders: Order[] = [];
  #waker: Waker | null = null;
  #questions = 0;
  #isOver = false;

  /** Starts the worker. */
  constructor(options: LinkOptions) {
    const { spawn, settings } = options;
    this.#options = options;
    this.#worker = spawn();
    this.#worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
      if (!this.#isOver) this.#take(data);
    });
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault(); // or it would end this thread, too
      this.#gone(event.message, false);
    });
    this.#worker.addEventListener("messageerror", () => {
      this.#gone("a message of it could not be read", false);
    });
    this.#ready.promise.catch(() => {}); // who waits for it is told; nobody may be waiting
    this.#worker.postMessage({ type: "start", settings, posted: this.#posted.buffer });
  }

  /** Resolves when the worker takes questions. Rejects with {@linkcode WorkerGone}. */
  get ready(): Promise<Ready> {
    return this.#ready.promise;
  }

  /** Asks; rejects with what the platform said, or with {@linkcode WorkerGone}. */
  async ask(question: Question): Promise<Answer> {
    if (this.#isOver) throw new WorkerGone(this.#options.worker, "it was closed", false);
    const id = ++this.#questions;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#pending.set(id, { resolve, reject });
    this.#order({ type: "question", id, question });
    const answer = await promise;
    if (answer.type === "failed") throw revivedError(answer.error);
    return answer;
  }

  /** Closes the live connections of a listener. */
  cut(listener: number): void {
    if (!this.#isOver) this.#order({ type: "cut", listener });
  }

  /** Lets the worker give everything back, and ends it. */
  async close(): Promise<void> {
    if (this.#isOver) return;
    try {
      await this.ask({ type: "close" });
    } catch (error) {
      if (!(error instanceof WorkerGone)) throw error; // one that is gone has closed everything
    } finally {
      this.#end(new WorkerGone(this.#options.worker, "it was closed", false));
    }
  }

  #order(order: Order): void {
    if (this.#orders.push(order) === 1) queueMicrotask(() => this.#postOrders());
  }

  #postOrders(): void {
    if (this.#isOver) return;
    const orders = this.#orders;
    this.#orders = [];
    for (let i = 0; i < orders.length; i += MOST_ORDERS) {
      this.#post(orders.slice(i, i + MOST_ORDERS));
    }
  }

  #post(message: ToWorker): void {
    // Counted before the wake-up, so that whoever it finds awake knows of the message; but not before
    // it is there, or traffic would wait for this thread to be done with writing it.
    this.#worker.postMessage(message);
    Atomics.add(this.#posted, 0, 1);
    this.#waker?.wake();
  }

  #take(message: FromWorker): void {
    const { log, onConnection, onEnded } = this.#options;
    switch (message.type) {
      case "ready":
        this.#isReady(message);
        break;
      case "fault":
        this.#gone(message.why, message.native);
        break;
      case "answers":
        for (const { id, answer } of message.answers) {
          this.#pending.get(id)?.resolve(answer);
          this.#pending.delete(id);
        }
        break;
      case "ended":
        onEnded(message.listener);
        break;
      case "connection":
        onConnection(message.event);
        break;
      case "log":
        writeLine(log, message);
        break;
      default:
        unreachable(message);
    }
  }

  #isReady({ dataPath, why, wake }: FromWorker & { readonly type: "ready" }): void {
    try {
      if (wake !== null) this.#waker = openWaker(wake);
      this.#ready.resolve({ dataPath, why });
    } catch (error) {
      this.#gone(messageOf(error), true);
    }
  }

  #gone(why: string, native: boolean): void {
    if (this.#isOver) return;
    const error = new WorkerGone(this.#options.worker, why, native);
    this.#end(error);
    this.#options.onGone(error);
  }

  #end(error: WorkerGone): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#worker.terminate();
    this.#waker?.[Symbol.dispose]();
    this.#ready.reject(error);
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}
