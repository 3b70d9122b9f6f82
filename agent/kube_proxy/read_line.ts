/**
 * Reads a command line of kube-proxy's: its own flags as it reads them, and Windlass' flags beside
 * them.
 *
 * @module
 */
import { lex, type LexedFlag } from "../cli/lex.ts";
import { didYouMean } from "../cli/suggest.ts";
import { UsageError } from "../cli/usage_error.ts";
import type { FieldPath, PartialConfig } from "./fields.ts";
import type { KubeProxyFlag } from "./flag_row.ts";
import { KUBE_PROXY_FLAGS, kubeProxyLexicon, windlassFlags } from "./flags.ts";
import { addUp, type Kind, type KindTypes, readText, type Value } from "./kinds.ts";

/** A command line of kube-proxy's, read. */
export interface ProxyLine {
  /** The fields of the configuration that flags set. */
  readonly set: PartialConfig;
  /** The values of kube-proxy's flags that were given, by name. */
  readonly given: ReadonlyMap<string, Value>;
  /** Windlass' own flags, as they were given. */
  readonly windlass: readonly string[];
}

/** What to put after `windlass help`. */
export const TOPIC = "kube-proxy";

/**
 * Reads a command line of kube-proxy's.
 *
 * @throws {UsageError} If there is an unknown flag, a bad value or a stray word.
 */
export function readLine(args: readonly string[]): ProxyLine {
  const lexed = lex(args, kubeProxyLexicon());
  const set = new Map<FieldPath, Value>();
  const given = new Map<string, Value>();
  const windlass: string[] = [];
  for (const flag of lexed.flags) {
    const row = KUBE_PROXY_FLAGS.get(flag.name);
    if (row === undefined) {
      windlass.push(...windlassFlag(flag));
      continue;
    }
    const value = readFlag(flag, row);
    const name = row.aliasOf ?? row.name;
    given.set(row.name, addUp(given.get(row.name), value, row.kind));
    if (name !== row.name) given.set(name, value);
    // kube-proxy leaves the default where an address is given as nothing
    if (row.field !== null && value !== "") {
      set.set(row.field, addUp(set.get(row.field), value, row.kind));
    }
  }
  refuseWords(lexed.words);
  return {
    set: Object.fromEntries(set) as PartialConfig, // each row has the kind of its field
    given,
    windlass,
  };
}

/** The value of a flag that stands on the command line alone, its default if it was not given. */
export function valueOf<K extends Kind>(line: ProxyLine, name: string, kind: K): KindTypes[K] {
  const row = KUBE_PROXY_FLAGS.get(name);
  if (row?.kind !== kind) throw new TypeError(`--${name} is no flag of kind ${kind}`);
  return (line.given.get(name) ?? row.default) as KindTypes[K]; // the row has that kind
}

function readFlag(flag: LexedFlag, row: KubeProxyFlag): Value {
  const { spelled } = flag;
  if (flag.value === null && row.name === "version") return "true";
  if (flag.value === null && row.kind !== "bool") {
    throw new UsageError(`Cannot read flag ${spelled}: a value is missing`, TOPIC);
  }
  const text = flag.value ?? "true";
  const variable = unexpanded(text);
  if (variable !== null) {
    throw new UsageError(
      `Cannot read flag ${spelled}: "${text}" has ${variable}, which nobody has expanded; ` +
        `write the value, or define the variable where the command line is made (in a pod: env)`,
      TOPIC,
    );
  }
  const read = readText(row.kind, text);
  if (!read.ok) throw new UsageError(`Cannot read flag ${spelled}: ${read.why}`, TOPIC);
  return read.value;
}

/** A variable of Kubernetes, cmd.exe or PowerShell that has stayed as it was written. */
function unexpanded(text: string): string | null {
  return /\$\([A-Za-z_][\w.]*\)|%[A-Za-z_]\w*%|\$\{?env:\w+\}?/.exec(text)?.[0] ?? null;
}

/** A flag of Windlass' own is handed on as it is; whether it belongs to the mode is found out later. */
function windlassFlag({ name, spelled, value }: LexedFlag): readonly string[] {
  const own = [...windlassFlags("userspace").keys(), ...windlassFlags("kernelspace").keys()];
  if (own.includes(name)) return [value === null ? `--${name}` : `--${name}=${value}`];
  const known = [...KUBE_PROXY_FLAGS.keys(), ...own].map((each) => `--${each}`);
  const near = didYouMean(`--${name.replace(/^-+/, "").replace(/=.*/s, "")}`, known);
  throw new UsageError(`Unknown flag ${spelled}${near}`, TOPIC);
}

/** kube-proxy lets empty words pass: scripts have variables that are empty. */
function refuseWords(words: readonly string[]): void {
  const stray = words.find((word) => word !== "");
  if (stray === undefined) return;
  const hint = /^(true|false)$/i.test(stray)
    ? `; a flag that is on or off takes its value with "=", as in --enable-dsr=${stray}`
    : "";
  throw new UsageError(`Unexpected argument "${stray}"${hint}`, TOPIC);
}
