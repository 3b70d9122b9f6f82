/**
 * Reads KubeProxyConfiguration v1alpha1: strictly, so that a slip of the pen does not go unseen (kube-
 * proxy only mentions it and goes on without the field). Every problem is found at once, each with its
 * line.
 *
 * @module
 */
import { didYouMean } from "../cli/suggest.ts";
import { parseTree, type TreeEntry, type TreeNode } from "./config_tree.ts";
import {
  type Field,
  type FieldPath,
  fieldPaths,
  FIELDS,
  FORMER_FIELDS,
  isFieldPath,
  type PartialConfig,
} from "./fields.ts";
import { type LevelEntry, type Read, readText, type Value } from "./kinds.ts";

/** What `apiVersion` must be. */
export const CONFIG_API_VERSION = "kubeproxy.config.k8s.io/v1alpha1";
/** What `kind` must be. */
export const CONFIG_KIND = "KubeProxyConfiguration";

/** What came of reading a configuration. */
export interface ReadConfig {
  /** The fields that are set. */
  readonly set: PartialConfig;
  /** What is wrong, each with its line; none if the configuration can be used. */
  readonly problems: readonly string[];
  /** What is of no use any more. */
  readonly warnings: readonly string[];
}

/** Reads the text of a configuration file, YAML or JSON. */
export function readConfig(text: string): ReadConfig {
  const parsed = parseTree(text);
  if (!parsed.ok) {
    const where = parsed.line === null ? "" : `line ${parsed.line}: `;
    return { set: {}, problems: [`${where}it is no YAML or JSON: ${parsed.why}`], warnings: [] };
  }
  if (parsed.root?.kind !== "map") {
    return { set: {}, problems: [`it is no map of fields; begin with ${HEAD}`], warnings: [] };
  }
  const reader = new Reader();
  reader.head(parsed.root.entries);
  reader.map(parsed.root.entries, "");
  return {
    set: Object.fromEntries(reader.set) as PartialConfig, // each read as its own field
    problems: reader.problems,
    warnings: reader.warnings,
  };
}

const HEAD = `"apiVersion: ${CONFIG_API_VERSION}" and "kind: ${CONFIG_KIND}"`;

/** The keys that hold no settings. */
const HEAD_KEYS: readonly (readonly [string, string])[] = [
  ["apiVersion", CONFIG_API_VERSION],
  ["kind", CONFIG_KIND],
];

class Reader {
  readonly set = new Map<FieldPath, Value>();
  readonly problems: string[] = [];
  readonly warnings: string[] = [];

  head(entries: readonly TreeEntry[]): void {
    for (const [key, right] of HEAD_KEYS) {
      const given = entries.find((each) => each.key === key);
      const text = given?.node.kind === "scalar" ? given.node.text : "";
      if (text === right) continue;
      this.#problem(given?.line ?? 1, key, `it is "${text}", where "${right}" is right`);
    }
  }

  map(entries: readonly TreeEntry[], prefix: string): void {
    const lines = new Map<string, number>();
    for (const entry of entries) {
      const before = lines.get(entry.key);
      if (before === undefined) {
        lines.set(entry.key, entry.line);
        this.#entry(entry, `${prefix}${entry.key}`);
      } else {
        const why = `it is set in line ${before} already; leave one of them out`;
        this.#problem(entry.line, `${prefix}${entry.key}`, `duplicate field: ${why}`);
      }
    }
  }

  #entry({ line, node }: TreeEntry, path: string): void {
    if (isFieldPath(path)) return this.#field(path, line, node);
    if (HEAD_KEYS.some(([key]) => key === path)) return;
    if (isSection(path)) {
      if (node.kind === "map") this.map(node.entries, `${path}.`);
      else if (!isNull(node)) this.#problem(line, path, "it is no map of fields");
      return;
    }
    if (FORMER_FIELDS.includes(path)) {
      this.warnings.push(`line ${line}: field ${path} is of older versions and has no effect`);
      return;
    }
    this.#problem(line, path, `unknown field${suggestion(path)}`);
  }

  #field(path: FieldPath, line: number, node: TreeNode): void {
    if (isNull(node)) return;
    const read = readNode(FIELDS[path], node);
    if (read.ok) this.set.set(path, read.value);
    else this.#problem(line, path, read.why);
  }

  #problem(line: number, path: string, why: string): void {
    this.problems.push(`line ${line}: ${path}: ${why}`);
  }
}

