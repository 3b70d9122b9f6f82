/**
 * What a flag of kube-proxy is here: its type and default as kube-proxy has them, and what Windlass
 * does about it. The reader of command lines, the help and the reference page are made of such rows.
 *
 * @module
 */
import { type Field, type FieldPath, FIELDS } from "./fields.ts";
import type { Kind, KindTypes, Value } from "./kinds.ts";

/** What Windlass does about a flag, each with what that means. */
export const DOES = {
  "same": "does what kube-proxy does",
  "better": "does it, and more",
  "ignored-on-windows":
    "belongs to other platforms or other modes: accepted, checked, no effect, " +
    "as with kube-proxy on Windows",
  "ignored": "accepted without effect, because here it has nothing to act on",
  "partly": "does a part of it, and tells at the start what it does not do",
} as const;

/** What Windlass does about a flag. */
export type Does = keyof typeof DOES;

/** What more a row may say. */
export interface RowExtras {
  /** The flag of `windlass kube …` that it becomes. */
  readonly to?: string;
  /** Whether it counts even where `--config` is given. */
  readonly survivesConfig?: true;
  /** Why it is not to be used any more, and what is. */
  readonly deprecated?: string;
  /** The one-letter form. */
  readonly short?: string;
  /** The value if the flag is not given, where that is not what a file without the field means. */
  readonly default?: Value;
  /** The flag that it is another name of. */
  readonly aliasOf?: string;
}

/** A flag of kube-proxy. */
export interface KubeProxyFlag extends RowExtras {
  /** The name, without dashes. */
  readonly name: string;
  /** The kind of its value. */
  readonly kind: Kind;
  /** The value if it is not given. */
  readonly default: Value;
  /** The field of the configuration that it sets, `null` for none. */
  readonly field: FieldPath | null;
  /** What Windlass does. */
  readonly does: Does;
  /** How, in a few words. */
  readonly note: string;
}

/** A flag that sets a field of the configuration. */
export function sets(
  name: string,
  path: FieldPath,
  does: Does,
  note: string,
  extras: RowExtras = {},
): KubeProxyFlag {
  const field: Field = FIELDS[path];
  return { name, kind: field.kind, default: field.default, field: path, does, note, ...extras };
}

/** A flag of the command line alone. */
export function alone<K extends Kind>(
  name: string,
  [kind, value]: readonly [K, KindTypes[K]],
  does: Does,
  note: string,
  extras: RowExtras = {},
): KubeProxyFlag {
  return { name, kind, default: value, field: null, does, note, ...extras };
}
