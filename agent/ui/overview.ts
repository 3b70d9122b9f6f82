/**
 * How everything is, in short: put together from what the agent, the listeners and the platform tell.
 * Pure.
 *
 * @module
 */
import type { UserspaceStats } from "../../backends/mod.ts";
import type { KpngServerLoad } from "../../proto/mod.ts";
import type { AgentStatus } from "../sync_loop.ts";
import { WINDLASS_VERSION } from "../version.ts";
import { trafficOverview } from "./traffic.ts";
import { SERVER_VERDICT_RULES, VERDICT_RULES, verdictOf } from "./verdict.ts";
import type { Overview, PlatformStatus, TroubledOp } from "./wire.ts";

/** What an overview is put together from. */
export interface OverviewParts {
  /** The node. */
  readonly node: string;
  /** The backend's name. */
  readonly backend: string;
  /** How many services the cluster has. */
  readonly services: number;
  /** When the program began, in milliseconds since 1970. */
  readonly startedAt: number;
  /** Now, in milliseconds since 1970. */
  readonly now: number;
  /** How the agent is. */
  readonly status: AgentStatus;
  /** What the listeners have counted; `null` where there are none. */
  readonly stats: UserspaceStats | null;
  /** The platform; `null` where it cannot be asked. */
  readonly platform: PlatformStatus | null;
  /** Who is connected to a server of KPNG; `null` if this is none. */
  readonly load: KpngServerLoad | null;
}

/** How many operations that failed are shown. */
const SHOWN_TROUBLES = 20;

/** How everything is, in short. */
export function overviewOf(parts: OverviewParts): Overview {
  const { node, backend, services, startedAt, now, status, stats, platform, load } = parts;
  const { source, ops, syncs, lastSyncAt } = status;
  const troubles = troublesOf(ops);
  return {
    version: WINDLASS_VERSION,
    node,
    backend,
    startedAt,
    now,
    verdict: verdictOf(status, load === null ? VERDICT_RULES : SERVER_VERDICT_RULES),
    services,
    syncs,
    lastSyncAt,
    source: { name: source.source, state: source.state, problems: source.problems },
    ops: {
      pending: ops.pending,
      inFlight: ops.inFlight,
      succeeded: Object.values(ops.done).reduce((sum, { succeeded }) => sum + succeeded, 0),
      troubled: troubles.length,
      troubles: troubles.slice(0, SHOWN_TROUBLES),
    },
    traffic: stats === null ? null : trafficOverview(stats),
    platform,
    clients: load === null ? null : { connected: load.clients, streams: load.streams },
  };
}

function troublesOf({ failed, retrying, blocked }: AgentStatus["ops"]): readonly TroubledOp[] {
  return [
    ...failed.map(({ op, key, error }) => ({ op, key, error, state: "failed" as const })),
    ...retrying.map(({ op, key, error }) => ({ op, key, error, state: "retrying" as const })),
    ...blocked.map(({ op, key, by }) => ({
      op,
      key,
      state: "blocked" as const,
      error: `it comes after ${by.slice(0, 3).join(", ")}`,
    })),
  ];
}
