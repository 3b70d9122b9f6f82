/**
 * The verbs that write: create, update, patch, delete, deletecollection.
 *
 * @module
 */
import { type Answer, type Call, jsonBody, ok } from "./call.ts";
import { isObject, type JsonObject, textAt } from "./json.ts";
import { pageOf } from "./listing.ts";
import { applyPatch, PATCH_TYPES } from "./patch.ts";
import { isDryRun, selectionOf } from "./query.ts";
import { answerObject, type Collection, listText, type Reader } from "./reads.ts";
import type { Registry } from "./registry.ts";
import { keyOf, type ObjectKey, type Resource, type StoredObject } from "./resources.ts";
import { badRequest, deletedStatus } from "./status.ts";

/** What writing needs. */
export interface Writer extends Reader {
  /** The way into the store. */
  readonly registry: Registry;
}

/** One object, or its status. */
export interface Target {
  /** Its resource. */
  readonly resource: Resource;
  /** Its key. */
  readonly key: ObjectKey;
  /** Whether it is about the status alone. */
  readonly status: boolean;
}

/** Creates the object in the body. */
export function create(writer: Writer, call: Call, { resource, namespace }: Collection): Answer {
  const dryRun = isDryRun(call.params);
  const object = writer.registry.create(resource, objectBody(call), { namespace, dryRun });
  return answerObject(writer, call, { resource, object, code: 201 });
}

/** Replaces an object by the one in the body. */
export function update(writer: Writer, call: Call, { resource, key, status }: Target): Answer {
  const options = { status, dryRun: isDryRun(call.params) };
  const object = writer.registry.update(resource, key, objectBody(call), options);
  return answerObject(writer, call, { resource, object });
}

/** Changes an object by the patch in the body. */
export function patch(writer: Writer, call: Call, { resource, key, status }: Target): Answer {
  const body = jsonBody(call, Object.keys(PATCH_TYPES));
  const options = { status, dryRun: isDryRun(call.params) };
  const apply = (current: StoredObject) => applyPatch(call.contentType, current, body);
  const object = writer.registry.patch(resource, key, apply, options);
  return answerObject(writer, call, { resource, object });
}

/** Deletes an object. The body may hold `DeleteOptions` with preconditions. */
export function remove(writer: Writer, call: Call, { resource, key }: Target): Answer {
  const options = deleteOptions(call);
  const object = writer.registry.delete(resource, key, options);
  // as the real server: Services come back themselves, so does what waits for its finalizers
  const remains = !options.dryRun && writer.store.get(resource, key) !== null;
  if (resource.kind === "Service" || remains) {
    return answerObject(writer, call, { resource, object });
  }
  return ok(deletedStatus(resource, key.name, object.metadata.uid));
}

/** Deletes every object of a collection that the selectors choose. */
export function removeAll(writer: Writer, call: Call, of: Collection): Answer {
  const { resource, namespace } = of;
  const { store, registry } = writer;
  const options = deleteOptions(call);
  const page = pageOf(store.history(resource), store.version, {
    selection: selectionOf(call.params, resource, namespace),
    limit: 0,
    wanted: { of: "now" },
  });
  const objects = page.objects.map((object) => registry.delete(resource, keyOf(object), options));
  return { code: 200, json: listText(resource, { ...page, objects }) };
}

function deleteOptions(call: Call) {
  const wanted = call.text === "" ? {} : jsonBody(call);
  const uid = textAt(wanted, "preconditions", "uid");
  const resourceVersion = textAt(wanted, "preconditions", "resourceVersion");
  return { dryRun: isDryRun(call.params), preconditions: { uid, resourceVersion } };
}

function objectBody(call: Call): JsonObject {
  const body = jsonBody(call);
  if (isObject(body)) return body;
  throw badRequest("the body of the request is not an object: it must be the object to write");
}
