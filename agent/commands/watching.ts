/**
 * Everything by which a run of `windlass SOURCE SINK` is watched, as its flags ask for it: what listens
 * within, and the servers.
 *
 * @module
 */
import type { UserspaceStats } from "../../backends/mod.ts";
import type { KpngServerLoad, KubeConnection } from "../../proto/mod.ts";
import { formatDuration } from "../cli/duration.ts";
import { FLAGS } from "../cli/flags.ts";
import { flagsOf } from "../cli/resolve.ts";
import { UsageError } from "../cli/usage_error.ts";
import { type BindAddress, readBindAddress } from "../health/bind_address.ts";
import { createMonitor, type Monitor } from "../health/monitor.ts";
import type { Route } from "../health/router.ts";
import { type Servers, startServers } from "../health/start_servers.ts";
import type { Log } from "../log/log.ts";
import type { Agent, AgentOptions } from "../sync_loop.ts";
import { REAL_TIMERS } from "../timers.ts";
import type { CommandContext } from "./command.ts";

/** What a caller who knows more than the flags say has to add. */
export interface WatchExtras {
  /**
   * The longest time between two syncs, in milliseconds.
   *
   * @default {30000}
   */
  readonly syncPeriodMs?: number;
  /** The configuration in force, for `/configz`; left out, the flags are. */
  readonly configz?: () => unknown;
  /** Feature gates, for the metrics. */
  readonly features?: readonly {
    readonly name: string;
    readonly stage: string;
    readonly on: boolean;
  }[];
  /** Routes to mount on the metrics server. */
  readonly routes?: readonly Route[];
}

/** What watches a run. */
export interface Watching {
  /** The log, with its lines counted. */
  readonly log: Log;
  /** The connection, with its requests measured. */
  readonly connection: (connection: KubeConnection) => KubeConnection;
  /** The source, listened to. */
  readonly source: Monitor["watchSource"];
  /** The longest time between two syncs, in milliseconds. */
  readonly syncPeriodMs: number;
  /** What the agent is to tell. */
  readonly hooks: Required<Pick<AgentOptions<never, never>, "onSync" | "onTake" | "onResult">>;
  /** Has the metrics tell of the agent, and of the userspace backend if it is that. */
  readonly agent: (agent: Agent, stats: (() => Promise<UserspaceStats>) | null) => void;
  /** What has come from the source was taken in, where no agent does that. */
  readonly tookIn: () => void;
  /** Has the metrics tell of the clients of KPNG's server. */
  readonly clients: (load: () => KpngServerLoad) => void;
  /** The servers. */
  readonly servers: Servers;
}

const PORTS = { healthz: 10_256, metrics: 10_249 } as const;
const DEFAULTS = {
  healthz: `0.0.0.0:${PORTS.healthz}`,
  metrics: `127.0.0.1:${PORTS.metrics}`,
} as const;
const SYNC_PERIOD_MS = 30_000;

/**
 * Starts to watch a run.
 *
 * @throws {UsageError} If an address cannot be read.
 */
export function startWatching(
  context: CommandContext,
  { nodeName, log }: { readonly nodeName: string; readonly log: Log },
  extras: WatchExtras = {},
): Watching {
  const { form, flags, io, program: component = "windlass" } = context;
  const { syncPeriodMs = SYNC_PERIOD_MS } = extras;
  const healthz = addressOf(context, "healthz");
  const metrics = addressOf(context, "metrics");
  const now = (): number => io.now();
  const own = log.named("health");
  const monitor = createMonitor({
    nodeName,
    component,
    cluster: form.source === "kube",
    ownNode: form.source === "kube" && form.sink !== "to-api",
    syncPeriodMs,
    detail: flags.metricsDetail,
    log: own,
    now,
    timers: REAL_TIMERS,
  });
  const given = flagTexts(context);
  const servers = startServers({
    monitor,
    healthz,
    metrics,
    hardFail: flags.bindAddressHardFail,
    nodeName,
    component,
    mode: modeOf(form),
    configz: extras.configz ?? (() => ({ windlass: Object.fromEntries(given) })),
    flags: given,
    features: extras.features ?? [],
    routes: extras.routes ?? [],
    log: own,
    now,
    timers: REAL_TIMERS,
  });
  return {
    log: {
      ...log,
      ...monitor.countLog(log),
      named: (name) => monitor.countLog(log.named(name)),
    },
    connection: monitor.watchConnection,
    source: monitor.watchSource,
    syncPeriodMs,
    hooks: {
      ...monitor.hooks,
      onTake(take) {
        monitor.hooks.onTake(take);
        servers.onTake(take);
      },
    },
    agent: monitor.watchAgent,
    tookIn: monitor.tookIn,
    clients: (load) =>
      monitor.registry.collect((emit) => {
        const { clients, streams } = load();
        emit("windlass_kpng_clients", {}, clients);
        emit("windlass_kpng_streams", {}, streams);
      }),
    servers,
  };
}

/** The proxy mode as kube-proxy names it; what is no proxy tells its own name. */
function modeOf({ sink }: CommandContext["form"]): string {
  switch (sink) {
    case "to-userspace":
      return "userspace";
    case "to-winkernel":
      return "kernelspace";
    default:
      return sink ?? "";
  }
}

/** Every flag of the form, with its value as text. */
export function flagTexts({ form, flags }: CommandContext): readonly (readonly [string, string])[] {
  return flagsOf(form).filter((id) => id !== "help").map((id) => {
    const value = FLAGS[id].kind === "duration" ? formatDuration(Number(flags[id])) : flags[id];
    return [FLAGS[id].name, String(value ?? "")];
  });
}

/** A flag's address. Without one there is kube-proxy's, but for files: their node is nobody's. */
function addressOf(
  { form, flags }: CommandContext,
  server: "healthz" | "metrics",
): BindAddress | null {
  const given = server === "healthz" ? flags.healthzServer : flags.metricsServer;
  const text = given ?? (form.source === "file" ? "" : DEFAULTS[server]);
  const read = readBindAddress(text, PORTS[server]);
  if (read.ok) return read.address;
  throw new UsageError(
    `Cannot read flag --${server}-bind-address: ${read.error}; "" is for no server`,
    form.name,
  );
}
