/**
 * Listens to how a backend looks at its platform: when, what the look found missing or wrong, and
 * what is there. It only listens; what the backend answers is passed on as it is.
 *
 * @module
 */
import type { Backend, Observation, Op, Plan } from "../../backends/mod.ts";
import type { Timers } from "../timers.ts";
import type { PlatformStatus } from "./wire.ts";

/** What there is on the platform, as a backend's state tells. */
export interface PlatformPicture {
  /** What it is: `overlay network vxlan0`. */
  readonly name: string;
  /** Objects by kind. */
  readonly objects: PlatformStatus["objects"];
}

/** An object of the platform that serves a service. */
export interface PlatformObject {
  /** What it is: `load balancer`. */
  readonly kind: string;
  /** Its id. */
  readonly id: string;
  /** The frontend that it serves. */
  readonly frontend: string;
  /** What else is to be known, in words. */
  readonly about: string;
}

/** Reads a backend's state. */
export interface PlatformReader<State> {
  /** What there is; `null` while nothing is known. */
  readonly picture: (state: State) => PlatformPicture | null;
  /** The objects for the frontends with these keys, as `frontendKey` makes them. */
  readonly objects: (
    state: State,
    frontends: readonly string[],
  ) => readonly PlatformObject[];
}

/** How many of the differences that a look has found are remembered. */
const SHOWN_DRIFT = 20;

/** Remembers what a backend knows of its platform. */
export class PlatformWatch<O extends Op, State> {
  readonly #reader: PlatformReader<State>;
  readonly #now: () => number;
  readonly #timers: Timers;
  #state: State;
  #pictured: { readonly of: State; readonly picture: PlatformPicture | null } | null = null;
  #lookedAt: number | null = null;
  #lookMs = 0;
  #drift: PlatformStatus["drift"] = { last: [], count: 0, looks: 0 };

  /** Begins to remember. */
  constructor(
    initial: State,
    reader: PlatformReader<State>,
    clock: { readonly now: () => number; readonly timers: Timers },
  ) {
    this.#state = initial;
    this.#reader = reader;
    this.#now = clock.now;
    this.#timers = clock.timers;
  }

  /** The same backend, listened to. */
  watched(backend: Backend<O, State>): Backend<O, State> {
    const { observer } = backend;
    if (observer === undefined) return backend;
    return {
      name: backend.name,
      initial: backend.initial,
      ...(backend.concurrency === undefined ? {} : { concurrency: backend.concurrency }),
      plan: (changes, state) => this.#planned(backend.plan(changes, state)),
      apply: (op, signal) => backend.apply(op, signal),
      close: (signal) => backend.close(signal),
      observer: {
        watch: (listener) => observer.watch(listener),
        observe: async (signal) => {
          const startedAt = this.#timers.now();
          const seen = await observer.observe(signal);
          this.#lookMs = this.#timers.now() - startedAt;
          return this.#looked(seen);
        },
      },
    };
  }

  /** How the platform is; what the looks met is the agent's to tell. */
  status(looks: Pick<PlatformStatus, "error" | "waits">): PlatformStatus {
    const { name = "not seen yet", objects = [] } = this.#picture() ?? {};
    return {
      name,
      objects,
      lookedAt: this.#lookedAt,
      lookMs: this.#lookMs,
      drift: this.#drift,
      ...looks,
    };
  }

  /** The objects for the frontends with these keys. */
  objects(frontends: readonly string[]): readonly PlatformObject[] {
    return this.#reader.objects(this.#state, frontends);
  }

  /** Counting thousands of objects is worth it only when the state is another one. */
  #picture(): PlatformPicture | null {
    if (this.#pictured?.of !== this.#state) {
      this.#pictured = { of: this.#state, picture: this.#reader.picture(this.#state) };
    }
    return this.#pictured.picture;
  }

  #planned(plan: Plan<O, State>): Plan<O, State> {
    this.#state = plan.state;
    return plan;
  }

  #looked(seen: Observation<O, State>): Observation<O, State> {
    if (!seen.ok) return seen;
    return {
      ...seen,
      plan: (state) => {
        const plan = this.#planned(seen.plan(state));
        const found = plan.ops.map(({ op, key }) => ({ op, key }));
        const first = this.#lookedAt === null;
        this.#lookedAt = this.#now();
        // What the first look finds is what is to be made, not what has drifted.
        this.#drift = first ? this.#drift : {
          last: found.slice(0, SHOWN_DRIFT),
          count: found.length,
          looks: this.#drift.looks + (found.length > 0 ? 1 : 0),
        };
        return plan;
      },
    };
  }
}
