/**
 * What the simulation has counted and measured, scenario by scenario, and the report of it that
 * `-o json` prints.
 *
 * @module
 */
import { type Counts, Figures, type UdpFigures } from "./figures.ts";
import type { Story } from "./scenario_names.ts";
import type { VerdictRule } from "./verdict.ts";

/** Rules about the agent as a whole, beside those about single requests. */
export type WatchRule =
  /** The agent's view did not come to be what the API server says. */
  | "not-converged"
  /** The agent's view changed although nothing in the cluster had changed. */
  | "flapped";

/** One thing that went wrong, for a person to read. */
export interface Failure {
  /** When, in milliseconds after the start. */
  readonly atMs: number;
  /** In which scenario. */
  readonly story: Story;
  /** What it counts as. */
  readonly verdict: "failed" | "misrouted" | "cut";
  /** The rule that says so. */
  readonly rule: VerdictRule | WatchRule;
  /** Who asked whom, and what came of it. */
  readonly what: string;
}

/** As many failures as are told in words. */
const TOLD_FAILURES = 20;

/** Counts and measures, scenario by scenario. */
export class Tally {
  readonly #stories = new Map<Story, Figures>();
  readonly #failures: Failure[] = [];
  #story: Story;

  /** Starts with the first scenario. */
  constructor(first: Story) {
    this.#story = first;
  }

  /** The scenario that goes on now. */
  get story(): Story {
    return this.#story;
  }

  /** From now on this scenario goes on. */
  begin(story: Story): void {
    this.#story = story;
    this.of(story);
  }

  /** The figures of a scenario; a request belongs to the one in which it began. */
  of(story: Story): Figures {
    let figures = this.#stories.get(story);
    if (figures === undefined) this.#stories.set(story, figures = new Figures());
    return figures;
  }

  /** The figures of the scenario that goes on now. */
  get now(): Figures {
    return this.of(this.#story);
  }

  /** The figures of all scenarios together. */
  total(): Figures {
    const total = new Figures();
    for (const figures of this.#stories.values()) total.addAll(figures);
    return total;
  }

  /** Each scenario that has begun, with its figures, in order. */
  stories(): readonly (readonly [Story, Figures])[] {
    return [...this.#stories];
  }

  /** Keeps a failure to be told, if there is room. */
  tell(failure: Failure): void {
    if (this.#failures.length < TOLD_FAILURES) this.#failures.push(failure);
  }

  /** The first failures. */
  get failures(): readonly Failure[] {
    return this.#failures;
  }
}

/** Judged requests, as `-o json` prints them. */
export interface ReportCounts {
  /** Requests that were judged. */
  readonly requests: number;
  /** Requests without the right answer. */
  readonly failed: number;
  /** Requests answered by an endpoint that the view did not allow. */
  readonly misrouted: number;
  /** Kept connections that ended, and flows that moved, although they should have stayed. */
  readonly connectionsCut: number;
}

/** What of it was UDP. */
export interface UdpReport extends ReportCounts {
  /** Flows that clients opened. */
  readonly flows: number;
  /** Queries that were sent again, because no reply had come in time. */
  readonly retries: number;
  /** From query to reply, median. */
  readonly latencyMsP50: number;
  /** From query to reply, 99th percentile. */
  readonly latencyMsP99: number;
}

/** The figures of one scenario, or of all, as `-o json` prints them. Those of UDP are among them. */
export interface ReportFigures extends ReportCounts {
  /** Bytes that clients sent and received. */
  readonly bytes: number;
  /** Syncs of the agent. */
  readonly syncs: number;
  /** Duration of a sync, median. */
  readonly syncMsP50: number;
  /** Duration of a sync, 99th percentile. */
  readonly syncMsP99: number;
  /** From API write to first reply, median. */
  readonly changeToTrafficMsP50: number;
  /** From API write to first reply, 99th percentile. */
  readonly changeToTrafficMsP99: number;
  /** From request to reply, median. */
  readonly latencyMsP50: number;
  /** From request to reply, 99th percentile. */
  readonly latencyMsP99: number;
  /** What of it was UDP. */
  readonly udp: UdpReport;
}

/** What `-o json` prints. */
export interface Report extends ReportFigures {
  /** The same figures for each scenario. */
  readonly scenarios: Readonly<Partial<Record<Story, ReportFigures>>>;
}

/** The report of a tally. */
export function reportOf(tally: Tally): Report {
  const scenarios: Partial<Record<Story, ReportFigures>> = {};
  for (const [story, figures] of tally.stories()) scenarios[story] = figuresOf(figures);
  return { ...figuresOf(tally.total()), scenarios };
}

function figuresOf(figures: Figures): ReportFigures {
  return {
    ...countsOf(figures),
    bytes: figures.bytes,
    syncs: figures.syncs,
    syncMsP50: rounded(figures.syncMs.quantile(0.5)),
    syncMsP99: rounded(figures.syncMs.quantile(0.99)),
    changeToTrafficMsP50: rounded(figures.changeToTrafficMs.quantile(0.5)),
    changeToTrafficMsP99: rounded(figures.changeToTrafficMs.quantile(0.99)),
    latencyMsP50: rounded(figures.latencyMs.quantile(0.5)),
    latencyMsP99: rounded(figures.latencyMs.quantile(0.99)),
    udp: udpReportOf(figures.udp),
  };
}

function udpReportOf(udp: UdpFigures): UdpReport {
  return {
    ...countsOf(udp),
    flows: udp.connections,
    retries: udp.retries,
    latencyMsP50: rounded(udp.latencyMs.quantile(0.5)),
    latencyMsP99: rounded(udp.latencyMs.quantile(0.99)),
  };
}

function countsOf({ requests, failed, misrouted, connectionsCut }: Counts): ReportCounts {
  return { requests, failed, misrouted, connectionsCut };
}

/** Three digits after the point: a microsecond is the clock's own grain. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
