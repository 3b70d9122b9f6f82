/**
 * `windlass SOURCE SINK`: brings state from a source into a sink, until stopped or `--once`.
 *
 * @module
 */
import {
  type AddressManager,
  type Backend,
  type Op,
  printBackend,
  type UserspaceBackend,
  userspaceBackend,
  type UserspaceStats,
} from "../../backends/mod.ts";
import { UsageError } from "../cli/usage_error.ts";
import { type PipelineEvent, unreachable } from "../../core/mod.ts";
import { EXIT } from "../exit_code.ts";
import { keptOf, kpngText } from "../kpng/options.ts";
import type { Log } from "../log/log.ts";
import type { Source } from "../../proto/mod.ts";
import { startSnapshotWriter } from "../snapshot/snapshot_writer.ts";
import { supervise, type Work } from "../supervise.ts";
import { type AgentStatus, startAgent } from "../sync_loop.ts";
import { REAL_TIMERS } from "../timers.ts";
import { StatusPage, winkernelReader } from "../ui/mod.ts";
import { openAddressManager } from "./address_manager.ts";
import { type CommandContext, nodeNameOf } from "./command.ts";
import { apiWork, execWork, jsonWork } from "./kpng_sinks.ts";
import { withOwnNode } from "./own_node.ts";
import { openClusterSource, openSource } from "./sources.ts";
import { openSyncLog, type SyncLog } from "./sync_log.ts";
import { checkDataPath, userspaceOptions } from "./userspace_options.ts";
import { flagTexts, startWatching, type WatchExtras, type Watching } from "./watching.ts";
import { openWinkernel } from "./winkernel.ts";

interface Setup {
  readonly context: CommandContext;
  /** Opens the source of the cluster's state, or of the node's view. */
  readonly openSource: () => Source<PipelineEvent>;
  /** Opens the source of the cluster's state. */
  readonly openCluster: () => Source;
  readonly nodeName: string;
  readonly log: Log;
  readonly addresses: AddressManager | null;
  /** Who watches the run, `null` for nobody. */
  readonly watching: Watching | null;
  /** The status page of the run, `null` for none. */
  readonly page: StatusPage | null;
}

/** What a caller may add to a run. */
export interface SyncExtras {
  /** Is called with the log before anything else happens. */
  readonly begin?: (log: Log) => void;
  /** Rejects when the run must end, with the reason. */
  readonly mustEnd?: Promise<never>;
  /** The source to use in place of the one that the command line names. */
  readonly source?: Source;
  /** What those who watch the run are told beyond the flags. */
  readonly watch?: WatchExtras;
}

/** Runs `windlass SOURCE SINK`. */
export async function run(context: CommandContext, extras: SyncExtras = {}): Promise<number> {
  await using log = openSyncLog(context);
  try {
    return await sync(context, log, extras);
  } catch (error) {
    log.errorToFiles(error instanceof Error ? error.message : String(error));
    throw error;
  }
}

async function sync(
  asGiven: CommandContext,
  plainLog: SyncLog,
  { begin, mustEnd, source: given, watch }: SyncExtras,
): Promise<number> {
  const { form, flags, io } = asGiven;
  const nodeName = nodeNameOf(asGiven);
  begin?.(plainLog);
  logFlags(asGiven, plainLog);
  if (form.sink === "to-userspace") checkDataPath(flags);
  const isServed = isWatched(form.sink) && !flags.once;
  const page = isServed
    ? new StatusPage({ log: plainLog.named("ui"), now: () => io.now(), timers: REAL_TIMERS })
    : null;
  const routes = [...watch?.routes ?? [], ...page?.routes ?? []];
  const watching = isServed
    ? startWatching(asGiven, { nodeName, log: plainLog }, { ...watch, routes })
    : null;
  // They go last: while connections drain, load balancers must still be told.
  await using _ = watching?.servers;
  await using _page = page; // before the servers, which its readers would hold up
  const log = watching?.log ?? plainLog;
  const context = given === undefined ? await withOwnNode(asGiven, { nodeName, log }) : asGiven;
  const addresses = form.sink === "to-userspace"
    ? await openAddressManager(flags, io, log.named("addresses"))
    : null;
  const { once } = flags;
  const connections = watching === null ? {} : { watchConnection: watching.connection };
  const work = await workOf({
    context,
    openSource: () => given ?? openSource(context, { once, nodeName, ...connections }),
    // What is for any node to read has all nodes.
    openCluster: () =>
      given ?? openClusterSource(context, { once, nodeName: null, ...connections }),
    nodeName,
    log,
    addresses,
    watching,
    page,
  });
  log.info("Started", { source: given?.name ?? form.source, sink: form.sink, node: nodeName });
  const done = mustEnd === undefined ? work.done : Promise.race([work.done, mustEnd]);
  return await supervise({ ...work, done }, io, log);
}

