/**
 * The logger behind the core `Logger` type: LogTape does the work, klog's `-v` decides what is asked
 * of it. The gate comes first, because a call that is switched off costs nothing but a comparison.
 *
 * @module
 */
import { configureSync, disposeSync, getLogger, type LogRecord } from "@logtape/logtape";
import type { LogFields, Logger } from "../../core/mod.ts";
import {
  headlessFormatter,
  jsonFormatter,
  klogFormatter,
  type LogFormatter,
  type LogLine,
  plainFormatter,
} from "./format.ts";
import { type ModuleLevel, MOST_VERBOSE, verbosityOf } from "./vmodule.ts";

/** The looks that log lines can have; `klog-headless` is klog's without time and place. */
export const LOG_FORMATS = ["klog", "klog-headless", "json", "plain"] as const;

/** A look that log lines can have. */
export type LogFormat = typeof LOG_FORMATS[number];

/** How a log is set up. */
export interface LogOptions {
  /** Lines of `v(n)` are written for n up to this. */
  readonly verbosity: number;
  /** The look. */
  readonly format: LogFormat;
  /**
   * Another verbosity for some parts of the program.
   *
   * @default {[]}
   */
  readonly vmodule?: readonly ModuleLevel[];
  /** Takes each line, complete with its line break. */
  readonly write: (line: string, severity: LogLine["severity"]) => void;
  /** The time of day, in milliseconds since 1970. */
  readonly now: () => number;
  /**
   * The process id that klog lines show.
   *
   * @default Deno.pid
   */
  readonly pid?: number;
}

/** The log of the program. There is one at a time: making another takes the place of the first. */
export interface Log extends Logger, Disposable {
  /** A logger whose lines name this part of the program. */
  named(component: string): Logger;
  /** Changes the verbosity from now on. Parts that have one of their own (`vmodule`) keep it. */
  setVerbosity(verbosity: number): void;
}

/** Sets the program's log up. Dispose it at the end, so that nothing is lost. */
export function createLog(options: LogOptions): Log {
  const format = formatterOf(options.format, options.pid);
  configureSync({
    reset: true, // LogTape is set up once for the whole process
    sinks: {
      out(record) {
        const line = lineOf(record, options.now());
        options.write(format(line), line.severity);
      },
    },
    loggers: [
      { category: ROOT, sinks: ["out"], lowestLevel: "info" },
      { category: ["logtape", "meta"], sinks: [], lowestLevel: "fatal" },
    ],
  });
  let { verbosity } = options;
  const dials: (() => void)[] = [];
  const named = (component: string): Logger => {
    const dial = { most: 0 };
    const turn = (): void => {
      dial.most = verbosityOf(component, options.vmodule ?? [], verbosity);
    };
    turn();
    dials.push(turn);
    return componentLogger(component, dial);
  };
  return {
    ...named(ROOT),
    named,
    setVerbosity(to) {
      verbosity = to;
      for (const turn of dials) turn();
    },
    [Symbol.dispose]: disposeSync,
  };
}

/** What a logger's verbosity is at the moment. */
interface Dial {
  readonly most: number;
}

const ROOT = "windlass";

/** What makes lines look so. */
export function formatterOf(format: LogFormat, pid = Deno.pid): LogFormatter {
  return {
    klog: klogFormatter(pid),
    "klog-headless": headlessFormatter,
    json: jsonFormatter,
    plain: plainFormatter,
  }[format];
}

const SEVERITY: Readonly<Record<string, "warn" | "error">> = {
  warning: "warn",
  error: "error",
  fatal: "error",
};

function lineOf(record: LogRecord, time: number): LogLine {
  const { fields, v } = record.properties as { fields: LogFields; v: number }; // as written below
  return {
    time,
    severity: SEVERITY[record.level] ?? "info",
    v,
    component: record.category.at(-1) ?? ROOT,
    message: String(record.rawMessage),
    fields,
  };
}

const NO_FIELDS: LogFields = {};

function componentLogger(component: string, dial: Dial): Logger {
  const logger = getLogger([ROOT, component]);
  const infoAt = (v: number): Pick<Logger, "info"> => ({
    info: (message, fields = NO_FIELDS) => logger.info(message, { fields, v }),
  });
  const levels = Array.from({ length: MOST_VERBOSE + 1 }, (_, v) => infoAt(v));
  return {
    ...infoAt(0),
    v: (level) => level <= dial.most ? levels[level] ?? null : null,
    warn: (message, fields = NO_FIELDS) => logger.warn(message, { fields, v: 0 }),
    error: (message, fields = NO_FIELDS) => logger.error(message, { fields, v: 0 }),
  };
}
