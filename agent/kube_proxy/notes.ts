/**
 * What is to be said about a command line of kube-proxy's: flags that do nothing here, flags that are
 * not to be used any more, values that mean something else than they seem to.
 *
 * @module
 */
import type { Logger } from "../../core/mod.ts";
import type { Effective } from "./effective.ts";
import { checkFeatureGates } from "./feature_gates.ts";
import type { Does, KubeProxyFlag } from "./flag_row.ts";
import { NO_PROFILES } from "../health/debug_routes.ts";
import { type FieldPath, fieldPaths, FIELDS, type ProxyConfig } from "./fields.ts";
import { doesOfField, KUBE_PROXY_FLAGS, windlassFlags } from "./flags.ts";
import { type Value, valueText } from "./kinds.ts";
import { type ProxyLine, valueOf } from "./read_line.ts";
import { isMode } from "./validate_config.ts";

/** A note. */
export interface Note {
  /** Whether a person should look at it. */
  readonly severity: "info" | "warn";
  /** What it says. */
  readonly text: string;
}

/** The notes on a command line, in order. */
export function notesOn(line: ProxyLine, { config, overruled }: Effective): readonly Note[] {
  const rows = [...line.given.keys()].flatMap((name) => KUBE_PROXY_FLAGS.get(name) ?? []);
  const counting = rows.filter(({ name }) => !overruled.includes(name));
  const because = (does: Does): readonly KubeProxyFlag[] =>
    counting.filter((row) => row.does === does);
  const own = isMode(config.mode) ? windlassFlags(config.mode) : new Map<string, boolean>();
  const others = counting.filter((row) =>
    row.to !== undefined && !own.has(row.to) && row.does !== "ignored"
  );
  return [
    ...rows.filter(({ deprecated }) => deprecated !== undefined).map(({ name, deprecated }) =>
      warn(`Flag --${name} is deprecated: ${deprecated}`)
    ),
    ...list("warn", "With --config these flags do not count, as with kube-proxy", overruled),
    ...list(
      "info",
      "Flags of other platforms, accepted and ignored",
      names(because("ignored-on-windows")),
    ),
    ...list("info", "Flags that have nothing to act on here", names(because("ignored"))),
    ...list("info", `Flags that have no effect in mode ${config.mode}`, names(others)),
    ...checkFeatureGates(config.featureGates).warnings.map(warn),
    ...(line.given.has("config") ? fieldNotes(config) : []),
    ...(config.enableProfiling ? [warn(NO_PROFILES)] : []),
    ...logNotes(line),
  ];
}

/** Writes the notes. */
export function writeNotes(notes: readonly Note[], log: Logger): void {
  for (const { severity, text } of notes) log[severity](text);
}

/** What stands in a file, is not the default, and does nothing here. */
function fieldNotes(config: ProxyConfig): readonly Note[] {
  const text = (path: FieldPath, value: Value): string => valueText(value, FIELDS[path].kind);
  const idle = fieldPaths().filter((path) =>
    doesOfField(path).startsWith("ignored") &&
    text(path, config[path]) !== text(path, FIELDS[path].default)
  );
  if (idle.length === 0) return [];
  return [{ severity: "info", text: `Fields that have no effect here: ${idle.join(", ")}` }];
}

function logNotes(line: ProxyLine): readonly Note[] {
  const places = ["log-dir", "log-file"].filter((name) => line.given.has(name));
  const toStderr = valueOf(line, "logtostderr", "bool");
  if (toStderr && places.length > 0) {
    return list(
      "warn",
      "Without --logtostderr=false no log files are written, as with klog",
      places,
    );
  }
  if (!toStderr && places.length === 0) {
    return [warn("--logtostderr=false without --log-dir or --log-file: the log stays here")];
  }
  return [];
}

function names(rows: readonly KubeProxyFlag[]): readonly string[] {
  return rows.map(({ name }) => name);
}

function list(
  severity: Note["severity"],
  what: string,
  flags: readonly string[],
): readonly Note[] {
  if (flags.length === 0) return [];
  return [{ severity, text: `${what}: ${flags.map((name) => `--${name}`).join(", ")}` }];
}

function warn(text: string): Note {
  return { severity: "warn", text };
}