/** Every flag with its value, as kube-proxy logs them. */
function logFlags(context: CommandContext, log: Log): void {
  const out = log.v(1);
  if (out === null) return;
  for (const [name, value] of flagTexts(context)) {
    out.info(`FLAG: --${name}=${JSON.stringify(value)}`);
  }
}

/** Whether the sink serves somebody, so that others watch whether it does. */
function isWatched(sink: CommandContext["form"]["sink"]): boolean {
  return sink === "to-userspace" || sink === "to-winkernel" || sink === "to-api";
}

async function workOf(setup: Setup): Promise<Work> {
  const { context: { form, flags }, log, addresses } = setup;
  switch (form.sink) {
    case null:
      throw new UsageError(`A sink is missing: ${form.usage}`, form.name);
    case "to-file":
      return fileWork(setup);
    case "to-print":
      return printWork(setup);
    case "to-api":
      return await apiWork(setup);
    case "to-json":
      return jsonWork(setup);
    case "to-exec":
      return await execWork(setup);
    case "to-userspace":
      return userspaceWork(
        setup,
        userspaceBackend({
          ...userspaceOptions(flags),
          ...(addresses === null ? {} : { addresses }),
          log: log.named("userspace"),
        }),
      );
    case "to-winkernel":
      return await winkernelWork(setup);
    default:
      return unreachable(form.sink);
  }
}

function userspaceWork(setup: Setup, backend: UserspaceBackend): Work {
  return backendWork(setup, backend, () => backend.stats());
}

async function winkernelWork(setup: Setup): Promise<Work> {
  const { context, log, page } = setup;
  const source = setup.openSource(); // it may find the command line wrong: before HNS is opened
  const backend = await openWinkernel(context, log.named("winkernel"), { writes: true });
  const stats = () => backend.stats();
  const shown = page?.backend(backend, winkernelReader) ?? backend;
  return backendWork({ ...setup, openSource: () => source }, shown, stats);
}

function backendWork<O extends Op, State>(
  { context: { flags, io }, openSource, nodeName, log, watching, page }: Setup,
  backend: Backend<O, State>,
  stats: (() => Promise<UserspaceStats>) | null = null,
): Work {
  const source = openSource();
  const watched = watching?.source(source) ?? source;
  const hooks = watching === null ? {} : page?.hooks(watching.hooks) ?? watching.hooks;
  const agent = startAgent({
    source: page?.source(watched) ?? watched,
    backend,
    ...hooks,
    nodeName,
    minSyncPeriodMs: flags.minSyncPeriod,
    ...(watching === null ? {} : { syncPeriodMs: watching.syncPeriodMs }),
    drainTimeoutMs: flags.drainTimeout,
    log: log.named("sync"),
    now: () => io.now(),
  });
  const work: Work = {
    done: agent.done,
    stop: (signal) => agent.stop(signal),
    exitCode: () => exitCodeOf(agent.status()),
  };
  if (watching === null) return work;
  watching.agent(agent, stats);
  page?.watch({ agent, backend: backend.name, stats });
  return { ...work, done: Promise.race([agent.done, watching.servers.failed]) };
}

/** The exit code of `--once`: 1 if an operation failed, 3 if something is still waited for. */
export function exitCodeOf(
  { ready, ops, looks = null }: Pick<AgentStatus, "ready" | "ops"> & Partial<AgentStatus>,
): number {
  if (ops.failed.length + ops.retrying.length + ops.blocked.length > 0) return EXIT.failed;
  if (looks !== null && looks.error !== "") return EXIT.failed;
  if (looks !== null && looks.waits.length > 0) return EXIT.incomplete;
  return ready && ops.pending + ops.inFlight === 0 ? EXIT.done : EXIT.incomplete;
}

/** Printing ends when nobody reads it any more, as with `windlass … to-print | head`. */
function printWork(setup: Setup): Work {
  const { flags, io } = setup.context;
  const unread = Promise.withResolvers<void>();
  const backend = printBackend({
    format: flags.outputTextJson,
    write(line) {
      try {
        io.stdout.write(`${line}\n`);
      } catch (error) {
        unread.reject(error);
        throw error;
      }
    },
  });
  const work = backendWork(setup, backend);
  return { ...work, done: Promise.race([work.done, unread.promise]) };
}

function fileWork({ context: { form, flags }, openCluster, log }: Setup): Work {
  const path = flags.outputPath;
  if (path === null || path === "") {
    throw new UsageError("Flag --output is missing; write --output=PATH", form.name);
  }
  const writer = startSnapshotWriter({
    source: openCluster(),
    ...(flags.fileFormat === "kpng" ? { textOf: kpngText(keptOf(form, flags)) } : {}),
    path,
    minSyncPeriodMs: flags.minSyncPeriod,
    log: log.named("file"),
  });
  return {
    done: writer.done,
    stop: () => writer.stop(),
    exitCode: () => writer.status().ready ? EXIT.done : EXIT.incomplete,
  };
}
