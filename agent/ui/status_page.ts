/**
 * The status page of a run: it listens to source, syncs, operations and looks, and tells by its routes.
 * It changes nothing.
 *
 * @module
 */
import type { Backend, Op, UserspaceStats } from "../../backends/mod.ts";
import type { ApiSnapshot, Logger, PipelineEvent, PipelineState } from "../../core/mod.ts";
import type { KpngServerLoad, Source } from "../../proto/mod.ts";
import type { Route } from "../health/router.ts";
import type { Agent, AgentOptions } from "../sync_loop.ts";
import type { Timers } from "../timers.ts";
import { Brain, NO_NODE, type ServerWatched } from "./brain.ts";
import { detailsOf } from "./details.ts";
import { Journal } from "./journal.ts";
import { Live } from "./live.ts";
import { overviewOf } from "./overview.ts";
import { type PlatformReader, PlatformWatch } from "./platform.ts";
import { uiRoutes } from "./routes.ts";
import { findServices, SERVER_TERMS, serviceRow } from "./rows.ts";
import type { Overview } from "./wire.ts";

/** How the page is set up. */
export interface StatusPageOptions {
  /** Where to write what fails. */
  readonly log: Logger;
  /** The time of day, in milliseconds since 1970. */
  readonly now: () => number;
  /** The clock. */
  readonly timers: Timers;
}

/** What an agent tells of its syncs and operations. */
export type Hooks = Required<Pick<AgentOptions<never, never>, "onSync" | "onResult">>;

/** What the page is told of, once the agent runs. */
export interface Watched {
  /** The agent. */
  readonly agent: Pick<Agent, "state" | "status">;
  /** The backend's name. */
  readonly backend: string;
  /** Asks the listeners; `null` where there are none. */
  readonly stats: (() => Promise<UserspaceStats>) | null;
  /** The clients of a server of KPNG; left out where this acts for a node itself. */
  readonly load?: () => KpngServerLoad;
}

/** The status page of a run. Dispose it before the server that mounts its routes. */
export class StatusPage implements AsyncDisposable {
  /** The routes to mount. */
  readonly routes: readonly Route[];
  readonly #options: StatusPageOptions;
  readonly #startedAt: number;
  readonly #journal: Journal;
  readonly #brain: Brain;
  #watched: Watched | null = null;
  #platform: Pick<PlatformWatch<never, never>, "status" | "objects"> | null = null;
  #live: Live | null = null;

  /** Begins to listen. */
  constructor(options: StatusPageOptions) {
    this.#options = options;
    this.#startedAt = options.now();
    this.#journal = new Journal(options.now);
    this.#brain = new Brain(options.now);
    this.routes = uiRoutes({
      ready: () => this.#watched !== null,
      overview: async () => this.#overview(await this.#began().stats()),
      join: () => this.#began().join(),
      find: (query) => findServices(this.#agent().state().view, query),
      details: async (service, node) =>
        detailsOf(this.#stateFor(node), service, {
          stats: await this.#began().stats(),
          objects: (frontends) => this.#platform?.objects(frontends) ?? [],
        }),
    });
  }

  /** What the agent is to tell these others, and this page too. */
  hooks<Others extends Hooks>(others: Others): Others {
    return {
      ...others,
      onSync: (sync) => {
        others.onSync(sync);
        const { changes, ops, stepMs, planMs, applyMs } = sync;
        const counts = { changes: changes.length, ops: ops.length };
        this.#journal.synced({ ...counts, stepMs, planMs, applyMs });
      },
      onResult: (op, result, tookMs) => {
        others.onResult(op, result, tookMs);
        this.#journal.tried(op, result, tookMs);
      },
    };
  }

  /** The same source, with its reports listened to. */
  source<Event extends PipelineEvent>(source: Source<Event>): Source<Event> {
    return {
      name: source.name,
      run: (sink, signal) =>
        source.run({
          events: (batch) => sink.events(batch),
          report: (report) => {
            this.#journal.reported(report);
            sink.report(report);
          },
        }, signal),
    };
  }

  /** The same backend, with its looks at the platform listened to. */
  backend<O extends Op, State>(
    backend: Backend<O, State>,
    reader: PlatformReader<State>,
  ): Backend<O, State> {
    const watch = new PlatformWatch<O, State>(backend.initial, reader, this.#options);
    this.#platform = watch;
    return watch.watched(backend);
  }

  /** A server of KPNG tells its clients this from now on; that took so long, in milliseconds. */
  served(snapshot: ApiSnapshot, tookMs: number): void {
    const changes = this.#brain.took(snapshot);
    this.#journal.synced({ changes, ops: 0, stepMs: 0, planMs: 0, applyMs: tookMs });
  }

  /** Has the page tell of a server of KPNG. */
  watchServer({ source, load }: ServerWatched): void {
    const brain = this.#brain;
    const agent = { state: () => brain.state(), status: () => brain.status(source()) };
    this.watch({ agent, backend: "to-api", stats: null, load });
  }

  /** Has the page tell of the agent. */
  watch(watched: Watched): void {
    this.#watched = watched;
    const { agent, stats, load } = watched;
    this.#live = new Live({
      view: () => agent.state().view,
      stats: async () => await stats?.() ?? null,
      overview: (counted) => this.#overview(counted),
      row: (service) => serviceRow(service, load === undefined ? undefined : SERVER_TERMS),
      journal: this.#journal,
      log: this.#options.log,
      timers: this.#options.timers,
    });
  }

  /** Ends all readers. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#live?.close();
  }

  #overview(stats: UserspaceStats | null): Overview {
    const agent = this.#agent();
    const status = agent.status();
    const { node, view } = agent.state();
    const { error = "", waits = [] } = status.looks ?? {};
    return overviewOf({
      node,
      backend: this.#watched?.backend ?? "",
      services: view.services.size,
      startedAt: this.#startedAt,
      now: this.#options.now(),
      status,
      stats,
      platform: this.#platform?.status({ error, waits: waits.map(({ what }) => what) }) ?? null,
      load: this.#watched?.load?.() ?? null,
    });
  }

  /** A server of KPNG can say what any node must do. */
  #stateFor(node: string): PipelineState {
    const isServer = this.#watched?.load !== undefined;
    return isServer && node !== NO_NODE ? this.#brain.state(node) : this.#agent().state();
  }

  #agent(): Watched["agent"] {
    if (this.#watched === null) throw new Error(NOT_YET);
    return this.#watched.agent;
  }

  #began(): Live {
    if (this.#live === null) throw new Error(NOT_YET);
    return this.#live;
  }
}

const NOT_YET = "Cannot tell how the agent is: it has not started yet; ask again";
