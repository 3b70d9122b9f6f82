/**
 * The query parameters of list, watch and write requests, checked. Pure.
 *
 * @module
 */
import { parseToken, type WantedVersion } from "./listing.ts";
import type { Resource } from "./resources.ts";
import { parseFieldSelector, parseLabelSelector, type Selection } from "./selectors.ts";
import { ApiError, badRequest } from "./status.ts";
import { INCLUDE_OBJECT, type IncludeObject } from "./table.ts";

/** A boolean parameter, as the API reads it: given and neither `0` nor `false`. */
export function flag(params: URLSearchParams, name: string): boolean {
  const value = params.get(name);
  return value !== null && value !== "0" && value !== "false";
}

/**
 * A parameter that is a whole number of at least 0, `null` if it is not given.
 *
 * @throws {ApiError} If it is something else.
 */
export function wholeNumber(params: URLSearchParams, name: string): number | null {
  const text = params.get(name) ?? "";
  if (text === "") return null;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw badRequest(`invalid ${name}: "${text}" is not a whole number`);
}

/**
 * Which objects a request is about.
 *
 * @throws {ApiError} If a selector cannot be read.
 */
export function selectionOf(
  params: URLSearchParams,
  resource: Resource,
  namespace: string,
): Selection {
  return {
    namespace,
    labels: parseLabelSelector(params.get("labelSelector") ?? ""),
    fields: parseFieldSelector(params.get("fieldSelector") ?? "", resource),
  };
}

/**
 * Which version of a list is wanted: `resourceVersion`, `resourceVersionMatch` and `continue`,
 * as the API concepts page of Kubernetes has them in its table.
 *
 * @throws {ApiError} If they contradict each other.
 */
export function wantedVersion(params: URLSearchParams): WantedVersion {
  const version = wholeNumber(params, "resourceVersion");
  const match = params.get("resourceVersionMatch") ?? "";
  const token = params.get("continue") ?? "";
  if (flag(params, "sendInitialEvents")) {
    throw forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list");
  }
  if (token !== "") {
    if (match !== "") {
      throw forbidden("resourceVersionMatch", "it is forbidden when continue is provided");
    }
    if (version !== null && version !== 0) {
      throw badRequest("specifying resource version is not allowed when using continue");
    }
    return parseToken(token);
  }
  if (!["", "Exact", "NotOlderThan"].includes(match)) {
    throw forbidden("resourceVersionMatch", `"${match}" is neither Exact nor NotOlderThan`);
  }
  if (match !== "" && version === null) {
    throw forbidden("resourceVersionMatch", "it is forbidden unless resourceVersion is provided");
  }
  if (match === "Exact" && version === 0) {
    throw forbidden("resourceVersionMatch", 'Exact is forbidden for resourceVersion "0"');
  }
  if (version === null || version === 0) return { of: "now" };
  const isPaged = (wholeNumber(params, "limit") ?? 0) > 0;
  const of = match === "Exact" || (match === "" && isPaged) ? "exact" : "not-older";
  return { of, version };
}

/** From where a watch starts. */
export interface WatchStart {
  /** The version after which changes are wanted, `null` for the present one. */
  readonly from: number | null;
  /** Whether everything that is there comes first. */
  readonly initial: boolean;
  /** Whether a bookmark marks the end of what comes first. */
  readonly marksInitialEnd: boolean;
}

/**
 * From where a watch starts: `resourceVersion` and `sendInitialEvents`.
 *
 * @throws {ApiError} If they contradict each other.
 */
export function watchStart(params: URLSearchParams): WatchStart {
  const version = wholeNumber(params, "resourceVersion") || null;
  const match = params.get("resourceVersionMatch") ?? "";
  if (!params.has("sendInitialEvents")) {
    if (match !== "") {
      throw forbidden(
        "resourceVersionMatch",
        "it is forbidden for watch without sendInitialEvents",
      );
    }
    return { from: version, initial: version === null, marksInitialEnd: false };
  }
  if (match !== "NotOlderThan") {
    throw forbidden("sendInitialEvents", "it requires resourceVersionMatch=NotOlderThan");
  }
  if (!flag(params, "sendInitialEvents")) {
    return { from: version, initial: false, marksInitialEnd: false };
  }
  return { from: null, initial: true, marksInitialEnd: flag(params, "allowWatchBookmarks") };
}

/**
 * What the rows of a table carry.
 *
 * @throws {ApiError} If it is something unknown.
 */
export function includeObject(params: URLSearchParams): IncludeObject {
  const value = params.get("includeObject") || "Metadata";
  const found = INCLUDE_OBJECT.find((known) => known === value);
  if (found !== undefined) return found;
  throw badRequest(`includeObject: "${value}" is none of ${INCLUDE_OBJECT.join(", ")}`);
}

/**
 * Whether a write is only tried.
 *
 * @throws {ApiError} If `dryRun` is not `All`.
 */
export function isDryRun(params: URLSearchParams): boolean {
  const value = params.get("dryRun") ?? "";
  if (value !== "" && value !== "All") throw badRequest(`dryRun: "${value}" is not "All"`);
  return value === "All";
}

function forbidden(field: string, why: string): ApiError {
  const message = `Forbidden: ${why}`;
  const causes = [{ reason: "FieldValueForbidden", message, field }];
  return new ApiError(
    422,
    "Invalid",
    `ListOptions.meta.k8s.io "" is invalid: ${field}: ${message}`,
    {
      group: "meta.k8s.io",
      kind: "ListOptions",
      causes,
    },
  );
}
