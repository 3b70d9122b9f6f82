/**
 * Looking into values of unknown shape: what was parsed from JSON or YAML.
 *
 * @module
 */

/** An object of unknown content. */
export type Json = Readonly<Record<string, unknown>>;

/** Whether a value is an object, and no list. */
export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value if it is an object, else an empty one. */
export function asJson(value: unknown): Json {
  return isJson(value) ? value : {};
}
