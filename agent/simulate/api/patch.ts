/**
 * The forms of patch that the API takes, by Content-Type. Pure.
 *
 * @module
 */
import type { Json } from "./json.ts";
import { applyJsonPatch, PatchError } from "./json_patch.ts";
import { applyMergePatch } from "./merge_patch.ts";
import type { StoredObject } from "./resources.ts";
import { badRequest, patchFailed, unsupportedMediaType } from "./status.ts";
import { applyStrategicMerge, MERGE_KEYS } from "./strategic_merge.ts";

/** How a patch of each Content-Type is applied. */
export const PATCH_TYPES: Readonly<Record<string, (object: StoredObject, patch: Json) => Json>> = {
  "application/json-patch+json": applyJsonPatch,
  "application/merge-patch+json": applyMergePatch,
  "application/strategic-merge-patch+json": (object, patch) =>
    applyStrategicMerge(object, patch, MERGE_KEYS[object.kind] ?? {}),
};

/**
 * Applies a patch of a Content-Type. Server-side apply is none of them.
 *
 * @throws {ApiError} If the type is unknown, the patch malformed, or the object does not allow it.
 */
export function applyPatch(type: string, object: StoredObject, patch: Json): Json {
  const apply = PATCH_TYPES[type];
  if (apply === undefined) throw unsupportedMediaType(Object.keys(PATCH_TYPES));
  try {
    return apply(object, patch);
  } catch (cause) {
    if (!(cause instanceof PatchError)) throw cause;
    throw cause.code === "malformed" ? badRequest(cause.message) : patchFailed(cause.message);
  }
}
