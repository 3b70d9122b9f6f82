/**
 * A backend and a clock that a test holds in its hands.
 *
 * @module
 */
import type { ApplyResult, Op } from "../backend.ts";

/** An operation that has started and waits for the test to end it. */
export interface Call {
  /** The operation. */
  readonly op: Op;
  /** The signal it was given. */
  readonly signal: AbortSignal;
  /** Ends it. */
  readonly end: (result: ApplyResult) => Promise<void>;
}

/** The result of an operation that is done. */
export const OK: ApplyResult = { ok: true };

/** The result of an operation that failed and may be tried again. */
export const AGAIN: ApplyResult = { ok: false, error: "not yet", retry: true };

/** The result of an operation that failed for good. */
export const NEVER: ApplyResult = { ok: false, error: "never", retry: false };

/** An operation with the parts that a test looks at. */
export function op(key: string, verb: string, ...after: string[]): Op {
  return { op: verb, key, after, because: "test" };
}

/** A backend whose operations run until the test ends them. */
export class HeldBackend {
  /** The backend's name. */
  readonly name = "held";
  /** What runs, in order of start. */
  readonly running: Call[] = [];
  /** `verb key` of every start, in order. */
  readonly started: string[] = [];
  readonly #onStart: (op: Op) => void;

  /** Makes the backend; `onStart` is told each start. */
  constructor(onStart: (op: Op) => void = () => {}) {
    this.#onStart = onStart;
  }

  /** Starts an operation. */
  readonly apply = (op: Op, signal: AbortSignal): Promise<ApplyResult> => {
    const { promise, resolve } = Promise.withResolvers<ApplyResult>();
    const call: Call = {
      op,
      signal,
      end: (result) => {
        this.running.splice(this.running.indexOf(call), 1);
        resolve(result);
        return turns();
      },
    };
    this.running.push(call);
    this.started.push(`${op.op} ${op.key}`);
    this.#onStart(op);
    return promise;
  };

  /** Ends the oldest running operation on that key. */
  end(key: string, result: ApplyResult = OK): Promise<void> {
    const call = this.running.find((each) => each.op.key === key);
    if (call === undefined) throw new Error(`Cannot end ${key}: it does not run`);
    return call.end(result);
  }
}

/** A clock with timers that fire when the test moves it. */
export class HeldClock {
  /** The time. */
  time = 1000;
  readonly #timers = new Map<object, { readonly at: number; readonly callback: () => void }>();

  /** The time. */
  readonly now = (): number => this.time;

  /** Sets a timer. */
  readonly setTimer = (callback: () => void, ms: number): () => void => {
    const id = {};
    this.#timers.set(id, { at: this.time + ms, callback });
    return () => void this.#timers.delete(id);
  };

  /** How many timers are set. */
  get size(): number {
    return this.#timers.size;
  }

  /** Moves the clock and fires what is due. */
  async pass(ms: number): Promise<void> {
    this.time += ms;
    for (const [id, timer] of this.#timers) {
      if (timer.at > this.time || !this.#timers.delete(id)) continue;
      timer.callback();
    }
    await turns();
  }
}

/** Lets everything that is ready to go on, go on. */
export async function turns(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
