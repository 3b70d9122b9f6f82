/**
 * Keeps what the picture shows: rates over the last seconds, news, the state of every service.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import type { Cluster } from "./cluster.ts";
import { describeHappening, type Happening } from "./happenings.ts";
import type { Pod, SimService } from "./model.ts";
import type { PictureState, PodLook, ServiceRow } from "./picture.ts";
import type { Story } from "./scenario_names.ts";
import { reportOf, type Tally } from "./tally.ts";

const MOST_NEWS = 100;
const MOST_SECONDS = 60;

/** What the observer looks at. */
export interface ObserverOptions {
  /** How long the simulation is meant to run. */
  readonly durationMs: number;
  /** All scenarios of this run. */
  readonly stories: readonly Story[];
  /** The figures. */
  readonly tally: Tally;
  /** The time. */
  readonly clock: Clock;
}

/** What the picture is taken of. */
export interface Shown {
  /** The cluster. */
  readonly cluster: Pick<Cluster, "services" | "nodes">;
  /** Where the API server is. */
  readonly apiUrl: string;
  /** How many connections and flows are open. */
  readonly open: number;
}

/** Sees everything and changes nothing. */
export class Observer {
  readonly #options: ObserverOptions;
  readonly #news: { readonly atMs: number; readonly text: string; readonly bad: boolean }[] = [];
  readonly #connections: number[] = [];
  readonly #requests: number[] = [];
  readonly #queries: number[] = [];
  #counted = { connections: 0, requests: 0, queries: 0 };
  /** Right answers of each service, in this second and in the last one. */
  #answers = new Map<string, number>();
  #answersBefore = new Map<string, number>();
  #failuresTold = 0;
  #apiAway = false;
  #firstReplyMs: number | null = null;

  /** An observer of a simulation that begins. */
  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  /** When the first reply came, `null` if none has. */
  get firstReplyMs(): number | null {
    return this.#firstReplyMs;
  }

  /** Whether the API server is away. */
  get apiAway(): boolean {
    return this.#apiAway;
  }

  /** The last line of news, `null` if there is none. */
  get lastNote(): string | null {
    return this.#news.at(-1)?.text ?? null;
  }

  /** Something happens in the cluster. */
  happening(happening: Happening): void {
    if (happening.type === "api-away") this.#apiAway = true;
    if (happening.type === "api-back") this.#apiAway = false;
    this.note(describeHappening(happening));
  }

  /** Something worth a line of news. */
  note(text: string, bad = false): void {
    this.#news.push({ atMs: this.#options.clock.now(), text, bad });
    if (this.#news.length > MOST_NEWS) this.#news.shift();
  }

  /** A service has given a right answer. */
  answered(service: SimService, at: number): void {
    this.#firstReplyMs ??= at;
    this.#answers.set(service.name, (this.#answers.get(service.name) ?? 0) + 1);
  }

  /** A second is over. */
  second(): void {
    const { connections, requests, udp: { requests: queries } } = this.#options.tally.total();
    push(this.#connections, connections - this.#counted.connections);
    push(this.#requests, requests - this.#counted.requests);
    push(this.#queries, queries - this.#counted.queries);
    this.#counted = { connections, requests, queries };
    this.#answersBefore = this.#answers;
    this.#answers = new Map();
  }

  /** What the picture shows now. */
  picture({ cluster, apiUrl, open }: Shown): PictureState {
    const { tally, clock, durationMs, stories } = this.#options;
    for (const { rule, what } of tally.failures.slice(this.#failuresTold)) {
      this.note(`${rule}: ${what}`, true);
    }
    this.#failuresTold = tally.failures.length;
    const up = cluster.nodes.filter((node) => node.up).length;
    return {
      elapsedMs: clock.now(),
      durationMs,
      story: tally.story,
      stories,
      services: cluster.services.map((service) => this.#row(service)),
      nodes: { up, all: cluster.nodes.length },
      api: { url: apiUrl, away: this.#apiAway },
      open,
      connectionsPerSecond: this.#connections,
      requestsPerSecond: this.#requests,
      queriesPerSecond: this.#queries,
      figures: reportOf(tally),
      firstReplyMs: this.#firstReplyMs,
      news: this.#news,
    };
  }

  #row(service: SimService): ServiceRow {
    const [cluster, node] = service.frontends;
    return {
      name: service.name,
      clusterIP: `${cluster.ip}:${cluster.port}`,
      nodePort: node?.port ?? null,
      pods: service.pods.map(lookOf),
      answersPerSecond: this.#answersBefore.get(service.name) ?? 0,
    };
  }
}

function push(values: number[], value: number): void {
  values.push(value);
  if (values.length > MOST_SECONDS) values.shift();
}

function lookOf(pod: Pod): PodLook {
  if (!pod.alive) return "dead";
  if (pod.told.terminating) return "terminating";
  return pod.told.serving ? "ready" : "starting";
}
