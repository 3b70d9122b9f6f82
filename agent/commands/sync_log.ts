/**
 * The log of a command that goes on and on: to standard error, to files, or to both, as its flags
 * say.
 *
 * @module
 */
import type { FlagValues } from "../cli/flags.ts";
import { UsageError } from "../cli/usage_error.ts";
import type { Io } from "../io.ts";
import type { FileNaming } from "../log/file_series.ts";
import { createLog, formatterOf, type Log, type LogFormat } from "../log/log.ts";
import { type LogFileOptions, openLogOutput, type Severity } from "../log/log_output.ts";
import { RotatingFile } from "../log/rotating_file.ts";
import { type ModuleLevel, parseVmodule } from "../log/vmodule.ts";
import type { CommandContext } from "./command.ts";

/** The environment variables that tell whom the program runs as. */
export const LOG_ENV = ["USER", "USERDOMAIN", "USERNAME"] as const;

/** A log that may have files. Dispose it at the end, so that nothing is lost. */
export interface SyncLog extends Log, AsyncDisposable {
  /** Writes an error to the files alone, where standard error has it from somebody else. */
  errorToFiles(message: string): void;
}

/**
 * Opens the log that the flags of a command ask for.
 *
 * @throws {UsageError} If `--vmodule` cannot be read.
 */
export function openSyncLog(context: CommandContext): SyncLog {
  const { flags, io } = context;
  const vmodule = readVmodule(flags.vmodule, context.form.name);
  const look = lookOf(flags);
  const format = formatterOf(look);
  const now = (): number => io.now();
  const own = (severity: Severity, message: string): string =>
    format({ time: now(), severity, v: 0, component: "windlass", message, fields: {} });
  const behind = stderrBehind(io, (message) => own("warn", message));
  const output = openLogOutput({
    stderr: (line) => behind === null ? io.stderr.write(line) : behind.write(line),
    stderrFrom: hasFiles(flags) && !flags.logToStderr ? THRESHOLDS[flags.stderrThreshold] : "info",
    files: filesOf(context),
    format: own,
    now,
  });
  const log = createLog({
    verbosity: flags.verbosity,
    vmodule,
    format: look,
    write: (line, severity) => output.write(line, severity),
    now,
  });
  return {
    ...log,
    errorToFiles: (message) => output.writeToFiles(own("error", message), "error"),
    async [Symbol.asyncDispose]() {
      log[Symbol.dispose]();
      await output[Symbol.asyncDispose]();
      await behind?.[Symbol.asyncDispose]();
    },
  };
}

/**
 * Standard error, written behind the program's back: who reads it may be slow, and connections must
 * not wait for that. `null` where it waits for nobody.
 */
function stderrBehind(
  { stderr: { stream } }: Io,
  format: (message: string) => string,
): RotatingFile | null {
  if (stream === undefined) return null;
  const file = { write: stream.write, close: () => {} };
  const behind = new RotatingFile({
    series: { name: "of standard error", next: () => Promise.resolve({ file, size: 0 }) },
    maxBytes: Infinity,
    onTrouble: (message) => behind.write(format(message)), // read once somebody reads again
  });
  return behind;
}

/** klog's names of the severities. Nothing that is logged here is fatal. */
const THRESHOLDS = { info: "info", warning: "warn", error: "error", fatal: null } as const;

function lookOf({ logFormat, skipHeaders }: FlagValues): LogFormat {
  if (logFormat === "json") return "json";
  return skipHeaders ? "klog-headless" : "klog";
}

function hasFiles({ logDir, logFile }: FlagValues): boolean {
  return (logDir ?? "") !== "" || (logFile ?? "") !== "";
}

const MB = 1024 * 1024;

function filesOf({ flags, io, program = "windlass" }: CommandContext): LogFileOptions {
  return {
    path: flags.logFile === "" ? null : flags.logFile,
    folder: flags.logDir === "" ? null : flags.logDir,
    maxBytes: flags.logFileMaxSize * MB,
    maxBackups: flags.logFileMaxBackups,
    oneOutput: flags.oneOutput,
    skipFileHeader: flags.skipLogHeaders || flags.skipHeaders || flags.logFormat === "json",
    naming: hasFiles(flags) ? namingOf(program, io) : NO_NAMES,
  };
}

const NO_NAMES: FileNaming = { program: "", host: "", user: "", pid: 0 };

/** What klog puts into a file's name. */
function namingOf(program: string, io: Io): FileNaming {
  const onWindows = Deno.build.os === "windows";
  const [domain, name] = [io.env("USERDOMAIN"), io.env("USERNAME") ?? io.env("USER")];
  return {
    program: onWindows ? `${program}.exe` : program,
    host: io.hostname(),
    user: [...(onWindows && domain ? [domain] : []), name ?? "unknownuser"].join("_"),
    pid: Deno.pid,
  };
}

function readVmodule(text: string | null, topic: string): readonly ModuleLevel[] {
  const levels = parseVmodule(text ?? "");
  if (levels !== null) return levels;
  throw new UsageError(
    `Cannot read flag --vmodule: "${text}" is not PATTERN=N,...; give, say, userspace=4,sync=2`,
    topic,
  );
}
