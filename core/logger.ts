/**
 * The shape of a logger, shared by the rooms that do log. Types only: `core/` itself never logs.
 *
 * @module
 */

/** Values beside a log line, printed as `key=value` or as JSON fields. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes log lines. `log.v(4)?.info(…)` costs next to nothing where level 4 is off. */
export interface Logger {
  /** This logger if lines of that verbosity (klog's `-v`) are wanted, else `null`. */
  v(level: number): Pick<Logger, "info"> | null;
  /** Writes a line that is worth reading in normal operation. */
  info(message: string, fields?: LogFields): void;
  /** Writes a line about something that a person should look at. */
  warn(message: string, fields?: LogFields): void;
  /** Writes a line about something that failed. */
  error(message: string, fields?: LogFields): void;
}

/** A logger that drops every line. */
export const SILENT: Logger = {
  v: () => null,
  info: () => {},
  warn: () => {},
  error: () => {},
};
