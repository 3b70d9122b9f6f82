/**
 * Where log lines go: standard error, files, or both, as klog's flags have it. Files are written
 * behind the program's back, standard error at once.
 *
 * @module
 */
import {
  FILE_LEVELS,
  type FileLevel,
  type FileNaming,
  folderSeries,
  pathSeries,
} from "./file_series.ts";
import type { LogLine } from "./format.ts";
import { RotatingFile } from "./rotating_file.ts";

/** How bad a line is. */
export type Severity = LogLine["severity"];

/** The severities, from the least on. */
export const SEVERITIES: readonly Severity[] = ["info", "warn", "error"];

/** What is written to files. */
export interface LogFileOptions {
  /** One file for all lines, in place of those in `folder`. */
  readonly path: string | null;
  /** The folder for a file of each severity; `null` together with `path` for no files at all. */
  readonly folder: string | null;
  /** After how many bytes a new file is begun; 0 for never. */
  readonly maxBytes: number;
  /** How many old files stay beside the current one. */
  readonly maxBackups: number;
  /** Whether a line goes only to the file of its own severity, not to those below as well. */
  readonly oneOutput: boolean;
  /** Whether files begin without the lines that tell where and when. */
  readonly skipFileHeader: boolean;
  /** What the files' names tell. */
  readonly naming: FileNaming;
}

/** How an output is set up. */
export interface LogOutputOptions {
  /** Takes a line for standard error. */
  readonly stderr: (line: string) => void;
  /** The least severity that standard error gets; `null` for nothing at all. */
  readonly stderrFrom: Severity | null;
  /** The files. */
  readonly files: LogFileOptions;
  /** Makes a line of the output's own: about files that cannot be written. */
  readonly format: (severity: Severity, message: string) => string;
  /** The time of day, in milliseconds since 1970. */
  readonly now: () => number;
}

/** Takes log lines. */
export interface LogOutput extends AsyncDisposable {
  /** Takes a line, complete with its line break. */
  write(line: string, severity: Severity): void;
  /** Takes a line for the files alone: standard error has it from somebody else. */
  writeToFiles(line: string, severity: Severity): void;
}

/** Opens an output. Dispose it at the end, so that nothing is lost. */
export function openLogOutput(options: LogOutputOptions): LogOutput {
  const { stderr, stderrFrom, files, format } = options;
  const onTrouble = (message: string): void => stderr(format("error", message));
  const open = openFiles(options, onTrouble);
  const least = stderrFrom === null ? Infinity : SEVERITIES.indexOf(stderrFrom);
  const writeToFiles = (line: string, severity: Severity): void => {
    if (files.path !== null) return open[0]?.write(line);
    const own = SEVERITIES.indexOf(severity);
    for (const [at, file] of open.entries()) {
      if (at === own || (at < own && !files.oneOutput)) file.write(line);
    }
  };
  return {
    write(line, severity) {
      writeToFiles(line, severity);
      if (SEVERITIES.indexOf(severity) >= least) stderr(line);
    },
    writeToFiles,
    async [Symbol.asyncDispose]() {
      await Promise.all(open.map((file) => file[Symbol.asyncDispose]()));
    },
  };
}

function openFiles(
  { files, now }: LogOutputOptions,
  onTrouble: (message: string) => void,
): readonly RotatingFile[] {
  const { path, folder, maxBackups, naming } = files;
  const maxBytes = files.maxBytes > 0 ? files.maxBytes : Infinity;
  const header = files.skipFileHeader ? () => "" : () => fileHeader(naming, now());
  if (path !== null) {
    const series = pathSeries({ path, maxBackups, header });
    return [new RotatingFile({ series, maxBytes, onTrouble })];
  }
  if (folder === null) return [];
  return FILE_LEVELS.map((level: FileLevel) =>
    new RotatingFile({
      series: folderSeries({ folder, naming, level, maxBackups, now, header }),
      maxBytes,
      onTrouble,
    })
  );
}

/** The first lines of a file, as klog has them. */
function fileHeader({ host }: FileNaming, time: number): string {
  const at = new Date(time);
  const two = (n: number): string => String(n).padStart(2, "0");
  const date = `${at.getFullYear()}/${two(at.getMonth() + 1)}/${two(at.getDate())}`;
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":");
  return `Log file created at: ${date} ${clock}\n` +
    `Running on machine: ${host}\n` +
    `Binary: Built with Deno ${Deno.version.deno} for ${Deno.build.os}/${Deno.build.arch}\n` +
    "Log line format: [IWE]mmdd hh:mm:ss.uuuuuu processid part:line] msg\n";
}
