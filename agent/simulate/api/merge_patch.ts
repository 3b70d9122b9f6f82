/**
 * JSON Merge Patch (RFC 7386): fields of the patch replace those of the document, `null` removes.
 * Pure.
 *
 * @module
 */
import { isObject, type Json, type JsonObject, withoutField } from "./json.ts";

/** Applies a merge patch. It cannot fail: any JSON is a merge patch of any other. */
export function applyMergePatch(document: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  let merged: JsonObject = isObject(document) ? document : {};
  for (const [field, value] of Object.entries(patch)) {
    merged = value === null ? withoutField(merged, field) : {
      ...merged,
      [field]: applyMergePatch(Object.hasOwn(merged, field) ? merged[field] : undefined, value),
    };
  }
  return merged;
}
