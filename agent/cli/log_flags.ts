/**
 * The flags that say what is logged, how, and where to, as data.
 *
 * @module
 */
import type { Flag } from "./flag.ts";

/** Every flag of the log, by the name under which commands read its value. */
export const LOG_FLAGS = {
  verbosity: {
    kind: "whole",
    name: "v",
    short: "v",
    metavar: "N",
    default: 0,
    min: 0,
    max: 10,
    help: "How much to log: 0 what matters, 2 each sync, 4 each event, up to 10",
  },
  logFormat: {
    kind: "choice",
    name: "log-format",
    choices: ["text", "json"],
    default: "text",
    help: "How log lines look on standard error",
  },
  logDir: {
    kind: "text",
    name: "log-dir",
    metavar: "PATH",
    default: null,
    help: "A folder for log files, one for each severity, named as klog names them",
  },
  logFile: {
    kind: "text",
    name: "log-file",
    metavar: "PATH",
    default: null,
    help:
      "One log file for all lines, instead of those in --log-dir; older ones are PATH.1, PATH.2, …",
  },
  logFileMaxSize: {
    kind: "whole",
    name: "log-file-max-size",
    metavar: "MB",
    default: 1800,
    min: 0,
    max: 1_000_000,
    help: "After how many megabytes a new log file is begun; 0 for never",
  },
  logFileMaxBackups: {
    kind: "whole",
    name: "log-file-max-backups",
    metavar: "N",
    default: 10,
    min: 0,
    max: 10_000,
    help: "How many old log files stay",
  },
  logToStderr: {
    kind: "switch",
    name: "logtostderr",
    default: true,
    help: "Log to standard error even where there are log files",
  },
  stderrThreshold: {
    kind: "choice",
    name: "stderrthreshold",
    choices: ["info", "warning", "error", "fatal"],
    default: "error",
    help: "With --logtostderr=false: how bad a line must be to go to standard error all the same",
  },
  vmodule: {
    kind: "text",
    name: "vmodule",
    metavar: "PART=N,...",
    default: null,
    help: "Another -v for some parts of the program: userspace=4,sync=2; * stands for any text",
  },
  oneOutput: {
    kind: "switch",
    name: "one-output",
    default: false,
    help: "In --log-dir, write a line to the file of its own severity only, not to those below",
  },
  skipHeaders: {
    kind: "switch",
    name: "skip-headers",
    default: false,
    help: "Write text lines without severity, time, process and place",
  },
  skipLogHeaders: {
    kind: "switch",
    name: "skip-log-headers",
    default: false,
    help: "Begin log files without the lines that tell where and when",
  },
} as const satisfies Readonly<Record<string, Flag>>;
