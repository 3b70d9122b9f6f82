/**
 * How the API describes itself, so that kubectl can find out what there is. Pure, made from the
 * table of resources.
 *
 * @module
 */
import type { JsonObject } from "./json.ts";
import { type Resource, RESOURCES, VERBS } from "./resources.ts";

/** `/`: the paths that there are. */
export function rootPaths(): JsonObject {
  const groups = groupNames().flatMap((group) => [`/apis/${group}`, `/apis/${group}/v1`]);
  const health = ["/healthz", "/livez", "/readyz"];
  return { paths: ["/api", "/api/v1", "/apis", ...groups, ...health, "/version"] };
}

/** `/version`: which Kubernetes this behaves like. */
export function versionInfo(): JsonObject {
  return {
    major: "1",
    minor: "32",
    gitVersion: "v1.32.0+windlass",
    gitCommit: "",
    gitTreeState: "clean",
    buildDate: "1970-01-01T00:00:00Z",
    goVersion: "",
    compiler: "",
    platform: "",
  };
}

/** `/api`: the versions of the core group; `host` is where the client reached the server. */
export function coreVersions(host: string): JsonObject {
  return {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: host }],
  };
}

/** `/apis`: the other groups. */
export function groupList(): JsonObject {
  return { kind: "APIGroupList", apiVersion: "v1", groups: groupNames().map(groupEntry) };
}

/** `/apis/GROUP`: one of the other groups. */
export function groupDocument(group: string): JsonObject {
  return { kind: "APIGroup", apiVersion: "v1", ...groupEntry(group) };
}

/** `/api/v1`, `/apis/GROUP/v1`: the resources of a group. */
export function resourceList(group: string): JsonObject {
  const resources = RESOURCES.filter((resource) => resource.group === group);
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: group === "" ? "v1" : `${group}/v1`,
    resources: resources.flatMap((resource) => [
      resourceEntry(resource),
      ...(resource.hasStatus ? [statusEntry(resource)] : []),
    ]),
  };
}

function groupNames(): readonly string[] {
  return [...new Set(RESOURCES.map(({ group }) => group))].filter((group) => group !== "");
}

function groupEntry(group: string): JsonObject {
  const version = { groupVersion: `${group}/v1`, version: "v1" };
  return { name: group, versions: [version], preferredVersion: version };
}

function resourceEntry(resource: Resource): JsonObject {
  const { plural, singular, namespaced, kind, shortNames, categories } = resource;
  return {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: VERBS,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
  };
}

function statusEntry({ plural, namespaced, kind }: Resource): JsonObject {
  const verbs = ["get", "patch", "update"];
  return { name: `${plural}/status`, singularName: "", namespaced, kind, verbs };
}
