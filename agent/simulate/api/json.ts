/**
 * Plain JSON as immutable data, and the few things one does with it: look at a path, put a field,
 * compare, and take a frozen copy. The simulation's API server keeps objects as the JSON that
 * clients sent, so nothing is lost that only newer clients know.
 *
 * @module
 */

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  /** Its fields. */
  readonly [field: string]: Json;
}

/** Whether a value is a JSON object, not a list and not `null`. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is a JSON list. (`Array.isArray` forgets that a list is readonly.) */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The value at a path of field names, `undefined` where the path ends early. */
export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let found = value;
  for (const field of path) {
    if (!isObject(found) || !Object.hasOwn(found, field)) return undefined;
    found = found[field];
  }
  return found;
}

/** The text at a path, `""` where there is none. */
export function textAt(value: Json | undefined, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === "string" ? found : "";
}

/** The number at a path, 0 where there is none. */
export function numberAt(value: Json | undefined, ...path: readonly string[]): number {
  const found = at(value, ...path);
  return typeof found === "number" ? found : 0;
}

/** The object at a path, `{}` where there is none. */
export function objectAt(value: Json | undefined, ...path: readonly string[]): JsonObject {
  const found = at(value, ...path);
  return isObject(found) ? found : {};
}

/** The list at a path, `[]` where there is none. */
export function listAt(value: Json | undefined, ...path: readonly string[]): readonly Json[] {
  const found = at(value, ...path);
  return isList(found) ? found : [];
}

/** The texts in the list at a path. */
export function textsAt(value: Json | undefined, ...path: readonly string[]): readonly string[] {
  return listAt(value, ...path).filter((item) => typeof item === "string");
}

/** The text values of the object at a path: labels, say. */
export function stringMapAt(
  value: Json | undefined,
  ...path: readonly string[]
): Readonly<Record<string, string>> {
  const entries = Object.entries(objectAt(value, ...path));
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

/** The object with the field at the path set, or removed where the value is `undefined`. */
export function withField(
  object: JsonObject,
  path: readonly [string, ...string[]],
  value: Json | undefined,
): JsonObject {
  const [field, next, ...rest] = path;
  const inner = next === undefined
    ? value
    : withField(objectAt(object, field), [next, ...rest], value);
  return inner === undefined ? withoutField(object, field) : { ...object, [field]: inner };
}

/** The object without a field. */
export function withoutField(object: JsonObject, field: string): JsonObject {
  if (!Object.hasOwn(object, field)) return object;
  const { [field]: _, ...rest } = object;
  return rest;
}

/** Whether two values are the same JSON. The order of fields does not matter. */
export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (isList(a)) {
    return isList(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const fields = Object.keys(a);
  return fields.length === Object.keys(b).length &&
    fields.every((field) => Object.hasOwn(b, field) && equal(a[field], b[field]));
}

/** What is sealed to its depth, so that sealing it again, alone or within something, costs nothing. */
const alreadySealed = new WeakSet<object>();

/**
 * A frozen copy without `null` and `undefined` fields: the shape that the Kubernetes API stores. A
 * frozen object can be shared by snapshots, watchers and callers without anyone copying it again.
 */
export function sealed(object: JsonObject): JsonObject {
  if (alreadySealed.has(object)) return object;
  const fields = Object.entries(object).filter(([, value]) =>
    value !== null && value !== undefined
  );
  return seal(Object.fromEntries(fields.map(([name, value]) => [name, sealedValue(value)])));
}

function sealedValue(value: Json): Json {
  if (isObject(value)) return sealed(value);
  if (!isList(value) || alreadySealed.has(value)) return value;
  return seal(value.map((item) => sealedValue(item ?? null)));
}

function seal<T extends object>(value: T): Readonly<T> {
  alreadySealed.add(value);
  return Object.freeze(value);
}

const texts = new WeakMap<JsonObject, string>();

/** The JSON text of a frozen object, made once however many readers ask for it. */
export function jsonText(object: JsonObject): string {
  let text = texts.get(object);
  if (text === undefined) texts.set(object, text = JSON.stringify(object));
  return text;
}
