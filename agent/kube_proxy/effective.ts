/**
 * What counts: the command line, or the configuration file with the few flags that go before it.
 *
 * @module
 */
import { withDefaults, withPort } from "./config_defaults.ts";
import type { FieldPath, PartialConfig, ProxyConfig } from "./fields.ts";
import { KUBE_PROXY_FLAGS } from "./flags.ts";
import type { Value } from "./kinds.ts";
import { type ProxyLine, valueOf } from "./read_line.ts";

/** A configuration with what is to be said about how it came to be. */
export interface Effective {
  /** The configuration. */
  readonly config: ProxyConfig;
  /** Flags that were given and do not count, because there is a file. */
  readonly overruled: readonly string[];
}

/** The configuration that the command line asks for, with what its file sets; `null` for no file. */
export function effectiveConfig(
  line: ProxyLine,
  file: PartialConfig | null,
  windows: boolean,
): Effective {
  const named = withNodeName(line);
  return file === null
    ? { config: fromFlags(named, windows), overruled: [] }
    : fromFile(named, file, windows);
}

/** kube-proxy keeps the name that a flag gives as it uses it; a blank one stays, to be refused. */
function withNodeName(line: ProxyLine): ProxyLine {
  const name = line.set.hostnameOverride?.trim().toLowerCase() ?? "";
  return name === "" ? line : { ...line, set: { ...line.set, hostnameOverride: name } };
}

function fromFlags(line: ProxyLine, windows: boolean): ProxyConfig {
  const healthzPort = valueOf(line, "healthz-port", "whole");
  const metricsPort = valueOf(line, "metrics-port", "whole");
  // over the defaults, not under them: an explicit zero counts here
  const config = { ...withDefaults({}, windows), ...line.set };
  return {
    ...config,
    healthzBindAddress: healthzPort === 0 ? "" : withPort(config.healthzBindAddress, healthzPort),
    metricsBindAddress: metricsPort === 0 ? "" : withPort(config.metricsBindAddress, metricsPort),
  };
}

/**
 * kube-proxy's rule: with a file, the command line counts only for what stands in no file, for the
 * node's name and for the log.
 */
function fromFile(line: ProxyLine, file: PartialConfig, windows: boolean): Effective {
  const first = new Map<FieldPath, Value>();
  const overruled: string[] = [];
  for (const name of line.given.keys()) {
    const row = KUBE_PROXY_FLAGS.get(name);
    if (row === undefined) continue;
    if (row.survivesConfig !== true) overruled.push(name);
    else if (row.field !== null) {
      const value = line.set[row.field];
      if (value !== undefined) first.set(row.field, value);
    }
  }
  const set: PartialConfig = { ...file, ...Object.fromEntries(first) };
  return { config: withDefaults(set, windows), overruled };
}
