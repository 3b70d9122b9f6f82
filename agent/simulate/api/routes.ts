/**
 * The paths of the API, read into what they are about. Pure.
 *
 * @module
 */
import { type Resource, RESOURCES } from "./resources.ts";

/** What a path is about. */
export type Route =
  /** All objects of a resource, of one namespace or (`""`) of all. */
  | { readonly to: "collection"; readonly resource: Resource; readonly namespace: string }
  /** One object. */
  | {
    readonly to: "object";
    readonly resource: Resource;
    readonly namespace: string;
    readonly name: string;
    /** Whether it is about the status alone. */
    readonly status: boolean;
  }
  /** The resources of a group and version. */
  | { readonly to: "resources"; readonly group: string }
  /** One of the API's groups. */
  | { readonly to: "group"; readonly group: string }
  /** A document that is always the same. */
  | { readonly to: "root" | "version" | "core-versions" | "groups" | "health" };

const DOCUMENTS: Readonly<Record<string, Route>> = {
  "/": { to: "root" },
  "/version": { to: "version" },
  "/api": { to: "core-versions" },
  "/apis": { to: "groups" },
  "/healthz": { to: "health" },
  "/livez": { to: "health" },
  "/readyz": { to: "health" },
};

/** What the path is about, `null` if it is nothing here. */
export function parseRoute(pathname: string): Route | null {
  const path = pathname.length > 1 ? pathname.replace(/\/$/, "") : pathname;
  if (Object.hasOwn(DOCUMENTS, path)) return DOCUMENTS[path] ?? null;
  const segments = path.split("/").slice(1).map(decoded);
  const [root, ...rest] = segments;
  if (segments.includes("") || segments.includes(null)) return null;
  if (root === "api" && rest[0] === "v1") return inGroup("", rest.slice(1));
  const [group, version] = rest;
  if (root !== "apis" || !RESOURCES.some((resource) => resource.group === group)) return null;
  if (typeof group !== "string") return null;
  if (version === undefined) return { to: "group", group };
  return version === "v1" ? inGroup(group, rest.slice(2)) : null;
}

function inGroup(group: string, segments: readonly (string | null)[]): Route | null {
  if (segments.length === 0) return { to: "resources", group };
  const [first, namespace, ...inside] = segments;
  const namespaced = first === "namespaces" && typeof namespace === "string"
    ? toResource(group, inside, namespace)
    : null;
  return namespaced ?? toResource(group, segments, "");
}

/** `""` for the namespace means that the path names none. */
function toResource(
  group: string,
  [plural, name, subresource, ...more]: readonly (string | null)[],
  namespace: string,
): Route | null {
  const resource = RESOURCES.find((known) => known.group === group && known.plural === plural);
  if (resource === undefined || more.length > 0) return null;
  if (namespace !== "" && !resource.namespaced) return null;
  if (typeof name !== "string") return { to: "collection", resource, namespace };
  if (resource.namespaced && namespace === "") return null;
  const status = subresource === "status" && resource.hasStatus;
  if (subresource !== undefined && !status) return null;
  return { to: "object", resource, namespace, name, status };
}

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null; // not a path that any object has
  }
}
