/**
 * `windlass kube-proxy`, and every command line that begins with a flag: kube-proxy's own, said in
 * Windlass' words and run as `windlass kube to-userspace` or `windlass kube to-winkernel`.
 *
 * @module
 */
import { FLAGS } from "../cli/flags.ts";
import { lex, lexiconOf } from "../cli/lex.ts";
import { readFlags } from "../cli/read_flags.ts";
import { resolve } from "../cli/resolve.ts";
import { UsageError } from "../cli/usage_error.ts";
import { EXIT } from "../exit_code.ts";
import { debugRoutes } from "../health/debug_routes.ts";
import { kubernetesVersion } from "../health/kubernetes_version.ts";
import type { Io } from "../io.ts";
import { readConfigFile } from "../kube_proxy/config_file.ts";
import { watchConfig } from "../kube_proxy/config_watch.ts";
import { configz } from "../kube_proxy/configz.ts";
import { type Effective, effectiveConfig } from "../kube_proxy/effective.ts";
import { emptySource } from "../kube_proxy/empty_source.ts";
import { expand } from "../kube_proxy/expand.ts";
import { gateStates } from "../kube_proxy/feature_gates.ts";
import { SINK_OF_MODE } from "../kube_proxy/flags.ts";
import { kubeProxyHelp } from "../kube_proxy/help.ts";
import { notesOn, writeNotes } from "../kube_proxy/notes.ts";
import { readConfig } from "../kube_proxy/read_config.ts";
import { type ProxyLine, readLine, TOPIC, valueOf } from "../kube_proxy/read_line.ts";
import { translate } from "../kube_proxy/translate.ts";
import { isMode, type ProxyMode, validateConfig } from "../kube_proxy/validate_config.ts";
import { configYaml } from "../kube_proxy/write_config.ts";
import type { Log } from "../log/log.ts";
import { RunError } from "../run_error.ts";
import { managesNoAddresses } from "./address_manager.ts";
import type { CommandContext } from "./command.ts";
import { run as runHns } from "./hns.ts";
import { run as runSync, type SyncExtras } from "./sync.ts";
import { openSyncLog } from "./sync_log.ts";

const LEXICON = lexiconOf(Object.values(FLAGS));

/** A configuration file. */
interface ConfigFile {
  readonly path: string;
  readonly text: string;
  readonly warnings: readonly string[];
}

/** Runs a command line of kube-proxy's. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const line = readLine(expand(args, (name) => io.env(name)));
  if (valueOf(line, "help", "bool")) return print(io, kubeProxyHelp());
  const version = valueOf(line, "version", "text");
  if (!["", "false"].includes(version)) {
    return print(io, `Kubernetes ${kubernetesVersion().gitVersion}\n`);
  }
  const { effective, file } = await effectiveOf(line);
  const target = valueOf(line, "write-config-to", "text");
  if (target !== "") return await writeConfig(target, effective);
  const own = inOwnWords(effective, line, io);
  let begun: Log | null = null;
  const extras: SyncExtras = {
    watch: watchExtras(effective, () => begun),
    begin(log) {
      begun = log;
      writeNotes(notesOn(line, effective), log);
      for (const each of file?.warnings ?? []) log.warn(`In "${file?.path}": ${each}`);
      const { form } = own.context;
      log.v(1)?.info(`The same in own words: windlass ${form.name} ${own.args.join(" ")}`);
    },
  };
  if (valueOf(line, "cleanup", "bool")) return await cleanUp(own.context, extras);
  if (valueOf(line, "init-only", "bool")) return await prepare(own.context, extras);
  if (file === null) return await runSync(own.context, extras);
  using watch = watchConfig(file.path, file.text);
  return await runSync(own.context, { ...extras, mustEnd: watch.changed });
}

/** What those who watch the run are told beyond the flags. */
function watchExtras(
  { config }: Effective,
  log: () => Log | null,
): NonNullable<SyncExtras["watch"]> {
  return {
    routes: config.enableProfiling ? debugRoutes(log) : [],
    syncPeriodMs: config["iptables.syncPeriod"],
    configz: () => configz(config),
    features: gateStates(config.featureGates),
  };
}

