/**
 * Writes a configuration as KubeProxyConfiguration v1alpha1, every field with its value, in the order
 * and the forms that Kubernetes has (`--write-config-to`).
 *
 * @module
 */
import { dump } from "js-yaml";
import { type FieldPath, fieldPaths, FIELDS, type ProxyConfig } from "./fields.ts";
import { durationText, type Value } from "./kinds.ts";
import { CONFIG_API_VERSION, CONFIG_KIND } from "./read_config.ts";

/** The fields that are lists: absent ones are `null` in Kubernetes' own text. */
const NULL_IF_EMPTY: readonly FieldPath[] = ["nodePortAddresses", "ipvs.excludeCIDRs"];

/** The configuration as a plain object, in the shape of the file. */
function configObject(config: ProxyConfig): Readonly<Record<string, unknown>> {
  const root: Record<string, unknown> = { apiVersion: CONFIG_API_VERSION };
  for (const path of fieldPaths()) {
    if (path === "logging.vmodule" && config[path].length === 0) continue;
    const keys = path.split(".");
    const last = keys.pop() ?? path;
    sectionOf(root, keys)[last] = written(path, config[path]);
  }
  root["kind"] = CONFIG_KIND;
  return sorted(root);
}

/** The configuration as YAML. */
export function configYaml(config: ProxyConfig): string {
  return dump(configObject(config), { noRefs: true, lineWidth: -1, quoteStyle: "double" });
}

function written(path: FieldPath, value: Value): unknown {
  if (FIELDS[path].kind === "duration") return durationText(Number(value));
  if (NULL_IF_EMPTY.includes(path) && Array.isArray(value) && value.length === 0) return null;
  return value;
}

/** The section at this path of a tree that is being made, made where it is not there. */
export function sectionOf(
  root: Record<string, unknown>,
  keys: readonly string[],
): Record<string, unknown> {
  let section = root;
  for (const key of keys) {
    const inner = section[key] ?? {};
    section[key] = inner;
    section = inner as Record<string, unknown>; // only sections are at the path of a section
  }
  return section;
}

function sorted(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => a < b ? -1 : 1)
      .map(([key, each]) => [key, isMap(each) ? sorted(each) : each]),
  );
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
