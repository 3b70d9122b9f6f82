/**
 * Carries planned operations out: in order for each key, after what they name, at most so many at a
 * time, and again after a failure. One failure never stops the others.
 *
 * @module
 */
import PQueue from "p-queue";
import { type Logger, SILENT } from "../../core/mod.ts";
import type { ApplyResult, Backend, Op } from "../backend.ts";
import { backoff } from "./backoff.ts";
import { Schedule, type Task } from "./schedule.ts";
import { emptyTally, type ReconcilerStatus, statusOf, type Tally } from "./status.ts";

/** What a reconciler is made of. */
export interface ReconcilerOptions<O extends Op> {
  /** Who carries the operations out. */
  readonly backend: Pick<Backend<O, unknown>, "name" | "apply">;
  /**
   * How many operations may run at a time.
   *
   * @default {16}
   */
  readonly concurrency?: number;
  /** Where to write what fails, what recovers, and with `-v 4` every operation. */
  readonly log?: Logger;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
  /** Gives a number from 0 up to 1, for the spread of retries. */
  readonly random?: () => number;
  /** How long to wait after so many failures in a row, in milliseconds. */
  readonly backoff?: (failures: number, random: number) => number;
  /** Calls back after so many milliseconds; the answer cancels it. */
  readonly setTimer?: (callback: () => void, ms: number) => () => void;
  /** Is told each result, with the time it took in milliseconds. */
  readonly onResult?: (op: O, result: ApplyResult, tookMs: number) => void;
}

/** Carries planned operations out. */
export interface Reconciler<O extends Op> {
  /** Takes the operations of one plan, in their order. Returns at once. */
  submit(ops: readonly O[]): void;
  /**
   * Takes the operations of a plan that was made anew from what is there, and so is complete: what of
   * earlier plans has not started and is not in it is dropped. Returns at once.
   *
   * @param covers The keys that the plan answers for, where it does not for all.
   */
  replace(ops: readonly O[], covers?: (key: string) => boolean): void;
  /**
   * Resolves when each operation given so far is done, superseded, or waits for a retry (its own or
   * that of one it comes after).
   */
  settled(): Promise<void>;
  /** Resolves when nothing runs and nothing will run by itself: no retry is due any more. */
  idle(): Promise<void>;
  /** Where everything stands, as plain data. */
  status(): ReconcilerStatus;
  /**
   * Drops what waits and resolves when nothing runs any more. When the signal aborts, what runs is
   * told so; an `apply` that does not listen is still waited for.
   */
  close(signal: AbortSignal): Promise<void>;
}

/** Makes a reconciler for one backend. */
export function reconciler<O extends Op>(options: ReconcilerOptions<O>): Reconciler<O> {
  return new OpReconciler(options);
}

class OpReconciler<O extends Op> implements Reconciler<O> {
  readonly #options: Required<ReconcilerOptions<O>>;
  readonly #schedule = new Schedule<O>();
  readonly #queue: PQueue;
  readonly #retries = new Map<Task<O>, () => void>();
  readonly #abort = new AbortController();
  readonly #tally: Tally = emptyTally();
  #idleWaiters: (() => void)[] = [];
  #closed = false;

