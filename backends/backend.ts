/**
 * The contract of a backend: how a node's view becomes real. A backend is a pure `plan` and an
 * effectful `apply`; order, concurrency, retry and status live once, in the reconciler.
 *
 * @module
 */
import type { Change } from "../core/mod.ts";

/** A plain, serialisable operation. Carrying it out twice has the effect of doing it once. */
export interface Op {
  /** The verb, in the backend's own words. */
  readonly op: string;
  /** What it acts on. Operations on one key run in order; a newer one replaces a waiting older one. */
  readonly key: string;
  /** Keys whose operations must be carried out before this one. */
  readonly after: readonly string[];
  /** The change or the rule that caused it, in words. */
  readonly because: string;
}

/** What came of an operation. */
export type ApplyResult =
  | {
    /** It is done. */
    readonly ok: true;
  }
  | {
    /** It failed. */
    readonly ok: false;
    /** What was being done, what was met, what would be right. */
    readonly error: string;
    /** Whether trying again later may help; if not, it is not retried until a newer operation. */
    readonly retry: boolean;
  };

/** The operations of one step and the state that the next plan starts from. */
export interface Plan<O extends Op, State> {
  /** The operations, in an order in which they may be carried out one by one. */
  readonly ops: readonly O[];
  /** What the backend will have been asked for, once they are done. */
  readonly state: State;
}

/** Turns a node's view into operations and carries them out. */
export interface Backend<O extends Op, State> {
  /** A short name for logs and metrics: `userspace`. */
  readonly name: string;
  /** The state before anything was planned. */
  readonly initial: State;
  /** Which operations a change of the view needs. Pure: same input, same answer, no effect. */
  plan(changes: readonly Change[], state: State): Plan<O, State>;
  /** Carries one operation out. Idempotent. Never throws for what the platform may refuse. */
  apply(op: O, signal: AbortSignal): Promise<ApplyResult>;
  /** Gives back all that the backend holds, draining what is alive until the signal aborts. */
  close(signal: AbortSignal): Promise<void>;
}
