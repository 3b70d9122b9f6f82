/**
 * The log of a worker: its lines are written by the thread of the control path. What is not wanted is
 * not sent, at the cost of a comparison.
 *
 * @module
 */
import { type LogFields, type Logger, unreachable } from "../../../core/mod.ts";
import type { LogMessage, Post } from "./messages.ts";

/** The most verbose level that there is. */
const MOST_VERBOSE = 10;

/** Up to which level a log wants lines; -1 for a log that wants none with a level. */
export function verbosityOf(log: Logger): number {
  for (let v = MOST_VERBOSE; v >= 0; v--) if (log.v(v) !== null) return v;
  return -1;
}

/** A log whose lines are posted. */
export function remoteLog(verbosity: number, post: Post): Logger {
  const write = (level: LogMessage["level"], v: number, message: string, fields?: LogFields) =>
    post({ type: "log", level, v, message, fields });
  const infoAt = (v: number): Pick<Logger, "info"> => ({
    info: (message, fields) => write("info", v, message, fields),
  });
  const levels = Array.from({ length: verbosity + 1 }, (_, v) => infoAt(v));
  return {
    ...infoAt(0),
    v: (level) => levels[level] ?? null,
    warn: (message, fields) => write("warn", 0, message, fields),
    error: (message, fields) => write("error", 0, message, fields),
  };
}

/** Writes a line that was posted. */
export function writeLine(log: Logger, { level, v, message, fields }: LogMessage): void {
  switch (level) {
    case "info":
      if (v === 0) log.info(message, fields);
      else log.v(v)?.info(message, fields);
      break;
    case "warn":
      log.warn(message, fields);
      break;
    case "error":
      log.error(message, fields);
      break;
    default:
      unreachable(level);
  }
}
