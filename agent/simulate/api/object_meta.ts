/**
 * The rules of `metadata`: what names an object may have, what no client can change, and what must
 * hold for a write to go through. Pure.
 *
 * @module
 */
import { equal, type JsonObject, objectAt, textAt, withoutField } from "./json.ts";
import type { ObjectKey, Resource, StoredObject } from "./resources.ts";
import { type ApiError, badRequest, conflict, invalid } from "./status.ts";

/** What must be true of an object for it to be deleted. Empty text: it does not matter. */
export interface Preconditions {
  /** The UID that it must have. */
  readonly uid: string;
  /** The resourceVersion that it must have. */
  readonly resourceVersion: string;
}

/**
 * The key of a new object. The URL's namespace goes before the object's own, and that before
 * `default`; `generateName` gets an ending that only the coming version gives.
 *
 * @throws {ApiError} If the namespaces contradict each other, or the name cannot be one.
 */
export function newKey(
  resource: Resource,
  body: JsonObject,
  { namespace: wanted, version }: { readonly namespace: string; readonly version: number },
): ObjectKey {
  const given = textAt(body, "metadata", "namespace");
  if (wanted !== "" && given !== "" && given !== wanted) throw otherNamespace();
  const namespace = resource.namespaced ? wanted || given || "default" : "";
  const prefix = textAt(body, "metadata", "generateName");
  const name = textAt(body, "metadata", "name") || (prefix === "" ? "" : prefix + suffix(version));
  if (name === "") {
    const message = "Required value: name or generateName is required";
    throw invalid(resource, name, [
      { reason: "FieldValueRequired", message, field: "metadata.name" },
    ]);
  }
  const right = nameFault(resource, name);
  if (right === null) return { namespace, name };
  const message = `Invalid value: ${JSON.stringify(name)}: ${right}`;
  throw invalid(resource, name, [{ reason: "FieldValueInvalid", message, field: "metadata.name" }]);
}

/** Metadata that no client can change; the generation counts what changed beside status. */
export function keptMetadata(object: JsonObject, old: StoredObject): JsonObject {
  const changed = Object.keys({ ...object, ...old }).some((field) =>
    field !== "metadata" && field !== "status" && !equal(object[field], old[field])
  );
  let metadata = objectAt(object, "metadata");
  for (const field of ["namespace", "deletionTimestamp", "deletionGracePeriodSeconds"]) {
    const value = old.metadata[field];
    metadata = value === undefined
      ? withoutField(metadata, field)
      : { ...metadata, [field]: value };
  }
  return {
    ...metadata,
    name: old.metadata.name,
    uid: old.metadata.uid,
    resourceVersion: old.metadata.resourceVersion,
    creationTimestamp: old.metadata.creationTimestamp,
    generation: old.metadata.generation + (changed ? 1 : 0),
  };
}

/**
 * Whether a body may replace an object.
 *
 * @throws {ApiError} If it names another object, or another version of it.
 */
export function checkIdentity(resource: Resource, body: JsonObject, old: StoredObject): void {
  const { name, namespace = "", uid, resourceVersion } = old.metadata;
  const given = objectAt(body, "metadata");
  const givenName = textAt(given, "name");
  if (givenName !== "" && givenName !== name) {
    throw badRequest(
      `the name of the object (${givenName}) does not match the name on the URL (${name})`,
    );
  }
  const givenNamespace = textAt(given, "namespace");
  if (resource.namespaced && !["", namespace].includes(givenNamespace)) throw otherNamespace();
  const wanted = { uid: textAt(given, "uid"), resourceVersion: textAt(given, "resourceVersion") };
  if (wanted.uid !== "" && wanted.uid !== uid) checkPreconditions(resource, old, wanted);
  if (wanted.resourceVersion !== "" && wanted.resourceVersion !== resourceVersion) {
    const why = "the object has been modified; please apply your changes to the latest version " +
      "and try again";
    throw conflict(resource, name, why);
  }
}

/**
 * Whether an object is the one that the client means.
 *
 * @throws {ApiError} If it is not.
 */
export function checkPreconditions(
  resource: Resource,
  object: StoredObject,
  { uid, resourceVersion }: Preconditions,
): void {
  const { metadata } = object;
  const fault = uid !== "" && uid !== metadata.uid
    ? `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`
    : resourceVersion !== "" && resourceVersion !== metadata.resourceVersion
    ? "Precondition failed: ResourceVersion in precondition: " +
      `${resourceVersion}, ResourceVersion in object meta: ${metadata.resourceVersion}`
    : null;
  if (fault !== null) throw conflict(resource, metadata.name, fault);
}

function otherNamespace(): ApiError {
  return badRequest(
    "the namespace of the provided object does not match the namespace sent on the request",
  );
}

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SERVICE_NAME = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/** What would be right in place of a name that is not, else `null`. */
function nameFault(resource: Resource, name: string): string | null {
  switch (resource.kind) {
    case "Service":
      return SERVICE_NAME.test(name) && name.length <= 63
        ? null
        : "a DNS-1035 label must consist of at most 63 lower case alphanumeric characters or '-', " +
          "start with a letter and end with an alphanumeric character";
    case "Namespace":
      return LABEL.test(name) && name.length <= 63
        ? null
        : "a lowercase RFC 1123 label must consist of at most 63 lower case alphanumeric " +
          "characters or '-', and must start and end with an alphanumeric character";
    default:
      return SUBDOMAIN.test(name) && name.length <= 253
        ? null
        : "a lowercase RFC 1123 subdomain must consist of at most 253 lower case alphanumeric " +
          "characters, '-' or '.', and must start and end with an alphanumeric character";
  }
}

/** Five letters that no other version gives: the end of a generated name. */
function suffix(version: number): string {
  const alphabet = "bcdfghjklmnpqrstvwxz2456789";
  let text = "";
  let rest = version;
  while (text.length < 5) {
    text = (alphabet[rest % alphabet.length] ?? "") + text;
    rest = Math.floor(rest / alphabet.length);
  }
  return text;
}
