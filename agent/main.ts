/**
 * The command line: finds out what is asked for, loads that command and nothing else, and turns what
 * came of it into an exit code.
 *
 * @module
 */
import { complete } from "./cli/complete.ts";
import { COMPLETE_COMMAND } from "./cli/completion_scripts.ts";
import { FLAGS } from "./cli/flags.ts";
import { formHelp, overview } from "./cli/help.ts";
import { modernSpelling } from "./cli/kpng_spelling.ts";
import { lex, type Lexed, lexiconOf } from "./cli/lex.ts";
import { readFlags, refuseStrangers } from "./cli/read_flags.ts";
import { type Form, resolve } from "./cli/resolve.ts";
import { UsageError } from "./cli/usage_error.ts";
import type { Command } from "./commands/command.ts";
import { unreachable } from "../core/mod.ts";
import { EXIT } from "./exit_code.ts";
import { Interrupted } from "./interrupted.ts";
import { denoIo, type Io, OutputClosed } from "./io.ts";
import { jsonFormatter } from "./log/format.ts";
import { RunError } from "./run_error.ts";

const LEXICON = lexiconOf(Object.values(FLAGS));

/** Runs a command line to its end, and answers with the exit code. Never throws. */
export async function main(args: readonly string[], io: Io = denoIo()): Promise<number> {
  try {
    return await dispatch(args, io);
  } catch (error) {
    return fail(error, args, io);
  }
}

async function dispatch(args: readonly string[], io: Io): Promise<number> {
  if (args[0] === COMPLETE_COMMAND) return offer(args.slice(1), io);
  const lexed = modernSpelling(lex(args, LEXICON));
  const kubeProxyArgs = kubeProxyLine(args, lexed);
  if (asksForService(lexed)) {
    const { runAsService, withoutServiceFlag } = await import("./windows_service/mod.ts");
    const line = kubeProxyArgs === null ? args : ["kube-proxy", ...kubeProxyArgs];
    return await runAsService(withoutServiceFlag(line), io, main);
  }
  if (kubeProxyArgs !== null) {
    return await (await import("./commands/kube_proxy.ts")).run(kubeProxyArgs, io);
  }
  const wantsHelp = lexed.flags.some((flag) => flag.name === "help");
  if (lexed.words.length === 0 && (args.length === 0 || wantsHelp)) {
    io.stdout.write(overview());
    return EXIT.done;
  }
  const form = understand(lexed);
  if (wantsHelp) {
    io.stdout.write(formHelp(form));
    return EXIT.done;
  }
  const flags = readFlags(lexed, form);
  refuseBadWords(form);
  const command = await load(form.run);
  return await command({ form, flags, io });
}

/**
 * Whether the program is to be a Windows service. kube-proxy's own flag is the same one; that of a
 * file which it reads is not asked, because a service must answer before it has read anything.
 */
function asksForService({ words, flags }: Lexed): boolean {
  const given = flags.findLast(({ name }) => name === "windows-service");
  const value = given?.value?.toLowerCase() ?? "true";
  return given !== undefined && ["true", "1", "t"].includes(value) && words[0] !== "service" &&
    flags.every(({ name }) => name !== "help");
}

/** What the words mean. A flag that nobody knows comes first: its value may look like a word. */
function understand(lexed: Lexed): Form {
  try {
    return resolve(lexed.words);
  } catch (error) {
    refuseStrangers(lexed);
    throw error;
  }
}

function refuseBadWords(form: Form): void {
  if (form.missing !== null) {
    throw new UsageError(`${form.missing} is missing: ${form.usage}`, form.name);
  }
  const extra = form.rest[form.maxRest];
  if (extra === undefined) return;
  const hint = /^(true|false)$/i.test(extra)
    ? `; a flag that is on or off takes its value with "=", as in --once=${extra}`
    : "";
  throw new UsageError(`Unexpected argument "${extra}"${hint}: ${form.usage}`, form.name);
}

/**
 * The arguments for kube-proxy's own command line, `null` if it is none. It is one where the first
 * argument is a flag, so that the program can take kube-proxy's place; asking for help alone is not.
 */
function kubeProxyLine(
  [first = "", ...rest]: readonly string[],
  lexed: Lexed,
): readonly string[] | null {
  if (first === "kube-proxy") return rest;
  const asksHelp = lexed.flags.every((flag) => flag.name === "help");
  return first.startsWith("-") && !asksHelp ? [first, ...rest] : null;
}

/** Each command is loaded only when it is run, so that all of them start fast. */
async function load(run: Form["run"]): Promise<Command> {
  switch (run) {
    case "sync":
      return (await import("./commands/sync.ts")).run;
    case "view":
      return (await import("./commands/view.ts")).run;
    case "plan":
      return (await import("./commands/plan.ts")).run;
    case "hns":
      return (await import("./commands/hns.ts")).run;
    case "explain":
      return (await import("./commands/explain.ts")).run;
    case "kube-proxy": {
      const { run } = await import("./commands/kube_proxy.ts");
      return ({ io }) => run([], io); // with flags it never comes here
    }
    case "service":
      return (await import("./commands/service.ts")).run;
    case "probe":
      return (await import("./commands/probe.ts")).run;
    case "node":
      return (await import("./commands/node.ts")).run;
    case "source-vip":
      return (await import("./commands/source_vip.ts")).run;
    case "top":
      return (await import("./commands/top.ts")).run;
    case "simulate":
      return (await import("./commands/simulate.ts")).run;
    case "version":
      return (await import("./commands/version.ts")).run;
    case "help":
      return (await import("./commands/help.ts")).run;
    case "completion":
      return (await import("./commands/completion.ts")).run;
    default:
      return unreachable(run);
  }
}

function offer(words: readonly string[], io: Io): number {
  const candidates = complete(words[0] === "--" ? words.slice(1) : words);
  io.stdout.write(candidates.map((each) => `${each}\n`).join(""));
  return EXIT.done;
}

/** Tells the user what went wrong: in short what they can put right, in full what they cannot. */
function fail(error: unknown, args: readonly string[], io: Io): number {
  if (error instanceof OutputClosed) return EXIT.done; // whoever asked has heard enough
  if (error instanceof Interrupted && error.signal === "SIGINT") return EXIT.interrupted;
  const { code, text } = describeFailure(error);
  const format = lex(args, LEXICON).flags
    .findLast(({ name }) => name === "log-format" || name === "logging-format")?.value;
  io.stderr.write(
    format === "json"
      ? jsonFormatter({
        time: io.now(),
        severity: "error",
        v: 0,
        component: "windlass",
        message: text,
        fields: {},
      })
      : `windlass: ${text}\n`,
  );
  return code;
}

interface Failure {
  readonly code: number;
  readonly text: string;
}

function describeFailure(error: unknown): Failure {
  if (error instanceof UsageError) {
    const topic = error.topic === "" ? "" : ` ${error.topic}`;
    return {
      code: EXIT.usage,
      text: `${error.message}\nRun "windlass help${topic}" to read what is allowed`,
    };
  }
  if (!(error instanceof Error)) return { code: EXIT.failed, text: String(error) };
  // By name: to know the class, its room would have to be loaded.
  if (error.name === "SourceError" && "code" in error) {
    return { code: error.code === "refused" ? EXIT.failed : EXIT.usage, text: error.message };
  }
  const foreseen = error instanceof RunError || error instanceof Interrupted;
  return { code: EXIT.failed, text: foreseen ? error.message : error.stack ?? error.message };
}
