/**
 * Strategic merge patch: a merge patch that knows which lists are sets with a key, so that two
 * writers can each own an element. Pure; the directives (`$patch`, `$retainKeys`,
 * `$setElementOrder/…`, `$deleteFromPrimitiveList/…`) and the order of elements follow
 * `k8s.io/apimachinery/pkg/util/strategicpatch`.
 *
 * @module
 */
import { equal, isList, isObject, type Json, type JsonObject, withoutField } from "./json.ts";
import { PatchError } from "./json_patch.ts";

/**
 * The lists that are merged, by path: the field that names an element, or {@linkcode PRIMITIVE} for
 * a set of plain values. Every other list is replaced as a whole.
 */
export type MergeKeys = Readonly<Record<string, string>>;

/** Marks a list as a set of plain values. */
export const PRIMITIVE = "";

const METADATA: MergeKeys = {
  "metadata.ownerReferences": "uid",
  "metadata.finalizers": PRIMITIVE,
};

/** The merged lists of each kind, from the `patchStrategy` tags of the API's Go types. */
export const MERGE_KEYS: Readonly<Record<string, MergeKeys>> = {
  Service: { ...METADATA, "spec.ports": "port", "status.conditions": "type" },
  Node: {
    ...METADATA,
    "spec.podCIDRs": PRIMITIVE,
    "status.conditions": "type",
    "status.addresses": "type",
  },
  Namespace: { ...METADATA, "status.conditions": "type" },
  Pod: { ...METADATA, "spec.containers": "name", "status.conditions": "type" },
  EndpointSlice: METADATA,
};

const ORDER = "$setElementOrder/";
const DELETE_PRIMITIVES = "$deleteFromPrimitiveList/";

/**
 * Applies a strategic merge patch.
 *
 * @throws {PatchError} If the patch is no object, or a directive or an element makes no sense.
 */
export function applyStrategicMerge(
  document: JsonObject,
  patch: Json,
  mergeKeys: MergeKeys,
): JsonObject {
  if (!isObject(patch)) throw malformed("the patch is not an object");
  return mergeObject(document, patch, { mergeKeys, path: "" });
}

interface Place {
  readonly mergeKeys: MergeKeys;
  readonly path: string;
}

function mergeObject(document: JsonObject, patch: JsonObject, place: Place): JsonObject {
  const { $patch: directive, $retainKeys: retained, ...fields } = patch;
  if (directive === "delete") return {};
  if (directive === "replace") return mergeObject({}, fields, place);
  if (directive !== undefined && directive !== "merge") {
    throw malformed(`$patch: ${JSON.stringify(directive)} is none of merge, replace, delete`);
  }
  let merged = retained === undefined ? document : retain(document, retained);
  for (const [field, value] of Object.entries(fields)) {
    if (field.startsWith(ORDER)) continue; // its list is put in order below
    if (field.startsWith(DELETE_PRIMITIVES)) {
      merged = withoutPrimitives(merged, field.slice(DELETE_PRIMITIVES.length), value);
    } else if (value === null) {
      merged = withoutField(merged, field);
    } else {
      merged = { ...merged, [field]: mergeField(own(merged, field), field, value, place) };
    }
  }
  return inOrder(document, merged, fields, place);
}

function mergeField(document: Json | undefined, field: string, patch: Json, place: Place): Json {
  const inner = { ...place, path: place.path === "" ? field : `${place.path}.${field}` };
  if (isObject(patch)) return mergeObject(isObject(document) ? document : {}, patch, inner);
  const key = place.mergeKeys[inner.path];
  if (!isList(patch) || key === undefined) return patch;
  return mergeList(isList(document) ? document : [], patch, { ...inner, key });
}