  constructor(options: ReconcilerOptions<O>) {
    this.#options = {
      concurrency: 16,
      log: SILENT,
      now: Date.now,
      random: Math.random,
      backoff,
      setTimer: setPlatformTimer,
      onResult: () => {},
      ...options,
    };
    this.#queue = new PQueue({ concurrency: this.#options.concurrency });
  }

  submit(ops: readonly O[]): void {
    if (this.#closed) {
      throw new TypeError(
        `Cannot submit ${ops.length} operations: the reconciler of ${this.#options.backend.name} is closed`,
      );
    }
    for (const op of ops) {
      const { superseded } = this.#schedule.offer(op);
      if (superseded !== null) {
        this.#cancelRetry(superseded);
        this.#tally.count(superseded.op.op, "superseded");
      }
    }
    this.#advance();
  }

  replace(ops: readonly O[], covers: (key: string) => boolean = () => true): void {
    const planned = new Set(ops.map(({ key }) => key));
    for (const task of this.#schedule.drop((key) => covers(key) && !planned.has(key))) {
      this.#cancelRetry(task);
      this.#tally.count(task.op.op, "superseded");
    }
    this.submit(ops);
  }

  settled(): Promise<void> {
    return this.#schedule.settled();
  }

  idle(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idleWaiters.push(resolve);
    this.#advance();
    return promise;
  }

  status(): ReconcilerStatus {
    return statusOf(this.#schedule.tasks(), this.#tally);
  }

  async close(signal: AbortSignal): Promise<void> {
    this.#closed = true;
    this.#queue.clear();
    for (const cancel of this.#retries.values()) cancel();
    this.#retries.clear();
    this.#schedule.clear();
    const abort = () => this.#abort.abort(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    await this.idle();
    signal.removeEventListener("abort", abort);
  }

  /** Hands what may run to the queue, and tells those who wait for the end. */
  #advance(): void {
    for (const task of this.#schedule.takeReady()) {
      // Not awaited: #run never rejects, and what clear() drops is dropped on purpose.
      void this.#queue.add(() => this.#run(task));
    }
    if (this.#schedule.active > 0 || this.#retries.size > 0) return;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  async #run(task: Task<O>): Promise<void> {
    if (task.state !== "ready") return; // superseded while it stood in the queue
    this.#schedule.start(task);
    const startedAt = this.#options.now();
    const result = await this.#apply(task.op);
    const endedAt = this.#options.now();
    if (result.ok) this.#succeeded(task, endedAt, endedAt - startedAt);
    else this.#failed(task, result, endedAt);
    this.#report(task.op, result, endedAt - startedAt);
    this.#advance();
  }

  async #apply(op: O): Promise<ApplyResult> {
    try {
      return await this.#options.backend.apply(op, this.#abort.signal);
    } catch (cause) {
      const name = this.#options.backend.name;
      return {
        ok: false,
        error: `Cannot ${op.op} ${op.key}: backend ${name} threw ${quote(cause)}, ` +
          `where it should have answered with a result`,
        retry: true,
      };
    }
  }

  #succeeded(task: Task<O>, at: number, tookMs: number): void {
    const { log } = this.#options;
    const { op, key, because } = task.op;
    this.#tally.count(op, "succeeded");
    this.#tally.lastSuccessAt = at;
    log.v(4)?.info("Carried out", { op, key, because, ms: tookMs });
    if (task.attempts > 1) {
      log.info("An operation that had failed is done", { op, key, attempts: task.attempts });
    }
    this.#schedule.finish(task);
  }

  #failed(task: Task<O>, result: ApplyResult & { readonly ok: false }, at: number): void {
    const { log } = this.#options;
    const { op, key } = task.op;
    const { error, retry } = result;
    this.#tally.count(op, "failed");
    this.#tally.lastError = { op, key, error, at };
    // The same failure again and again is worth one line, until it changes.
    const told = task.error === error;
    if (this.#closed) {
      log.v(2)?.info(error, { op, key, attempts: task.attempts });
      this.#schedule.finish(task);
      return;
    }
    this.#schedule.fail(task, error, retry);
    if (task.state === "retrying") this.#retryLater(task, at);
    const fields = { op, key, attempts: task.attempts, ...nextStep(task, at) };
    if (told) log.v(2)?.info(error, fields);
    else log.warn(error, fields);
  }

  #retryLater(task: Task<O>, at: number): void {
    const { backoff, random, setTimer } = this.#options;
    const ms = backoff(task.attempts, random());
    task.nextAt = at + ms;
    const cancel = setTimer(() => {
      this.#retries.delete(task);
      this.#schedule.retry(task);
      this.#advance();
    }, ms);
    this.#retries.set(task, cancel);
  }

  #cancelRetry(task: Task<O>): void {
    this.#retries.get(task)?.();
    this.#retries.delete(task);
  }

  #report(op: O, result: ApplyResult, tookMs: number): void {
    try {
      this.#options.onResult(op, result, tookMs);
    } catch (cause) {
      this.#options.log.error(
        `Cannot report the result of ${op.op} ${op.key}: onResult threw ${quote(cause)}`,
      );
    }
  }
}

function nextStep<O extends Op>(task: Task<O>, at: number): Record<string, unknown> {
  switch (task.state) {
    case "retrying":
      return { retryInMs: Math.round(task.nextAt - at) };
    case "failed":
      return { retry: false };
    default:
      return { superseded: true };
  }
}

function setPlatformTimer(callback: () => void, ms: number): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}

function quote(thrown: unknown): string {
  return `"${thrown instanceof Error ? thrown.message : String(thrown)}"`;
}
