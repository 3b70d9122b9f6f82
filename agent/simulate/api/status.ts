/**
 * What the API says when it refuses: a `v1/Status` with a code, a stable reason and details, worded
 * as the real API server words it, because clients (kubectl among them) look at these.
 *
 * @module
 */
import type { JsonObject } from "./json.ts";
import { qualifiedName, type Resource } from "./resources.ts";

/** One thing that is wrong with an object. */
export interface Cause {
  /** The kind of fault, as the real API names it. */
  readonly reason:
    | "FieldValueDuplicate"
    | "FieldValueForbidden"
    | "FieldValueInvalid"
    | "FieldValueNotSupported"
    | "FieldValueRequired"
    | "ResourceVersionTooLarge";
  /** What was met and what would be right. */
  readonly message: string;
  /** The path of the field, `spec.ports[0].port`. */
  readonly field: string;
}

/** A refusal. The router turns it into the `Status` that the client gets. */
export class ApiError extends Error {
  /** The class's name. */
  override readonly name = "ApiError";
  /** The HTTP status code. */
  readonly code: number;
  /** The stable reason: `NotFound`, `Conflict`, … */
  readonly reason: string;
  /** What it is about, as `Status.details` has it. */
  readonly details: JsonObject;

  /** Makes the refusal. */
  constructor(code: number, reason: string, message: string, details: JsonObject = {}) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
}

/** The `v1/Status` of a refusal. */
export function statusOf(error: ApiError): JsonObject {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: error.message,
    reason: error.reason,
    ...(Object.keys(error.details).length > 0 ? { details: error.details } : {}),
    code: error.code,
  };
}

/** The `v1/Status` of a deletion that went well. */
export function deletedStatus(resource: Resource, name: string, uid: string): JsonObject {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: { ...about(resource, name), uid },
  };
}

/** The request makes no sense. */
export function badRequest(message: string): ApiError {
  return new ApiError(400, "BadRequest", message);
}

/** There is no such object. */
export function notFound(resource: Resource, name: string): ApiError {
  const message = `${qualifiedName(resource)} "${name}" not found`;
  return new ApiError(404, "NotFound", message, about(resource, name));
}

/** There is no such path. */
export function noSuchResource(): ApiError {
  return new ApiError(404, "NotFound", "the server could not find the requested resource");
}

/** The path knows no such verb. */
export function methodNotAllowed(): ApiError {
  const message = "the server does not allow this method on the requested resource";
  return new ApiError(405, "MethodNotAllowed", message);
}

/** None of the forms that the client accepts can be made. */
export function notAcceptable(): ApiError {
  const message = "only the following media types are accepted: application/json, " +
    "application/json;as=Table;v=v1;g=meta.k8s.io";
  return new ApiError(406, "NotAcceptable", message);
}

/** The name is taken. */
export function alreadyExists(resource: Resource, name: string): ApiError {
  const message = `${qualifiedName(resource)} "${name}" already exists`;
  return new ApiError(409, "AlreadyExists", message, about(resource, name));
}

/** The object is no longer what the client thinks that it is. */
export function conflict(resource: Resource, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${qualifiedName(resource)} "${name}": ${why}`;
  return new ApiError(409, "Conflict", message, about(resource, name));
}

/** The version that the client asks for is forgotten. */
export function expired(message: string): ApiError {
  return new ApiError(410, "Expired", message);
}

/** The body is in a form that cannot be read. */
export function unsupportedMediaType(accepted: readonly string[]): ApiError {
  const message =
    "the body of the request was in an unknown format - accepted media types include: " +
    accepted.join(", ");
  return new ApiError(415, "UnsupportedMediaType", message);
}

/** The object breaks the API's rules. */
export function invalid(resource: Resource, name: string, causes: readonly Cause[]): ApiError {
  const faults = causes.map(({ field, message }) => `${field}: ${message}`);
  const list = faults.length === 1 ? faults[0] : `[${faults.join(", ")}]`;
  return new ApiError(422, "Invalid", `${resource.kind} "${name}" is invalid: ${list}`, {
    ...about(resource, name),
    kind: resource.kind,
    causes: causes.map((cause) => ({ ...cause })),
  });
}

/** The patch cannot be applied to the object. */
export function patchFailed(message: string): ApiError {
  return new ApiError(422, "Invalid", message);
}

/** The client has seen a version that this server has not (yet). */
export function tooLargeVersion(wanted: number, current: number): ApiError {
  const message = `Too large resource version: ${wanted}, current: ${current}`;
  return new ApiError(504, "Timeout", message, {
    causes: [{
      reason: "ResourceVersionTooLarge",
      message: "Too large resource version",
      field: "",
    }],
    retryAfterSeconds: 1,
  });
}

function about(resource: Resource, name: string): JsonObject {
  return {
    name,
    ...(resource.group === "" ? {} : { group: resource.group }),
    kind: resource.plural,
  };
}
