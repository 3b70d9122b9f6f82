/**
 * Starts everything by which the program is watched from without: the health server, the metrics
 * server, the health-check node ports of services. Needs the permission to listen.
 *
 * @module
 */
import type { Logger } from "../../core/mod.ts";
import type { EventReport } from "../events/event_report.ts";
import { measureLag } from "../metrics/process_metrics.ts";
import { RunError } from "../run_error.ts";
import type { TakeRecord } from "../sync_loop.ts";
import { type Timers, waitAtMost } from "../timers.ts";
import { type BindAddress, bindAddressText } from "./bind_address.ts";
import { healthRoutes } from "./health_routes.ts";
import { type HttpServer, startHttpServer } from "./http_server.ts";
import type { Monitor } from "./monitor.ts";
import { type Route, router } from "./router.ts";
import { ServiceHealthServers } from "./service_health.ts";
import { healthCheckChanges, type HealthCheckPort } from "./service_health_plan.ts";
import { statusRoutes } from "./status_routes.ts";

/** How the servers are set up. */
export interface ServersOptions {
  /** What the servers tell of. */
  readonly monitor: Monitor;
  /** Where `/healthz` and `/livez` are served, `null` for nowhere. */
  readonly healthz: BindAddress | null;
  /** Where `/metrics` and the rest are served, `null` for nowhere. */
  readonly metrics: BindAddress | null;
  /** Whether a server of these two that cannot listen ends the program. */
  readonly hardFail: boolean;
  /** The node's name. */
  readonly nodeName: string;
  /** Who this is: `kube-proxy`, `windlass`. */
  readonly component: string;
  /** The proxy mode, as kube-proxy names it. */
  readonly mode: string;
  /** The configuration in force. */
  readonly configz: () => unknown;
  /** Every flag, with its value. */
  readonly flags: readonly (readonly [name: string, value: string])[];
  /** Feature gates, as `kubernetes_feature_enabled` tells them. */
  readonly features: readonly {
    readonly name: string;
    readonly stage: string;
    readonly on: boolean;
  }[];
  /** Routes that others mount on the metrics server. */
  readonly routes: readonly Route[];
  /** Where to write what happens. */
  readonly log: Logger;
  /** The time of day, in milliseconds since 1970. */
  readonly now: () => number;
  /** The clock. */
  readonly timers: Timers;
}

/** The servers at work. Dispose them at the end: that closes all of them. */
export interface Servers extends AsyncDisposable {
  /** The health server, `null` if there is none. */
  readonly healthz: HttpServer | null;
  /** The metrics server, `null` if there is none. */
  readonly metrics: HttpServer | null;
  /** Rejects if a server cannot listen and that must end the program; else never settles. */
  readonly failed: Promise<never>;
  /** What the agent is to tell, so that health-check node ports follow the view. */
  readonly onTake: (take: TakeRecord) => void;
}

/** As kube-proxy: every so often. */
const RETRY_MS = 5000;
/** A program that must end waits no longer than this for its last event. */
const FAREWELL_MS = 3000;

/** Starts the servers. */
export function startServers(options: ServersOptions): Servers {
  const { monitor, log, timers, nodeName } = options;
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {}); // told to those who ask for it; here it must not end the process
  const services = serviceServers(options);
  countServices(options, services);
  const serve = (
    name: string,
    address: BindAddress | null,
    routes: readonly Route[],
    reason: string,
  ): HttpServer | null =>
    address === null ? null : startHttpServer({
      name,
      address,
      handler: router(routes),
      retryMs: () => options.hardFail ? null : RETRY_MS,
      log,
      timers,
      onFailure(error) {
        if (!options.hardFail) return;
        const note = `Cannot listen on ${bindAddressText(address)} for ${name}: ${error.message}`;
        monitor.events.record(nodeEvent(nodeName, "Warning", reason, note));
        const why = `${note}; free the address, or leave --bind-address-hard-fail out`;
        const end = () => failed.reject(new RunError(why));
        // The event is all that the cluster hears of it: it may go out before the program ends.
        void waitAtMost(FAREWELL_MS, timers, null, monitor.events.idle()).then(end, end);
      },
    });
  const healthz = serve(
    "healthz",
    options.healthz,
    healthRoutes({
      report: () => monitor.health.report(),
      onAnswer: (page, code) =>
        monitor.registry.add(`kubeproxy_proxy_${page}_total`, { code: String(code) }),
    }),
    "FailedToStartProxierHealthcheck",
  );
  const metrics = serve(
    "metrics",
    options.metrics,
    metricsRoutes(options),
    "FailedToStartMetricServer",
  );
  const stopLag = measureLag(monitor.registry, timers);
  monitor.events.record(nodeEvent(nodeName, "Normal", "Starting", ""));
  return {
    healthz,
    metrics,
    failed: failed.promise,
    onTake({ before, state }) {
      if (before.view === state.view) return;
      // Not awaited: a port that closes must not hold a sync up. It never rejects.
      void services.update(healthCheckChanges(before.view, state.view));
    },
    async [Symbol.asyncDispose]() {
      stopLag();
      await Promise.all([services.stop(), healthz?.stop(), metrics?.stop(), monitor.events.stop()]);
    },
  };
}

function serviceServers({ monitor, log, timers, nodeName }: ServersOptions): ServiceHealthServers {
  return new ServiceHealthServers({
    healthy: () => monitor.health.healthy(),
    log,
    timers,
    onFailure: (port, error) => monitor.events.record(healthCheckEvent(nodeName, port, error)),
  });
}

function countServices(
  { monitor: { registry }, features }: ServersOptions,
  services: ServiceHealthServers,
): void {
  for (const { name, stage, on } of features) {
    registry.set("kubernetes_feature_enabled", { name, stage }, Number(on));
  }
  registry.collect((emit) => {
    for (const [state, count] of Object.entries(services.counts())) {
      emit("windlass_health_check_ports", { state }, count);
    }
  });
}

function metricsRoutes(options: ServersOptions): readonly Route[] {
  const { monitor, component, mode, configz, flags, now, routes } = options;
  return statusRoutes({
    component,
    metrics: () => monitor.registry.text(),
    mode,
    configz,
    flags,
    startedAt: monitor.startedAt,
    now,
    more: routes,
  });
}

/** kube-proxy's events about itself are about its Node. */
function nodeEvent(
  name: string,
  type: EventReport["type"],
  reason: string,
  note: string,
): EventReport {
  const regarding = { kind: "Node", namespace: "", name } as const;
  return { regarding, type, reason, action: "StartKubeProxy", note };
}

function healthCheckEvent(
  node: string,
  { namespace, name, port }: HealthCheckPort,
  error: Error,
): EventReport {
  return {
    regarding: { kind: "Service", namespace, name },
    type: "Warning",
    reason: "FailedToStartServiceHealthcheck",
    action: "Listen",
    note:
      `node ${node} failed to start healthcheck "${namespace}/${name}" on port ${port}: ${error.message}`,
  };
}
