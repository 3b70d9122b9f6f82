/**
 * `windlass hns`: shows what HNS has, compares it with what is wanted, finds what is wrong, and cleans
 * up what service proxies left. Only `cleanup` writes.
 *
 * @module
 */
import {
  absence,
  ambiguity,
  type Diagnosis,
  examine,
  hnsBackend,
  type HnsConfig,
  HnsError,
  type HnsObservation,
  type HnsTransport,
  observeHns,
  type Op,
  planCleanup,
  type PortSpace,
} from "../../backends/mod.ts";
import { addressOf, type Change, unreachable } from "../../core/mod.ts";
import { didYouMean } from "../cli/suggest.ts";
import { textTable } from "../cli/table.ts";
import { UsageError } from "../cli/usage_error.ts";
import { HNS_ACTIONS, isSource, sourceNames } from "../cli/words.ts";
import { EXIT } from "../exit_code.ts";
import { RunError } from "../run_error.ts";
import { type CommandContext, openLog } from "./command.ts";
import { windowsPorts } from "../node_facts/mod.ts";
import { isEmulated, openHnsTransport } from "./hns_transport.ts";
import { dataText } from "./print.ts";
import { readOnce } from "./read_once.ts";
import { remarkLines, splitRemarks } from "./remarks.ts";
import { planWinkernel } from "./winkernel.ts";
import { winkernelConfig } from "./winkernel_options.ts";
import { withSourceVip } from "./winkernel_source_vip.ts";

/** Runs `windlass hns ACTION [SOURCE]`. */
export async function run(context: CommandContext): Promise<number> {
  const [given = "", ...rest] = context.form.rest;
  const action = HNS_ACTIONS.find((each) => each === given);
  if (action === undefined) {
    throw new UsageError(
      `Unknown action "${given}"${didYouMean(given, HNS_ACTIONS)}; it is one of ${
        HNS_ACTIONS.join(", ")
      }`,
      "hns",
    );
  }
  if (action === "diff") return await diff(context, rest);
  if (rest[0] !== undefined) {
    throw new UsageError(`Unexpected argument "${rest[0]}": windlass hns ${action} [flags]`, "hns");
  }
  const asGiven = winkernelConfig(context.flags, context.io);
  const transport = await openHnsTransport(context.flags, { writes: action === "cleanup" });
  try {
    const { observation, config } = await seen(transport, asGiven, context);
    switch (action) {
      case "list":
        return list(context, observation, config);
      case "doctor":
        return await doctor(context, observation, config);
      case "cleanup":
        return await cleanup(context, transport, observation, config);
      default:
        return unreachable(action);
    }
  } finally {
    await transport.close();
  }
}

/** What HNS has, and the configuration with the source VIP that a run would find there. */
async function seen(
  transport: HnsTransport,
  given: HnsConfig,
  { flags }: CommandContext,
): Promise<{ readonly observation: HnsObservation; readonly config: HnsConfig }> {
  const { networkName } = given;
  try {
    const observation = await observeHns(transport, networkName, new AbortController().signal);
    return { observation, config: await withSourceVip(given, observation, transport, flags) };
  } catch (error) {
    if (error instanceof HnsError) throw new RunError(error.message);
    throw error;
  }
}

function list(
  { flags, io }: CommandContext,
  observation: HnsObservation,
  config: HnsConfig,
): number {
  const { network, endpoints, loadBalancers, features } = observation;
  const format = flags.outputTextJsonYaml;
  if (format !== "text") {
    const networks = observation.networkNames;
    const seen = { network: printable(network), networks, features: [...features] };
    const data = { ...seen, endpoints, loadBalancers };
    io.stdout.write(dataText(data, format));
    return EXIT.done;
  }
  const ips = new Map(endpoints.map(({ id, ips }) => [id.toLowerCase(), ips.join(",")]));
  const rows = loadBalancers.map(({ id, vips, mappings, flags, endpoints }) => {
    const [{ protocol, externalPort, internalPort, flags: portFlags } = NO_MAPPING] = mappings;
    return [
      vips[0] === undefined ? `*:${externalPort}` : addressOf(vips[0], externalPort),
      String(protocol),
      String(internalPort),
      String(flags),
      String(portFlags),
      endpoints.map((each) => ips.get(each) ?? `${each}?`).join(" "),
      id,
    ];
  });
  const places = endpoints.map(({ id, ips, mac, remote, providerAddress }) => [
    ips.join(","),
    remote ? "remote" : "local",
    mac,
    providerAddress,
    id,
  ]);
  const lines = [
    network === null
      ? ambiguity(observation, config.networkName) ?? absence(observation, config.networkName)
      : `Network: ${network.name} (${network.type}) ${network.id}`,
    "",
    ...textTable([
      ["FRONTEND", "PROTOCOL", "PORT", "FLAGS", "PORT FLAGS", "ENDPOINTS", "ID"],
      ...rows,
    ]),
    "",
    ...textTable([["ADDRESS", "PLACE", "MAC", "PROVIDER", "ID"], ...places]),
  ];
  io.stdout.write(`${lines.join("\n")}\n`);
  return EXIT.done;
}

