/**
 * The worker's end of the conversation: carries out, on a data path of its own thread, what the control
 * path asks for.
 *
 * @module
 */
import { unreachable } from "../../../core/mod.ts";
import type { DataPath, Listener } from "../data_path.ts";
import { plainError } from "../platform_error.ts";
import type { Answer, Post, Question, ToWorker } from "./messages.ts";

/** Answers questions. */
export class Host {
  readonly #path: DataPath;
  readonly #post: Post;
  readonly #listeners = new Map<number, Listener>();
  #handled = 0;
  #isClosed = false;

  /** Serves a data path, which it closes when it is told to. */
  constructor(path: DataPath, post: Post) {
    this.#path = path;
    this.#post = post;
  }

  /** How many messages were taken. */
  get handled(): number {
    return this.#handled;
  }

  /** Whether everything was given back. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Takes a message. Rejects if it makes no sense. */
  async take(message: ToWorker): Promise<void> {
    this.#handled++;
    switch (message.type) {
      case "question": {
        const { id, question } = message;
        this.#post({ type: "answer", id, answer: await this.#answer(question) });
        break;
      }
      case "cut":
        this.#listeners.get(message.listener)?.cut();
        break;
      default:
        unreachable(message);
    }
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
