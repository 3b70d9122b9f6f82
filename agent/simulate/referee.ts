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

/** One request, done. For UDP, a flow is the connection, and a datagram its dial. */
export interface Played {
  /** How the request came. */
  readonly protocol: RequestFacts["protocol"];
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
  /** When the last of them was asked for; TCP does not say. */
  readonly beforeAt?: number;
  /** What the client saw. */
  readonly exchange: Exchange;
  /** The scenario in which the request began. */
  readonly story: Story;
}

/** A flow that was idle for as long may have been forgotten: half of the proxy's idle timeout. */
export const FLOW_MEMORY_MS = 1500;

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
    const { udp } = figures;
    for (const counts of played.protocol === "UDP" ? [figures, udp] : [figures]) {
      counts.count(verdict);
      if (verdict === "answered") counts.latencyMs.add(exchange.to - exchange.from);
    }
    if (verdict === "answered") figures.bytes += exchange.bytes;
    if (verdict === "failed" || verdict === "misrouted" || verdict === "cut") {
      const what = describe(played, rule);
      this.#options.tally.tell({ atMs: exchange.to, story: played.story, verdict, rule, what });
    }
    return verdict;
  }

  #factsOf(played: Played): RequestFacts {
    const { protocol, service, frontend, exchange, dialedAt } = played;
    const { timeline, ledger } = this.#options;
    const holder = ledger.read(played.connection);
    const { endpoint } = exchange;
    const key = frontendName(service.name, frontend.kind, protocol);
    return {
      protocol,
      kind: played.kind,
      sight: exchange.sight,
      first: played.before === null,
      allowed: endpoint !== null &&
        timeline.allowed(key, endpoint, dialedAt, exchange.to),
      sameEndpoint: endpoint === played.before,
      mayStay: this.#mayStay(key, played),
      closedByPod: holder.closedByPod,
      diedUnseen: holder.endpoint === null && service.lastDeathAt >= dialedAt,
    };
  }

  /** Whether a flow had no reason to leave the endpoint of its earlier replies. */
  #mayStay(key: string, { before, beforeAt, service, exchange: { to } }: Played): boolean {
    if (before === null || beforeAt === undefined || to - beforeAt > FLOW_MEMORY_MS) return false;
    const lives = service.pods.some(({ endpoint, alive }) => endpoint === before && alive);
    return lives && this.#options.timeline.allowedThroughout(key, before, beforeAt, to);
  }
}

function describe(played: Played, rule: VerdictRule): string {
  const { protocol, service, frontend, connection, exchange, before, kind } = played;
  const who = `${service.name} on ${protocol} ${frontend.kind} ${frontend.ip}:${frontend.port}`;
  const link = protocol === "TCP" ? "connection" : "flow";
  const which = `request ${exchange.sequence + 1} of ${kind} ${link} ${connection}`;
  const met = [
    exchange.endpoint === null ? null : `answered by ${exchange.endpoint}`,
    before === null || before === exchange.endpoint ? null : `earlier answers from ${before}`,
    exchange.detail === "" ? null : exchange.detail,
  ].filter((part) => part !== null).join(", ");
  return `${who}, ${which}: ${reasonOf(rule)}${met === "" ? "" : ` (${met})`}`;
}
