/**
 * kube-proxy's flags about its log: those of today, and klog's, which kube-proxy dropped with 1.26 and
 * people's scripts still pass.
 *
 * @module
 */
import { alone, type KubeProxyFlag, sets } from "./flag_row.ts";

const OFF = ["bool", false] as const;

/** The flags. */
export const LOGGING_FLAGS: readonly KubeProxyFlag[] = [
  sets("v", "logging.verbosity", "same", "The verbosity: 0 to 10", {
    to: "v",
    short: "v",
    survivesConfig: true,
  }),
  sets(
    "vmodule",
    "logging.vmodule",
    "better",
    "Another verbosity for some parts of the program. The patterns fit the names that stand in " +
      "the lines (sync, userspace), as there are no Go files here",
    { to: "vmodule", survivesConfig: true },
  ),
  sets("logging-format", "logging.format", "same", "text (klog's) or json", {
    to: "log-format",
    survivesConfig: true,
  }),
  sets(
    "log-flush-frequency",
    "logging.flushFrequency",
    "better",
    "Lines are written as they come, so there is nothing to flush",
    { survivesConfig: true },
  ),
  sets(
    "log-text-split-stream",
    "logging.options.text.splitStream",
    "ignored",
    "All lines go to standard error",
    { survivesConfig: true },
  ),
  sets(
    "log-text-info-buffer-size",
    "logging.options.text.infoBufferSize",
    "ignored",
    "Nothing is held back",
    { survivesConfig: true },
  ),
  sets(
    "log-json-split-stream",
    "logging.options.json.splitStream",
    "ignored",
    "All lines go to standard error",
    { survivesConfig: true },
  ),
  sets(
    "log-json-info-buffer-size",
    "logging.options.json.infoBufferSize",
    "ignored",
    "Nothing is held back",
    { survivesConfig: true },
  ),
  alone(
    "logtostderr",
    ["bool", true],
    "same",
    "true: standard error only, and files are not written; false: files, see --log-dir",
    { survivesConfig: true },
  ),
  alone("alsologtostderr", OFF, "same", "With --logtostderr=false: standard error as well", {
    survivesConfig: true,
  }),
  alone(
    "log-dir",
    ["text", ""],
    "better",
    "The folder of the files, named as klog names them; it is made if it is missing, and old " +
      "files go (--log-file-max-backups). Without it, klog's lines go to the temporary folder; " +
      "here they stay on standard error",
    { to: "log-dir", survivesConfig: true },
  ),
  alone("log-file", ["text", ""], "better", "One file instead; full, it becomes PATH.1 and so on", {
    to: "log-file",
    survivesConfig: true,
  }),
  alone(
    "log-file-max-size",
    ["whole", 1800],
    "better",
    "MB after which a new file is begun, 0 for never; counts for --log-dir, too",
    { to: "log-file-max-size", survivesConfig: true },
  ),
  alone("stderrthreshold", ["text", "ERROR"], "same", "The least severity for standard error", {
    to: "stderrthreshold",
    survivesConfig: true,
  }),
  alone("one-output", OFF, "same", "A line goes to the file of its own severity only", {
    to: "one-output",
    survivesConfig: true,
  }),
  alone("skip-headers", OFF, "same", "Lines without severity, time, process and place", {
    to: "skip-headers",
    survivesConfig: true,
  }),
  alone("skip-log-headers", OFF, "same", "Files without their first lines", {
    to: "skip-log-headers",
    survivesConfig: true,
  }),
  alone("add-dir-header", OFF, "ignored", "Lines name a part of the program, which has no folder", {
    survivesConfig: true,
  }),
  alone("log-backtrace-at", ["text", ":0"], "ignored", "There are no Go files to name", {
    survivesConfig: true,
  }),
];
