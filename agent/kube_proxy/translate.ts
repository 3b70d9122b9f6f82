/**
 * Says a configuration of kube-proxy's in Windlass' own words: the command line
 * `windlass kube to-…` that does the same. The rest of the program sees nothing else.
 *
 * @module
 */
import { parseIp } from "../../core/mod.ts";
import type { ProxyConfig } from "./fields.ts";
import { KUBE_PROXY_FLAGS, windlassFlags } from "./flags.ts";
import { LOGGING_FLAGS } from "./flags_logging.ts";
import type { KubeProxyFlag } from "./flag_row.ts";
import { type Value, valueText } from "./kinds.ts";
import { type ProxyLine, valueOf } from "./read_line.ts";
import type { ProxyMode } from "./validate_config.ts";
import { MOST_VERBOSE } from "../log/vmodule.ts";

/** The flags of `windlass kube SINK` that do what the configuration says. */
export function translate(
  config: ProxyConfig,
  line: ProxyLine,
  mode: ProxyMode,
): readonly string[] {
  const own = windlassFlags(mode);
  const flags = [...KUBE_PROXY_FLAGS.values()].flatMap((row) => {
    if (row.to === undefined || !own.has(row.to) || isKlog(row)) return [];
    const text = textOf(row, config, line);
    return text === null ? [] : [`--${row.to}=${text}`];
  });
  return [...flags, ...logFlags(line), ...line.windlass];
}

/** The value of a row as Windlass' flag takes it; `null` to leave the flag out. */
function textOf(row: KubeProxyFlag, config: ProxyConfig, line: ProxyLine): string | null {
  const value: Value = row.field === null ? line.given.get(row.name) ?? "" : config[row.field];
  switch (row.name) {
    case "bind-address":
      return ["0.0.0.0", "::"].includes(parseIp(String(value))?.text ?? "") ? null : String(value);
    case "v":
      return String(Math.min(Number(value), MOST_VERBOSE));
    case "windows-service": // a file alone does not make it a service: that is decided before
      return line.given.has(row.name) ? String(value) : null;
    case "healthz-bind-address": // nothing means off
      return String(value);
    default: {
      const text = valueText(value, row.kind);
      return text === "" ? null : text;
    }
  }
}

/** klog's flags, which hang together. */
function isKlog(row: KubeProxyFlag): boolean {
  return row.field === null && LOGGING_FLAGS.includes(row);
}

const THRESHOLDS: readonly string[] = ["info", "warning", "error", "fatal"];

/** klog's flags in Windlass' words, where files are written as soon as a place for them is named. */
function logFlags(line: ProxyLine): readonly string[] {
  const places = (["log-dir", "log-file"] as const)
    .map((name) => [name, valueOf(line, name, "text")] as const)
    .filter(([, path]) => path !== "");
  const skip = valueOf(line, "skip-headers", "bool") ? ["--skip-headers"] : [];
  if (valueOf(line, "logtostderr", "bool") || places.length === 0) return skip;
  const threshold = valueOf(line, "stderrthreshold", "text");
  return [
    ...places.map(([name, path]) => `--${name}=${path}`),
    `--log-file-max-size=${valueOf(line, "log-file-max-size", "whole")}`,
    `--logtostderr=${valueOf(line, "alsologtostderr", "bool")}`,
    `--stderrthreshold=${THRESHOLDS[Number(threshold)] ?? threshold.toLowerCase()}`,
    `--one-output=${valueOf(line, "one-output", "bool")}`,
    `--skip-log-headers=${valueOf(line, "skip-log-headers", "bool")}`,
    ...skip,
  ];
}
