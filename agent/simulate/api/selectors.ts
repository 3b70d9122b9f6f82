/**
 * Label and field selectors: which objects a list or a watch is about. Pure; the grammar and its
 * meaning are those of the Kubernetes API (`k8s.io/apimachinery/pkg/labels` and `pkg/fields`).
 *
 * @module
 */
import { unreachable } from "../../../core/mod.ts";
import { at, type Json, stringMapAt } from "./json.ts";
import type { Resource, StoredObject } from "./resources.ts";
import { badRequest } from "./status.ts";

/** One requirement of a label selector. */
export type LabelRequirement =
  /** The label is there, whatever its value. */
  | { readonly op: "exists"; readonly key: string }
  /** The label is not there. */
  | { readonly op: "absent"; readonly key: string }
  /** The label is there and has one of the values. */
  | { readonly op: "in"; readonly key: string; readonly values: readonly string[] }
  /** The label is not there, or has none of the values. */
  | { readonly op: "notin"; readonly key: string; readonly values: readonly string[] };

/** One requirement of a field selector. */
export interface FieldRequirement {
  /** The field's path: `spec.clusterIP`. */
  readonly path: string;
  /** Whether the field must have the value, or must not. */
  readonly equals: boolean;
  /** The value. */
  readonly value: string;
}

/** Which objects a request is about. All of it must hold. */
export interface Selection {
  /** The namespace, `""` for all. */
  readonly namespace: string;
  /** What the labels must be. */
  readonly labels: readonly LabelRequirement[];
  /** What the fields must be. */
  readonly fields: readonly FieldRequirement[];
}

/** Whether an object is one that the request is about. */
export function selects(selection: Selection, object: StoredObject): boolean {
  const { namespace, labels, fields } = selection;
  if (namespace !== "" && object.metadata.namespace !== namespace) return false;
  return fields.every((field) => fieldHolds(field, object)) &&
    (labels.length === 0 || labelsHold(labels, stringMapAt(object, "metadata", "labels")));
}

/** Whether labels meet all requirements. */
export function labelsHold(
  requirements: readonly LabelRequirement[],
  labels: Readonly<Record<string, string>>,
): boolean {
  return requirements.every((requirement) => {
    const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
    switch (requirement.op) {
      case "exists":
        return value !== undefined;
      case "absent":
        return value === undefined;
      case "in":
        return value !== undefined && requirement.values.includes(value);
      case "notin":
        return value === undefined || !requirement.values.includes(value);
      default:
        return unreachable(requirement);
    }
  });
}

function fieldHolds({ path, equals, value }: FieldRequirement, object: StoredObject): boolean {
  return (fieldText(at(object, ...path.split("."))) === value) === equals;
}

/** A field that is absent counts as empty. (The one boolean, `unschedulable`, counts as false.) */
function fieldText(value: Json | undefined): string {
  return value === undefined ? "" : String(value);
}

/**
 * Reads a label selector: `app=web,tier in (a,b),!canary`.
 *
 * @throws {ApiError} If it cannot be read.
 */
export function parseLabelSelector(text: string): readonly LabelRequirement[] {
  return splitOutsideParentheses(text)
    .map((part) => part.trim())
    .filter((part, _, parts) => part !== "" || parts.length > 1)
    .map((part) => parseLabelRequirement(part, text));
}

const KEY = "((?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)";
const VALUE = "((?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?)";
const EXISTS = new RegExp(`^${KEY}$`);
const ABSENT = new RegExp(`^!\\s*${KEY}$`);
const EQUALITY = new RegExp(`^${KEY}\\s*(=|==|!=)\\s*${VALUE}$`);
const SET = new RegExp(`^${KEY}\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const VALUE_ONLY = new RegExp(`^${VALUE}$`);

function parseLabelRequirement(part: string, whole: string): LabelRequirement {
  const [, existing] = EXISTS.exec(part) ?? [];
  if (existing !== undefined) return { op: "exists", key: existing };
  const [, missing] = ABSENT.exec(part) ?? [];
  if (missing !== undefined) return { op: "absent", key: missing };
  const [, equalKey, sign, value] = EQUALITY.exec(part) ?? [];
  if (equalKey !== undefined && value !== undefined) {
    return { op: sign === "!=" ? "notin" : "in", key: equalKey, values: [value] };
  }
  const [, setKey, op, list] = SET.exec(part) ?? [];
  const values = list?.split(",").map((item) => item.trim());
  if (setKey !== undefined && values !== undefined && values.every((v) => VALUE_ONLY.test(v))) {
    return { op: op === "in" ? "in" : "notin", key: setKey, values };
  }
  throw badRequest(
    `unable to parse requirement: "${part}" in label selector "${whole}" is none of ` +
      `key, !key, key=value, key!=value, key in (value,...), key notin (value,...)`,
  );
}

function splitOutsideParentheses(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "(") depth++;
    else if (text[i] === ")") depth--;
    else if (text[i] === "," && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, text.slice(start)];
}

/**
 * Reads a field selector: `metadata.name=web,spec.clusterIP!=None`. In values, `\` escapes `,`, `=`
 * and itself.
 *
 * @throws {ApiError} If it cannot be read, or names a field that the resource cannot be selected by.
 */
export function parseFieldSelector(text: string, resource: Resource): readonly FieldRequirement[] {
  const parts = text.match(/(?:\\.|[^,\\])+/g) ?? [];
  return parts.map((part) => {
    const [, path, sign, escaped] = /^([^=!]+)(==|!=|=)((?:\\.|[^=\\])*)$/.exec(part) ?? [];
    if (path === undefined || escaped === undefined) {
      throw badRequest(`invalid selector: "${text}"; can't understand "${part}"`);
    }
    if (!resource.selectableFields.includes(path)) {
      const known = resource.selectableFields.join(", ");
      throw badRequest(`field label not supported: ${path} (${resource.plural} has ${known})`);
    }
    return { path, equals: sign !== "!=", value: escaped.replaceAll(/\\(.)/g, "$1") };
  });
}
