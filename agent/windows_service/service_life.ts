/**
 * The life of a service, from its start to its end: what the service control manager is told when,
 * and what its controls do. A program that runs as a service sees only signals that ask it to end.
 *
 * @module
 */
import type { StopSignal } from "../io.ts";
import type { Timers } from "../timers.ts";
import { CONTROLS, type ServiceReport } from "./service_status.ts";

/** How often Windows gets a sign of life while the service starts or stops. */
const SIGN_OF_LIFE_MS = 2_000;
/** How long Windows may wait for the next sign of life. */
const WAIT_HINT_MS = 10_000;
/** At a shutdown Windows leaves five seconds for everything; so long live connections may go on. */
export const SHUTDOWN_DRAIN_MS = 2_500;
/** How long a program that is asked to end before it could listen may take to end. */
export const DEAF_MS = 5_000;

const NO_ERROR = 0;
const ERROR_CALL_NOT_IMPLEMENTED = 120;

/** What the life of a service needs. */
export interface ServiceLifeOptions {
  /** Tells the service control manager. */
  readonly report: (report: ServiceReport) => void;
  /** The clock. */
  readonly timers: Timers;
}

/** The life of a service. It begins as `start-pending`. */
export class ServiceLife {
  readonly #options: ServiceLifeOptions;
  readonly #listeners = new Set<(signal: StopSignal) => void>();
  readonly #deaf = Promise.withResolvers<void>();
  #now: ServiceReport = {
    state: "start-pending",
    accepts: true,
    checkpoint: 1,
    waitHintMs: WAIT_HINT_MS,
    exitCode: 0,
  };
  /** Signals that came before anybody listened. */
  #waiting: StopSignal[] = [];
  readonly #alarms = new Set<() => void>();

  /** Tells at once that the service starts. */
  constructor(options: ServiceLifeOptions) {
    this.#options = options;
    options.report(this.#now);
    this.#giveSigns();
  }

  /** Resolves when a program that was asked to end before it could listen has not ended in time. */
  get deaf(): Promise<void> {
    return this.#deaf.promise;
  }

  /** Takes what the service control manager sends. Answers with an error code of Windows. */
  control(code: number): number {
    switch (code) {
      case CONTROLS.stop:
        this.#end();
        return NO_ERROR;
      case CONTROLS.shutdown:
        this.#end();
        this.#after(SHUTDOWN_DRAIN_MS, () => this.#signal());
        return NO_ERROR;
      case CONTROLS.interrogate:
        this.#options.report(this.#now);
        return NO_ERROR;
      default:
        return ERROR_CALL_NOT_IMPLEMENTED;
    }
  }

  /**
   * Calls the listener for each signal, until the answer is called. With the first listener the
   * service runs: from then on it can be ended in good order.
   */
  onStopSignal(listener: (signal: StopSignal) => void): () => void {
    this.#listeners.add(listener);
    if (this.#now.state === "start-pending") this.#become("running", true);
    for (const signal of this.#waiting.splice(0)) {
      queueMicrotask(() => this.#listeners.has(listener) && listener(signal));
    }
    return () => void this.#listeners.delete(listener);
  }

  /** Tells that the service has ended, with the program's exit code. */
  ended(exitCode: number): void {
    this.#become("stopped", false, exitCode);
    for (const cancel of this.#alarms) cancel();
    this.#alarms.clear();
  }

  #end(): void {
    if (this.#now.state === "stop-pending" || this.#now.state === "stopped") return;
    this.#become("stop-pending", false);
    this.#giveSigns();
    this.#signal();
    if (this.#waiting.length > 0) this.#after(DEAF_MS, () => this.#giveUp());
  }

  /** As the end of a session is elsewhere on Windows: SIGTERM. */
  #signal(): void {
    if (this.#listeners.size === 0) this.#waiting.push("SIGTERM");
    for (const listener of this.#listeners) listener("SIGTERM");
  }

  #giveUp(): void {
    if (this.#waiting.length > 0) this.#deaf.resolve();
  }

  #become(state: ServiceReport["state"], accepts: boolean, exitCode = 0): void {
    const pending = state.endsWith("-pending");
    this.#now = {
      state,
      accepts,
      exitCode,
      checkpoint: pending ? 1 : 0,
      waitHintMs: pending ? WAIT_HINT_MS : 0,
    };
    this.#options.report(this.#now);
  }

  /** While the state lasts, tells again and again that there is progress. */
  #giveSigns(): void {
    const { state } = this.#now;
    this.#after(SIGN_OF_LIFE_MS, () => {
      if (this.#now.state !== state || !state.endsWith("-pending")) return;
      this.#now = { ...this.#now, checkpoint: this.#now.checkpoint + 1 };
      this.#options.report(this.#now);
      this.#giveSigns();
    });
  }

  #after(ms: number, call: () => void): void {
    const cancel = this.#options.timers.after(ms, () => {
      this.#alarms.delete(cancel);
      call();
    });
    this.#alarms.add(cancel);
  }
}
