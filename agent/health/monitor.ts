/**
 * What watches an agent from within: it listens to the source, the syncs and the operations, and keeps
 * what health, metrics and events tell. It only listens; the servers are started apart.
 *
 * @module
 */
import type { UserspaceStats } from "../../backends/mod.ts";
import {
  IP_FAMILIES,
  type IpFamily,
  type KubeObject,
  type Logger,
  type PipelineEvent,
  unreachable,
} from "../../core/mod.ts";
import { type KubeConnection, type KubeWriter, type Source, writerOf } from "../../proto/mod.ts";
import { eventOf } from "../events/event_rules.ts";
import { type EventRecorder, NO_EVENTS, startEvents } from "../events/event_recorder.ts";
import { ClientMetrics } from "../metrics/client_metrics.ts";
import { logCounter } from "../metrics/counted_log.ts";
import type { MetricDetail } from "../metrics/metric_detail.ts";
import { NodeNews } from "../node/node_news.ts";
import { collectProcess } from "../metrics/process_metrics.ts";
import { Registry } from "../metrics/registry.ts";
import { collectAgent, SyncMetrics } from "../metrics/sync_metrics.ts";
import { trafficCollector } from "../metrics/traffic_metrics.ts";
import { blockedBy } from "../looks.ts";
import type { Agent, AgentOptions } from "../sync_loop.ts";
import type { Timers } from "../timers.ts";
import { ProxyHealth } from "./proxy_health.ts";

/** How a monitor is set up. */
export interface MonitorOptions {
  /** The node's name. */
  readonly nodeName: string;
  /** Who reports: `kube-proxy`, `windlass`. */
  readonly component: string;
  /** Whether state comes from a cluster, which gets events. */
  readonly cluster: boolean;
  /** Whether this acts for the Node of that name in the cluster, so that it decides on health. */
  readonly ownNode: boolean;
  /** After twice this without the sync that is due, the proxy is not healthy; in milliseconds. */
  readonly syncPeriodMs: number;
  /** How much detail the metrics of connections have. */
  readonly detail: MetricDetail;
  /** The log of the monitor's own parts. */
  readonly log: Logger;
  /** The time of day, in milliseconds since 1970. */
  readonly now: () => number;
  /** The clock. */
  readonly timers: Timers;
  /**
   * The IP families that are served.
   *
   * @default {["IPv4", "IPv6"]}
   */
  readonly families?: readonly IpFamily[];
}

/** What watches an agent from within. */
export interface Monitor {
  /** All metrics. */
  readonly registry: Registry;
  /** How the proxy is. */
  readonly health: ProxyHealth;
  /** Takes what a user must see. */
  readonly events: EventRecorder;
  /** When the program began, in milliseconds since 1970. */
  readonly startedAt: number;
  /** The log, with its lines counted. */
  readonly countLog: (log: Logger) => Logger;
  /** The connection, with its requests measured; events go through it from now on. */
  readonly watchConnection: (connection: KubeConnection) => KubeConnection;
  /** The source, with its events and reports listened to. */
  readonly watchSource: <Event extends PipelineEvent>(source: Source<Event>) => Source<Event>;
  /** What the agent is to tell. */
  readonly hooks: Required<Pick<AgentOptions<never, never>, "onSync" | "onTake" | "onResult">>;
  /** What has come from the source was taken in, where no agent does that. */
  readonly tookIn: () => void;
  /** Has the metrics tell of the agent, and of the userspace backend if it is that. */
  readonly watchAgent: (agent: Agent, stats: (() => Promise<UserspaceStats>) | null) => void;
}

/** Makes a monitor. It holds nothing open but the events that wait to be sent. */
export function createMonitor(options: MonitorOptions): Monitor {
  const { nodeName, component, cluster, log, now, timers, families = IP_FAMILIES } = options;
  const startedAt = now();
  const registry = new Registry(log);
  const health = new ProxyHealth({
    timeoutMs: 2 * options.syncPeriodMs,
    nodeRequired: options.ownNode,
    now,
  });
  health.synced(families);
  const syncs = new SyncMetrics({ registry, families, now });
  const requests = new ClientMetrics({ registry, now: timers.now, log });
  const traffic = trafficCollector(options.detail);
  const news = options.ownNode ? new NodeNews({ nodeName, log }) : null;
  let writer: KubeWriter | null = null;
  const events = !cluster ? NO_EVENTS : startEvents({
    writer: () => writer,
    reporter: { controller: component, host: nodeName },
    now,
    timers,
    log,
    onOutcome: (result) => registry.add("windlass_events_total", { result }),
  });
  registry.collect((emit) => collectProcess(startedAt, emit));

  return {
    registry,
    health,
    events,
    startedAt,
    countLog: logCounter(registry),
    watchConnection(connection) {
      const write = writerOf(connection);
      const { server } = connection;
      const mine: KubeWriter | null = write === null ? null : {
        send: (request, signal) =>
          requests.measured({ ...request, server }, () => write.send(request, signal)),
      };
      writer = mine;
      events.wake();
      return {
        ...requests.connection(connection),
        close() {
          if (writer === mine) writer = null; // what is still to be sent waits for the next one
          connection.close();
        },
      };
    },
    watchSource: (source) => ({
      name: source.name,
      run: (sink, signal) =>
        source.run({
          report(report) {
            syncs.reported(report);
            sink.report(report);
          },
          events(batch) {
            health.asked(families);
            syncs.heard(batch);
            news?.heard(batch);
            requests.heard(batch);
            for (const object of objectsIn(batch)) {
              if (object.kind === "Node" && object.name === nodeName) health.heardOfNode(object);
            }
            sink.events(batch);
          },
        }, signal),
    }),
    hooks: {
      onSync: (sync) => syncs.synced(sync),
      onTake(take) {
        if (take.outcome === "waiting") health.excused(families);
        else health.synced(families);
        syncs.taken(take);
      },
      onResult(op, result, tookMs) {
        syncs.tried(op, result, tookMs);
        const event = eventOf({ op, result, node: nodeName });
        if (event !== null) events.record(event);
      },
    },
    tookIn: () => health.synced(families),
    watchAgent(agent, stats) {
      health.watchPlatform(() => {
        const { looks } = agent.status();
        return looks === null ? "" : blockedBy(looks);
      });
      registry.collect((emit) => collectAgent(agent.status(), emit));
      if (stats !== null) registry.collect(async (emit) => traffic(await stats(), emit));
    },
  };
}

function objectsIn(batch: readonly PipelineEvent[]): readonly KubeObject[] {
  return batch.flatMap((event) => {
    switch (event.type) {
      case "list":
        return event.objects;
      case "upsert":
        return [event.object];
      case "delete":
      case "view":
      case "view-change":
        return [];
      default:
        return unreachable(event);
    }
  });
}
