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

/** Something that the view asks for and that somebody else must bring about first. */
export interface Wait {
  /** What is waited for: `network/vxlan0`. */
  readonly key: string;
  /** The same in words. */
  readonly what: string;
  /** Whether nothing at all can be done before it comes. */
  readonly blocks?: boolean;
}

/** The operations of one step and the state that the next plan starts from. */
export interface Plan<O extends Op, State> {
  /** The operations, in an order in which they may be carried out one by one. */
  readonly ops: readonly O[];
  /** What the backend will have been asked for, once they are done. */
  readonly state: State;
  /** All that is waited for after this plan; left out by backends that wait for nobody. */
  readonly waits?: readonly Wait[];
}

/** What a backend saw when it looked at the platform. */
export type Observation<O extends Op, State> =
  | {
    /** It saw everything. */
    readonly ok: true;
    /**
     * Plans what is missing or wrong, all of it: what of earlier plans is not in the answer and has
     * not started is obsolete. Pure.
     */
    readonly plan: (state: State) => Plan<O, State>;
    /** The keys of operations that it answers for; left out where it answers for all. */
    readonly covers?: (key: string) => boolean;
  }
  | {
    /** It could not see, so nothing is known and nothing is to be done. */
    readonly ok: false;
    /** What was being done, what was met, what would be right. */
    readonly error: string;
  };

/** The part of a backend whose platform can be asked what is there. */
export interface Observer<O extends Op, State> {
  /** Looks at the platform. Nothing is planned before the first look. */
  observe(signal: AbortSignal): Promise<Observation<O, State>>;
  /**
   * Calls the listener when a new look is due, until the answer is called. Urgent is what the platform
   * itself tells; what an operation met can wait a little, and longer each time.
   */
  watch(listener: (why: string, urgent: boolean) => void): () => void;
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
  /** Who looks at the platform; left out where it cannot be asked. */
  readonly observer?: Observer<O, State>;
  /**
   * How many operations may run at a time.
   *
   * @default {16}
   */
  readonly concurrency?: number;
  /** Gives back all that the backend holds, draining what is alive until the signal aborts. */
  close(signal: AbortSignal): Promise<void>;
}
