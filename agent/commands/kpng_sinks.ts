/**
 * The sinks that speak KPNG, as a command line asks for them: `to-api`, `to-json`, `to-exec`.
 *
 * @module
 */
import { connectionOf, keptOf, serverOptionsOf } from "../kpng/options.ts";
import { checkMayRun, runProgram } from "../kpng/run_program.ts";
import { serveApi } from "../kpng/to_api.ts";
import { linesWork, type StateOrigin } from "../kpng/to_lines.ts";
import type { Log } from "../log/log.ts";
import type { Source } from "../../proto/mod.ts";
import type { Work } from "../supervise.ts";
import type { StatusPage } from "../ui/mod.ts";
import type { CommandContext } from "./command.ts";
import type { Watching } from "./watching.ts";

/** What the sinks need. */
export interface KpngSinkSetup {
  /** The command line. */
  readonly context: CommandContext;
  /** Opens the source of the cluster's state. */
  readonly openCluster: () => Source;
  /** The node. */
  readonly nodeName: string;
  /** The log. */
  readonly log: Log;
  /** Who watches the run, `null` for nobody. */
  readonly watching: Watching | null;
  /** The status page of the run, `null` for none. */
  readonly page: StatusPage | null;
}

/** Serves KPNG's API. */
export async function apiWork(
  { context, openCluster, log, watching, page }: KpngSinkSetup,
): Promise<Work> {
  const { form, flags } = context;
  const source = openCluster();
  const watched = watching?.source(source) ?? source;
  const work = await serveApi({
    source: page?.source(watched) ?? watched,
    server: serverOptionsOf(form, flags),
    minSyncPeriodMs: flags.minSyncPeriod,
    log: log.named("kpng"),
    ...(watching === null ? {} : { onTaken: watching.tookIn }),
    ...(page === null ? {} : { onServed: (snapshot, ms) => page.served(snapshot, ms) }),
  });
  page?.watchServer(work);
  if (watching === null) return work;
  watching.clients(work.load);
  return { ...work, done: Promise.race([work.done, watching.servers.failed]) };
}

/** Prints the node's state after each sync. */
export function jsonWork(setup: KpngSinkSetup): Work {
  const { stdout } = setup.context.io;
  return work(setup, (lines) => {
    if (lines.length > 0) stdout.write(lines.map((line) => `${line}\n`).join(""));
    return Promise.resolve();
  });
}

/**
 * Runs a program after each sync, with the node's state on its standard input.
 *
 * @throws {RunError} If it may not be run.
 */
export async function execWork(setup: KpngSinkSetup): Promise<Work> {
  const { form, io } = setup.context;
  const [command = "", ...args] = form.rest;
  const program = { command, args };
  await checkMayRun(program);
  const log = setup.log.named("exec");
  return work(setup, (lines, signal) => {
    const input = lines.map((line) => `${line}\n`).join("");
    return runProgram(program, input, { stdout: io.stdout, log, signal });
  });
}

function work(
  { context: { form, flags }, openCluster, nodeName, log }: KpngSinkSetup,
  take: (lines: readonly string[], signal: AbortSignal) => Promise<void>,
): Work {
  const origin: StateOrigin = form.source === "api" && !flags.global
    ? { from: "server", connection: connectionOf(flags) }
    : { from: "cluster", source: openCluster(), kept: keptOf(form, flags) };
  return linesWork({
    origin,
    nodeName,
    once: flags.once,
    take,
    minSyncPeriodMs: flags.minSyncPeriod,
    log: log.named("kpng"),
  });
}