/**
 * Takes off what this program has left. In userspace it does once what a cluster with nothing in it
 * asks for; on an overlay network that would leave the source VIP, which no Service asks for.
 */
async function cleanUp(context: CommandContext, extras: SyncExtras): Promise<number> {
  const { form, flags } = context;
  if (form.sink === "to-winkernel") {
    await using log = openSyncLog(context);
    extras.begin?.(log);
    return await runHns({ ...context, form: { ...form, rest: ["cleanup"] } });
  }
  const noAddresses = form.sink === "to-userspace" && managesNoAddresses(flags);
  return await runSync(onceOf(context), {
    ...extras,
    source: emptySource(),
    begin(log) {
      extras.begin?.(log);
      if (noAddresses) log.info("No addresses are taken off: --address-manager puts none on");
    },
  });
}

/** Opens what a run would open, and ends. The kernel's load balancers need nothing to be there. */
async function prepare(context: CommandContext, extras: SyncExtras): Promise<number> {
  if (context.form.sink === "to-winkernel") {
    const text = "Nothing is to be prepared in mode kernelspace: the CNI makes the network\n";
    return print(context.io, text);
  }
  return await runSync(onceOf(context), { ...extras, source: emptySource() });
}

function print(io: Io, text: string): number {
  io.stdout.write(text);
  return EXIT.done;
}

/** What the command line and its file ask for, checked. */
async function effectiveOf(
  line: ProxyLine,
): Promise<{ readonly effective: Effective; readonly file: ConfigFile | null }> {
  const path = valueOf(line, "config", "text");
  const windows = Deno.build.os === "windows";
  if (path === "") {
    const effective = effectiveConfig(line, null, windows);
    refuse("Cannot use the command line", validateConfig(effective.config));
    return { effective, file: null };
  }
  const text = await readFile(path);
  const { set, problems, warnings } = readConfig(text);
  const what = `Cannot use configuration file "${path}"`;
  refuse(what, problems);
  const effective = effectiveConfig(line, set, windows);
  refuse(what, validateConfig(effective.config));
  return { effective, file: { path, text, warnings } };
}

function refuse(what: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  const [first = "", ...more] = problems;
  throw new UsageError(
    more.length === 0 ? `${what}: ${first}` : `${what}:\n${problems.join("\n")}`,
    TOPIC,
  );
}

async function readFile(path: string): Promise<string> {
  try {
    return await readConfigFile(path);
  } catch (cause) {
    const met = cause instanceof Error ? cause.message : String(cause);
    const why = cause instanceof Deno.errors.NotFound
      ? "there is no such file; give --config an existing one"
      : cause instanceof TypeError // says itself what would be right
      ? met
      : `${met}; give --config a file, and one that this user may read`;
    throw new UsageError(`Cannot read configuration file "${path}": ${why}`, TOPIC);
  }
}

async function writeConfig(path: string, { config }: Effective): Promise<number> {
  try {
    await Deno.writeTextFile(path, configYaml(config));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RunError(`Cannot write the configuration to "${path}": ${why}`, { cause });
  }
  return EXIT.done;
}

/** The same in Windlass' words: the context of `windlass kube SINK`, and its flags as text. */
function inOwnWords(
  effective: Effective,
  line: ProxyLine,
  io: Io,
): { readonly context: CommandContext; readonly args: readonly string[] } {
  const mode = modeOf(effective);
  const form = resolve(["kube", SINK_OF_MODE[mode]]);
  const args = translate(effective.config, line, mode);
  const flags = readFlags(lex(args, LEXICON), form);
  return { context: { form, flags, io, program: "kube-proxy" }, args };
}

function modeOf({ config }: Effective): ProxyMode {
  if (isMode(config.mode)) return config.mode;
  throw new TypeError(`Mode "${config.mode}" has passed the check`);
}

function onceOf(context: CommandContext): CommandContext {
  return { ...context, flags: { ...context.flags, once: true } };
}
