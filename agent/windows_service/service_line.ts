/**
 * The command line that a service runs: checked when it is installed, because afterwards nobody is
 * there to read what is wrong with it.
 *
 * @module
 */
import { FLAGS } from "../cli/flags.ts";
import { modernSpelling } from "../cli/kpng_spelling.ts";
import { lex, lexiconOf } from "../cli/lex.ts";
import { readFlags } from "../cli/read_flags.ts";
import { resolve } from "../cli/resolve.ts";
import { UsageError } from "../cli/usage_error.ts";
import { readLine } from "../kube_proxy/read_line.ts";
import { withoutServiceFlag } from "./run_as_service.ts";

const LEXICON = lexiconOf(Object.values(FLAGS));
const TOPIC = "service";

/** Where the log of a service goes that names no place for it: where Kubernetes' logs are. */
export const LOG_FOLDER = "C:\\var\\log\\windlass";

/**
 * The arguments for a service that is to do what the command line asks for: the same, with
 * `--windows-service`, and with a place for the log where it names none.
 *
 * @throws {UsageError} If the command line is none that goes on and on, or has something wrong.
 */
export function serviceLine(args: readonly string[]): readonly string[] {
  const line = withoutServiceFlag(args);
  if (line.length === 0) {
    throw new UsageError(
      "The command line of the service is missing; give it after --, as in " +
        `"windlass service install -- kube to-winkernel --kubeconfig C:\\k\\config"`,
      TOPIC,
    );
  }
  check(line);
  const given = lex(line, LEXICON).flags.map(({ name }) => name);
  const hasPlace = given.includes("log-dir") || given.includes("log-file");
  const added = [
    "--windows-service",
    ...hasPlace ? [] : [`--log-dir=${LOG_FOLDER}`],
    // kube-proxy's flags want it, and nobody reads a service's standard error
    ...given.includes("logtostderr") ? [] : ["--logtostderr=false"],
  ];
  const firstFlag = line.findIndex((arg) => arg.startsWith("-"));
  return firstFlag < 0 ? [...line, ...added] : line.toSpliced(firstFlag, 0, ...added);
}

function check([first = "", ...rest]: readonly string[]): void {
  if (first === "kube-proxy") return void readLine(rest);
  if (first.startsWith("-")) return void readLine([first, ...rest]);
  const lexed = modernSpelling(lex([first, ...rest], LEXICON));
  const form = resolve(lexed.words);
  if (form.run !== "sync") {
    throw new UsageError(
      `"windlass ${form.name}" ends by itself; a service runs SOURCE SINK, or kube-proxy's flags`,
      TOPIC,
    );
  }
  if (form.missing !== null) {
    throw new UsageError(`${form.missing} is missing: ${form.usage}`, TOPIC);
  }
  readFlags(lexed, form);
}
