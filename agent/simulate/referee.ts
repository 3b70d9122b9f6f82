/**
 * Judges every request by what the views in force allowed, what became of the pods, and the rules of
 * `verdict.ts`; counts it, and tells a failure in words.
 *
 * @module
 */
import type { Exchange } from "./client.ts";
import type { Ledger } from "./ledger.ts";
import type { SimFrontend, SimService } from "./model.ts";
import { frontendName } from "./routes.ts";
import type { Story } from "./scenario_names.ts";
import type { Tally } from "./tally.ts";
import type { AllowedTimeline } from "./timeline.ts";
import { judge, reasonOf, type RequestFacts, type Verdict, type VerdictRule } from "./verdict.ts";

/** What the referee looks at. */
export interface RefereeOptions {
  /** What each front end was allowed to use, and when. */
  readonly timeline: AllowedTimeline;
  /** Who holds which connection. */
  readonly ledger: Ledger;
  /** Where it counts. */
  readonly tally: Tally;
}

/** One request, done. */
export interface Played {
  /** A connection for a few requests, or one that is meant to stay. */
  readonly kind: RequestFacts["kind"];
  /** The service that was asked. */
  readonly service: SimService;
  /** The front end on which it was asked. */
  readonly frontend: SimFrontend;
  /** The number of the connection. */
  readonly connection: number;
  /** When the connection was dialled. */
  readonly dialedAt: number;
  /** The endpoint of the connection's earlier replies, `null` for none. */
  readonly before: string | null;
  /** What the client saw. */
  readonly exchange: Exchange;
  /** The scenario in which the request began. */
  readonly story: Story;
}

/** Judges requests. */
export class Referee {
  readonly #options: RefereeOptions;

  /** A referee who counts in that tally. */
  constructor(options: RefereeOptions) {
    this.#options = options;
  }

  /** Judges a request and counts it. */
  judge(played: Played): Verdict {
    const { exchange } = played;
    const { rule, value: verdict } = judge(this.#factsOf(played));
    const figures = this.#options.tally.of(played.story);
    figures.count(verdict);
    if (verdict === "answered") {
      figures.bytes += exchange.bytes;
      figures.latencyMs.add(exchange.to - exchange.from);
    }
    if (verdict === "failed" || verdict === "misrouted" || verdict === "cut") {
      const what = describe(played, rule);
      this.#options.tally.tell({ atMs: exchange.to, story: played.story, verdict, rule, what });
    }
    return verdict;
  }

  #factsOf(played: Played): RequestFacts {
    const { service, frontend, exchange, dialedAt } = played;
    const { timeline, ledger } = this.#options;
    const holder = ledger.read(played.connection);
    const { endpoint } = exchange;
    return {
      kind: played.kind,
      sight: exchange.sight,
      first: played.before === null,
      allowed: endpoint !== null &&
        timeline.allowed(
          frontendName(service.name, frontend.kind),
          endpoint,
          dialedAt,
          exchange.to,
        ),
      sameEndpoint: endpoint === played.before,
      closedByPod: holder.closedByPod,
      diedUnseen: holder.endpoint === null && service.lastDeathAt >= dialedAt,
    };
  }
}

function describe(played: Played, rule: VerdictRule): string {
  const { service, frontend, connection, exchange, before, kind } = played;
  const who = `${service.name} on ${frontend.kind} ${frontend.ip}:${frontend.port}`;
  const which = `request ${exchange.sequence + 1} of ${kind} connection ${connection}`;
  const met = [
    exchange.endpoint === null ? null : `answered by ${exchange.endpoint}`,
    before === null || before === exchange.endpoint ? null : `earlier answers from ${before}`,
    exchange.detail === "" ? null : exchange.detail,
  ].filter((part) => part !== null).join(", ");
  return `${who}, ${which}: ${reasonOf(rule)}${met === "" ? "" : ` (${met})`}`;
}