function isSection(path: string): boolean {
  return fieldPaths().some((each) => each.startsWith(`${path}.`));
}

/** Keys are case-sensitive, so one in the wrong case is a slip, too. */
function suggestion(path: string): string {
  const sections = fieldPaths().flatMap((each) => each.split(".").slice(0, -1));
  return didYouMean(path, [...fieldPaths(), ...new Set(sections)]);
}

function isNull(node: TreeNode): boolean {
  return node.kind === "scalar" && node.value === null;
}

/** Reads a node as the field's type, as Kubernetes' decoder does. */
function readNode(field: Field, node: TreeNode): Read {
  switch (field.kind) {
    case "texts":
      return readTexts(node);
    case "switches":
      return readSwitches(node);
    case "levels":
      return readLevels(node);
    default:
      return node.kind === "scalar" ? readScalar(field, node) : wrong("a single value");
  }
}

function readScalar(
  { kind, mayBeNumber }: Field,
  { text, plain, value }: Extract<TreeNode, { kind: "scalar" }>,
): Read {
  const isText = typeof value === "string";
  switch (kind) {
    case "bool":
      // Kubernetes reads YAML 1.1, where these words are true and false as well
      if (plain && /^(true|yes|on|y)$/i.test(text)) return { ok: true, value: true };
      if (plain && /^(false|no|off|n)$/i.test(text)) return { ok: true, value: false };
      return wrong(`true or false, where "${text}" is given`);
    case "whole":
      return plain && Number.isInteger(value)
        ? { ok: true, value: Number(value) }
        : wrong(`a whole number, where "${text}" is given`);
    case "number":
      return plain && typeof value === "number" && Number.isFinite(value)
        ? { ok: true, value }
        : wrong(`a number, where "${text}" is given`);
    case "duration":
      if (mayBeNumber && plain && Number.isInteger(value)) {
        return { ok: true, value: Number(value) / 1e6 };
      }
      return isText
        ? readText(kind, text)
        : wrong(`a duration such as 300ms, 5s or 1m30s, where ${text} is given`);
    default:
      return isText || mayBeNumber
        ? { ok: true, value: text }
        : wrong(`a text, where ${text} is given; put it into quotes`);
  }
}

function readTexts(node: TreeNode): Read {
  if (node.kind !== "list") return wrong("a list of texts");
  const texts = node.items.flatMap((item) =>
    item.kind === "scalar" && typeof item.value === "string" ? [item.value] : []
  );
  return texts.length === node.items.length ? { ok: true, value: texts } : wrong("a list of texts");
}

function readSwitches(node: TreeNode): Read {
  if (node.kind !== "map") return wrong("a map of names to true or false");
  const switches: Record<string, boolean> = {};
  for (const { key, line, node: each } of node.entries) {
    const read = each.kind === "scalar" ? readScalar({ kind: "bool", default: false }, each) : null;
    if (read === null || !read.ok) return wrong(`true or false for "${key}" (line ${line})`);
    if (Object.hasOwn(switches, key)) return wrong(`"${key}" once; it is doubled in line ${line}`);
    switches[key] = read.value === true;
  }
  return { ok: true, value: switches };
}

function readLevels(node: TreeNode): Read {
  const what = "a list of maps with filePattern, a text, and verbosity, a whole number";
  if (node.kind !== "list") return wrong(what);
  const levels: LevelEntry[] = [];
  for (const item of node.items) {
    if (item.kind !== "map") return wrong(what);
    const values = new Map(item.entries.map(({ key, node: each }) => [
      key,
      each.kind === "scalar" ? each.value : undefined,
    ]));
    const [filePattern, verbosity] = [values.get("filePattern"), values.get("verbosity")];
    if (typeof filePattern !== "string" || !Number.isInteger(verbosity)) return wrong(what);
    if (item.entries.length !== 2) return wrong(`${what}, and nothing else (line ${item.line})`);
    levels.push({ filePattern, verbosity: Number(verbosity) });
  }
  return { ok: true, value: levels };
}

function wrong(right: string): Read {
  return { ok: false, why: `it must be ${right}` };
}
