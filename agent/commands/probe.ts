/**
 * `windlass probe`: asks every address of the view from here, and compares who answers with what the
 * view says; once, again and again, or when somebody asks. Needs `net` for the view's addresses.
 *
 * @module
 */
import {
  addressOf,
  explain,
  type PipelineEvent,
  type PipelineState,
  unreachable,
} from "../../core/mod.ts";
import { EXIT } from "../exit_code.ts";
import { Interrupted } from "../interrupted.ts";
import type { Log } from "../log/log.ts";
import { callAgent } from "../probe/agents.ts";
import { follow } from "../probe/follow.ts";
import { junitText } from "../probe/junit.ts";
import { changesText, matrixText } from "../probe/matrix.ts";
import { isRight, type Round } from "../probe/model.ts";
import { Prober } from "../probe/prober.ts";
import { startProbeServer } from "../probe/server.ts";
import type { Source } from "../../proto/mod.ts";
import { UsageError } from "../cli/usage_error.ts";
import { REAL_TIMERS, waitAtMost } from "../timers.ts";
import { type CommandContext, nodeNameOf, openLog } from "./command.ts";
import { noSuchService } from "./no_such_service.ts";
import {
  type AgentListening,
  readAgents,
  readIpFlag,
  readListening,
  readOrder,
} from "./probe_options.ts";
import { openClusterSource, openSource } from "./sources.ts";

/** How long proxies have to follow a change of the view before it is asked again. */
const SETTLE_MS = 1000;

/** Runs `windlass probe`. */
export async function run(context: CommandContext): Promise<number> {
  const { form, flags, io } = context;
  if (flags.watchProbe && flags.outputTextJsonJunit === "junit") {
    throw new UsageError("JUnit has one result and --watch has many: give one of them", form.name);
  }
  const order = readOrder(context);
  const agents = await readAgents(context);
  const listening = await readListening(context);
  const vantage = {
    clientIP: readIpFlag("--client-ip", flags.clientIp, form.name),
    nodeIP: readIpFlag("--node-ip", flags.nodeIp, form.name),
  };
  const nodeName = nodeNameOf(context);
  using log = openLog(context, listening === null ? "plain" : "klog");
  const stop = new AbortController();
  const unlisten = io.onStopSignal((signal) => stop.abort(new Interrupted(signal)));
  try {
    await using followed = follow(sourceOf(context, nodeName), { nodeName, log });
    await untilAborted(followed.ready, stop.signal);
    const prober = new Prober({
      from: flags.probeFrom ?? nodeName,
      state: followed.state,
      vantage,
      rate: flags.probeRate,
      timeoutMs: flags.probeTimeout,
      settleMs: SETTLE_MS,
      silent: flags.connectOnly,
      timers: REAL_TIMERS,
    });
    if (listening !== null) return await serve(prober, listening, { log, signal: stop.signal });
    const look = async (): Promise<Round> => {
      const { signal } = stop;
      const [own, ...called] = await Promise.all([
        prober.run(order, signal),
        ...agents.names.map((name) => callAgent(name, order, { ...agents, signal })),
      ]);
      return {
        at: io.now(),
        columns: [own, ...called.flatMap((each) => each.ok ? [each.column] : [])],
        failures: called.flatMap((each) => each.ok ? [] : [{ agent: each.agent, why: each.why }]),
      };
    };
    if (flags.watchProbe) return await watch(context, look, stop.signal);
    const round = await look();
    io.stdout.write(roundText(round, flags.outputTextJsonJunit));
    const missing = servicesMissing(order.services, followed.state());
    for (const what of missing) io.stderr.write(`windlass: Cannot probe ${what}\n`);
    return isRight(round) && missing.length === 0 ? EXIT.done : EXIT.failed;
  } finally {
    unlisten();
  }
}

/** The services that are asked for by their whole names and are not there: a table without them proves nothing. */
function servicesMissing(names: readonly string[], state: PipelineState): readonly string[] {
  return names
    .filter((name) => !name.includes("*") && explain(state, name) === null)
    .map((name) => noSuchService(name, [...state.view.services.keys()]));
}

function sourceOf(context: CommandContext, nodeName: string): Source<PipelineEvent> {
  const { form, flags } = context;
  const once = !flags.watchProbe && flags.serveProbe === null;
  if (form.source === "api" && !flags.global) return openSource(context, { once, nodeName });
  return openClusterSource(context, { once, nodeName: flags.allNodes ? null : nodeName });
}

/** Probes for others until a signal. */
async function serve(
  prober: Prober,
  listening: AgentListening,
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
): Promise<number> {
  await using server = startProbeServer({
    ...listening,
    probe: (order, signal) => prober.run(order, signal),
    log,
  });
  const { hostname, port } = server.address;
  log.info("Probing for those who may ask", { address: addressOf(hostname, port) });
  return await untilSignal(signal);
}

/** Probes until a signal: the whole first round, then what changes. */
async function watch(
  { flags, io }: CommandContext,
  look: () => Promise<Round>,
  signal: AbortSignal,
): Promise<number> {
  let before: Round | null = null;
  let right = true;
  try {
    while (true) {
      const round = await look();
      right &&= isRight(round);
      const json = flags.outputTextJsonJunit === "json";
      if (json) io.stdout.write(`${JSON.stringify(round)}\n`);
      else if (before === null) io.stdout.write(matrixText(round));
      else io.stdout.write(changedText(before, round));
      before = round;
      await waitAtMost(flags.probeInterval, REAL_TIMERS, signal);
      signal.throwIfAborted();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return right ? exitCodeOf(signal) : EXIT.failed;
}

function changedText(before: Round, now: Round): string {
  const at = new Date(now.at).toISOString();
  return changesText(before, now).map((line) => `${at}  ${line}\n`).join("");
}

function roundText(round: Round, format: "text" | "json" | "junit"): string {
  switch (format) {
    case "text":
      return matrixText(round);
    case "json":
      return `${JSON.stringify(round, null, 2)}\n`;
    case "junit":
      return junitText(round);
    default:
      return unreachable(format);
  }
}

async function untilSignal(signal: AbortSignal): Promise<number> {
  const aborted = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => aborted.resolve(), { once: true });
  if (!signal.aborted) await aborted.promise;
  return exitCodeOf(signal);
}

function exitCodeOf({ reason }: AbortSignal): number {
  return reason instanceof Interrupted && reason.signal === "SIGINT" ? EXIT.interrupted : EXIT.done;
}

/** Waits, but no longer than until the signal. */
async function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
