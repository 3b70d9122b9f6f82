/**
 * Every flag of kube-proxy, as data.
 *
 * @module
 */
import { flagsOf, resolve } from "../cli/resolve.ts";
import { FLAGS } from "../cli/flags.ts";
import type { Lexicon } from "../cli/lex.ts";
import type { SinkName } from "../cli/words.ts";
import type { FieldPath } from "./fields.ts";
import type { Does, KubeProxyFlag } from "./flag_row.ts";
import { LOGGING_FLAGS } from "./flags_logging.ts";
import { PLATFORM_FLAGS } from "./flags_platform.ts";
import { PROXY_FLAGS } from "./flags_proxy.ts";
import type { ProxyMode } from "./validate_config.ts";

/** The flags, in groups as the help and the reference page show them. */
export const FLAG_GROUPS: readonly {
  /** The heading. */
  readonly title: string;
  /** The flags. */
  readonly flags: readonly KubeProxyFlag[];
}[] = [
  { title: "The proxy", flags: PROXY_FLAGS },
  { title: "The log", flags: LOGGING_FLAGS },
  { title: "Other platforms and older versions", flags: PLATFORM_FLAGS },
];

/** Every flag, by its name. */
export const KUBE_PROXY_FLAGS: ReadonlyMap<string, KubeProxyFlag> = new Map(
  FLAG_GROUPS.flatMap(({ flags }) => flags).map((flag) => [flag.name, flag]),
);

/** The sink of each mode. */
export const SINK_OF_MODE: Readonly<Record<ProxyMode, SinkName>> = {
  userspace: "to-userspace",
  kernelspace: "to-winkernel",
};

/** Windlass' own flags of `kube SINK`, by name, with whether each takes a value. */
export function windlassFlags(mode: ProxyMode): ReadonlyMap<string, boolean> {
  const ids = flagsOf(resolve(["kube", SINK_OF_MODE[mode]]));
  return new Map(ids.map((id) => [FLAGS[id].name, FLAGS[id].kind !== "switch"]));
}

/** What is done about a field of the configuration: what is done about its flag. */
export function doesOfField(path: FieldPath): Does {
  const flag = [...KUBE_PROXY_FLAGS.values()].find(({ field }) => field === path);
  return flag?.does ?? "ignored";
}

/**
 * What {@linkcode lex} must know to split a command line of kube-proxy's, in which Windlass' own flags
 * are welcome, too.
 */
export function kubeProxyLexicon(): Lexicon {
  const takesValue = new Map([...windlassFlags("userspace"), ...windlassFlags("kernelspace")]);
  const names = new Map<string, string>();
  for (const { name, kind, short } of KUBE_PROXY_FLAGS.values()) {
    takesValue.set(name, kind !== "bool" && name !== "version");
    if (short !== undefined) names.set(short, name);
  }
  return { takesValue, names };
}