/** The network with its routes as text: a range of addresses counts in bigints, which JSON lacks. */
function printable(network: HnsObservation["network"]): unknown {
  if (network === null) return null;
  const remoteSubnets = network.remoteSubnets.map((each) => ({
    ...each,
    prefix: each.prefix.text,
  }));
  return { ...network, remoteSubnets };
}

const NO_MAPPING = { protocol: 0, externalPort: 0, internalPort: 0, flags: 0 };

/** What a sync would do now, in words: exit code 0 if nothing, 1 if something. */
async function diff(context: CommandContext, [given = ""]: readonly string[]): Promise<number> {
  if (!isSource(given)) {
    const known = sourceNames();
    throw new UsageError(
      given === ""
        ? "SOURCE is missing: windlass hns diff SOURCE [flags]"
        : `Unknown source "${given}"${didYouMean(given, known)}; it is one of ${known.join(", ")}`,
      "hns",
    );
  }
  const { flags, io } = context;
  const sourced = { ...context, form: { ...context.form, source: given, rest: [] } };
  const { changes }: { changes: readonly Change[] } = await readOnce(sourced);
  using log = openLog(context, "plain");
  const { ops: planned, waits } = await planWinkernel(sourced, changes, log);
  const { ops, remarks } = splitRemarks(planned);
  const format = flags.outputTextJsonYaml;
  if (format !== "text") {
    io.stdout.write(dataText({ differences: ops, remarks, waits }, format));
  } else {
    const lines = [
      ...ops.map(({ op, key, because }) => `${op.replaceAll("-", " ")} ${key}: ${because}`),
      ...waits.map(({ what }) => `waiting for ${what}`),
    ];
    const told = lines.length === 0 ? ["HNS has what is wanted"] : lines;
    io.stdout.write(`${[...told, ...remarkLines(remarks)].join("\n")}\n`);
  }
  return ops.length === 0 ? EXIT.done : EXIT.failed;
}

/** What is wrong: exit code 1 if something must be done about it. */
async function doctor(
  { flags, io }: CommandContext,
  observation: HnsObservation,
  config: HnsConfig,
): Promise<number> {
  const found = examine(observation, config, await portsOf(flags, io));
  const format = flags.outputTextJsonYaml;
  io.stdout.write(
    format === "text" ? found.map(diagnosisText).join("\n") : dataText({ findings: found }, format),
  );
  return found.some(({ severity }) => severity === "error") ? EXIT.failed : EXIT.done;
}

/** The ports of this machine, where it is the node that is examined and tells them. */
async function portsOf(
  flags: CommandContext["flags"],
  { stderr }: CommandContext["io"],
): Promise<PortSpace | null> {
  if (Deno.build.os !== "windows" || isEmulated(flags)) return null;
  try {
    const [tcp = null] = await windowsPorts();
    return tcp;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    stderr.write(`Cannot read the dynamic port range, so the usual one is taken: ${why}\n`);
    return null;
  }
}

function diagnosisText({ severity, check, finding, cause, cure }: Diagnosis): string {
  return `${severity.toUpperCase()} ${check}: ${finding}\n  cause: ${cause}\n  cure: ${cure}\n`;
}

async function cleanup(
  { flags, io }: CommandContext,
  transport: HnsTransport,
  observation: HnsObservation,
  config: HnsConfig,
): Promise<number> {
  const unclear = ambiguity(observation, config.networkName);
  if (unclear !== null) throw new RunError(unclear);
  const ops = planCleanup(observation, config);
  const backend = hnsBackend({ config, transport });
  const { signal } = new AbortController();
  const failed: string[] = [];
  for (const op of ops) {
    const result = await backend.apply(op, signal);
    if (!result.ok) failed.push(result.error);
  }
  const done = ops.length - failed.length;
  const none = observation.network === null ? [absence(observation, config.networkName)] : [];
  const lines = [...none, `Removed what ${done} operations name`, ...failed];
  const format = flags.outputTextJsonYaml;
  io.stdout.write(
    format === "text"
      ? `${lines.join("\n")}\n`
      : dataText({ removed: ops satisfies readonly Op[], failed }, format),
  );
  return failed.length === 0 ? EXIT.done : EXIT.failed;
}
