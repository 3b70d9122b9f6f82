/**
 * A log whose lines are counted by severity.
 *
 * @module
 */
import type { Logger } from "../../core/mod.ts";
import type { Registry } from "./registry.ts";

/** Counts the lines of all the logs that it is given. */
export function logCounter(registry: Registry): (log: Logger) => Logger {
  const counts = { info: 0, warning: 0, error: 0 };
  registry.collect((emit) => {
    for (const [severity, count] of Object.entries(counts)) {
      emit("windlass_log_lines_total", { severity }, count);
    }
  });
  /** The log, with each of its lines counted. */
  return (log) => ({
    v(level) {
      const wanted = log.v(level);
      if (wanted === null) return null; // one that is switched off costs no more than without
      return {
        info(message, fields) {
          counts.info++;
          wanted.info(message, fields);
        },
      };
    },
    info(message, fields) {
      counts.info++;
      log.info(message, fields);
    },
    warn(message, fields) {
      counts.warning++;
      log.warn(message, fields);
    },
    error(message, fields) {
      counts.error++;
      log.error(message, fields);
    },
  });
}