function mergeList(
  document: readonly Json[],
  patch: readonly Json[],
  place: Place & { readonly key: string },
): readonly Json[] {
  const { key } = place;
  if (key === PRIMITIVE) {
    return ordered([...document, ...patch.filter((item) => !has(document, item))], {
      before: document,
      order: patch,
      key,
    });
  }
  const elements = patch.map((element) => checkedElement(element, key, place.path));
  const wanted = elements.filter(({ $patch }) => $patch !== "delete" && $patch !== "replace");
  if (elements.some(({ $patch }) => $patch === "replace")) {
    return wanted.map((element) => mergeObject({}, element, place));
  }
  const gone = elements.filter(({ $patch }) => $patch === "delete");
  const merged = document.filter((item) => !gone.some((element) => sameKey(item, element, key)));
  for (const element of wanted) {
    const index = merged.findIndex((item) => sameKey(item, element, key));
    const found = merged[index];
    const result = mergeObject(isObject(found) ? found : {}, element, place);
    if (index === -1) merged.push(result);
    else merged[index] = result;
  }
  return ordered(merged, { before: document, order: wanted, key });
}

/** `$patch: replace` stands alone in its element; every other element needs its key. */
function checkedElement(element: Json, key: string, path: string): JsonObject {
  if (!isObject(element)) throw malformed(`${path} holds ${JSON.stringify(element)}, no object`);
  if (element["$patch"] !== "replace" && element[key] === undefined) {
    throw malformed(`map: ${JSON.stringify(element)} does not contain declared merge key: ${key}`);
  }
  return element;
}

function retain(document: JsonObject, names: Json): JsonObject {
  if (!isList(names)) throw malformed("$retainKeys is not a list of names");
  return Object.fromEntries(Object.entries(document).filter(([field]) => names.includes(field)));
}

function withoutPrimitives(document: JsonObject, field: string, values: Json): JsonObject {
  const list = own(document, field);
  if (!isList(values)) throw malformed(`${DELETE_PRIMITIVES}${field} is not a list`);
  if (!isList(list)) return document;
  return { ...document, [field]: list.filter((item) => !has(values, item)) };
}

/** Obeys the `$setElementOrder/…` directives of the patch. */
function inOrder(
  before: JsonObject,
  merged: JsonObject,
  patch: JsonObject,
  place: Place,
): JsonObject {
  let result = merged;
  for (const [directive, order] of Object.entries(patch)) {
    if (!directive.startsWith(ORDER)) continue;
    const field = directive.slice(ORDER.length);
    const key = place.mergeKeys[place.path === "" ? field : `${place.path}.${field}`] ?? PRIMITIVE;
    const list = own(result, field);
    const original = own(before, field);
    if (!isList(order)) throw malformed(`${directive} is not a list`);
    if (!isList(list)) continue;
    const sorted = ordered(list, { before: isList(original) ? original : [], order, key });
    result = { ...result, [field]: sorted };
  }
  return result;
}

/**
 * Puts the elements that `order` names in that order. Each of the others comes, in the order that
 * they had, before the first named one that it stood before.
 */
function ordered(
  list: readonly Json[],
  by: { readonly before: readonly Json[]; readonly order: readonly Json[]; readonly key: string },
): readonly Json[] {
  const same = (a: Json, b: Json) => by.key === PRIMITIVE ? equal(a, b) : sameKey(a, b, by.key);
  const rankIn = (among: readonly Json[]) => {
    const ranks = new Map(list.map((item) => [item, among.findIndex((one) => same(one, item))]));
    return (item: Json) => ranks.get(item) ?? -1;
  };
  const [wanted, was] = [rankIn(by.order), rankIn(by.before)];
  const named = list.filter((item) => wanted(item) !== -1).sort((a, b) => wanted(a) - wanted(b));
  const others = list.filter((item) => wanted(item) === -1).sort((a, b) => was(a) - was(b));
  const result: Json[] = [];
  for (const item of named) {
    while (others.length > 0) {
      const [other = null] = others;
      if (was(other) === -1 || was(other) > was(item)) break;
      result.push(other);
      others.shift();
    }
    result.push(item);
  }
  return [...result, ...others];
}

function sameKey(a: Json, b: Json, key: string): boolean {
  return isObject(a) && isObject(b) && a[key] !== undefined && equal(a[key], b[key]);
}

function has(list: readonly Json[], item: Json): boolean {
  return list.some((other) => equal(other, item));
}

function own(object: JsonObject, field: string): Json | undefined {
  return Object.hasOwn(object, field) ? object[field] : undefined;
}

function malformed(message: string): PatchError {
  return new PatchError("malformed", `Cannot apply strategic merge patch: ${message}`);
}
