/**
 * The worker's end of the conversation: carries out, on a data path of its own thread, what the control
 * path asks for.
 *
 * @module
 */
import { unreachable } from "../../../core/mod.ts";
import type { DataPath, Listener } from "../data_path.ts";
import { plainError } from "../platform_error.ts";
import type { Answer, NumberedAnswer, Order, Post, Question, ToWorker } from "./messages.ts";

/** Answers questions. */
export class Host {
  readonly #path: DataPath;
  readonly #post: Post;
  readonly #between: () => void;
  readonly #listeners = new Map<number, Listener>();
  #answers: NumberedAnswer[] = [];
  #handled = 0;
  #next = Promise.withResolvers<void>();
  #isClosed = false;

  /**
   * Serves a data path, which it closes when it is told to.
   *
   * @param between Is called after each order: traffic need not wait for a whole message of them.
   */
  constructor(path: DataPath, post: Post, between: () => void = () => {}) {
    this.#path = path;
    this.#post = post;
    this.#between = between;
  }

  /** How many messages were seen to. */
  get handled(): number {
    return this.#handled;
  }

  /** Resolves when the next message has been seen to. */
  get next(): Promise<void> {
    return this.#next.promise;
  }

  /** Whether everything was given back. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Sees to a message. Rejects if it makes no sense. */
  async take(message: ToWorker): Promise<void> {
    await Promise.all(message.map((order) => {
      const seenTo = this.#seeTo(order);
      this.#between();
      return seenTo;
    }));
    this.#handled++;
    const next = this.#next;
    this.#next = Promise.withResolvers<void>();
    next.resolve();
  }

  async #seeTo(order: Order): Promise<void> {
    switch (order.type) {
      case "question": {
        const { id, question } = order;
        this.#say({ id, answer: await this.#answer(question) });
        break;
      }
      case "cut":
        this.#listeners.get(order.listener)?.cut();
        break;
      default:
        unreachable(order);
    }
  }

  /** Posts an answer, with those that are ready at the same time. */
  #say(answer: NumberedAnswer): void {
    if (this.#answers.push(answer) > 1) return;
    queueMicrotask(() => {
      this.#post({ type: "answers", answers: this.#answers });
      this.#answers = [];
    });
  }

  async #answer(question: Question): Promise<Answer> {
    try {
      return await this.#carryOut(question);
    } catch (error) {
      return { type: "failed", error: plainError(error) };
    }
  }

  async #carryOut(question: Question): Promise<Answer> {
    switch (question.type) {
      case "open":
        this.#keep(question.listener, await this.#path.open(question.spec));
        return { type: "done" };
      case "update":
        await this.#known(question.listener).update(question.spec);
        return { type: "done" };
      case "stop":
      case "drain":
        await this.#known(question.listener)[question.type]();
        return { type: "done" };
      case "stats":
        return { type: "stats", stats: await this.#path.stats() };
      case "close":
        await this.#path.close();
        this.#isClosed = true;
        return { type: "done" };
      default:
        return unreachable(question);
    }
  }

  #keep(number: number, listener: Listener): void {
    this.#listeners.set(number, listener);
    // Not awaited: live connections may go on for days. It never rejects.
    void listener.ended.then(() => {
      this.#listeners.delete(number);
      this.#post({ type: "ended", listener: number });
    });
  }

  #known(number: number): Listener {
    const listener = this.#listeners.get(number);
    if (listener !== undefined) return listener;
    throw new Error(`Cannot find listener number ${number}: it was not opened here, or has ended`);
  }
}
