/**
 * The API server's objects for code in the same process: the simulation and tests write here, and
 * each write goes the way of an HTTP request, with the same defaults, checks and watch events.
 *
 * @module
 */
import { type Json, type JsonObject, textAt } from "./json.ts";
import { pageOf } from "./listing.ts";
import { applyMergePatch } from "./merge_patch.ts";
import type { Registry } from "./registry.ts";
import { findResource, type Resource, RESOURCES, type StoredObject } from "./resources.ts";
import { badRequest } from "./status.ts";
import type { VersionedStore } from "./store.ts";

/**
 * Plain Kubernetes JSON in and out. What comes out is frozen. `kind` is a kind or a plural name,
 * `namespace` is `""` for Nodes and Namespaces. What the API refuses is thrown as an `ApiError`.
 */
export interface ObjectStore {
  /** The version that the last write made. */
  readonly version: number;
  /** Creates an object, in namespace `default` if it names none. A Service's status is ignored. */
  create(object: JsonObject): StoredObject;
  /** Replaces all but the status, whatever version is there if the object names none. */
  update(object: JsonObject): StoredObject;
  /** Replaces the status alone: a load balancer's addresses, a Node's conditions. */
  updateStatus(object: JsonObject): StoredObject;
  /** Changes an object, but not its status, by a JSON merge patch (RFC 7386). */
  patch(kind: string, namespace: string, name: string, patch: Json): StoredObject;
  /** Deletes an object and answers with its last state. */
  delete(kind: string, namespace: string, name: string): StoredObject;
  /** The object, `null` if there is none. */
  get(kind: string, namespace: string, name: string): StoredObject | null;
  /** The objects of a kind in the order of their keys; an empty `namespace` means all. */
  list(kind: string, namespace?: string): readonly StoredObject[];
}

/** The objects of a store, written through its registry. */
export function objectStore(store: VersionedStore, registry: Registry): ObjectStore {
  const replace = (object: JsonObject, status: boolean) => {
    const resource = resourceOf(textAt(object, "kind"));
    const name = textAt(object, "metadata", "name");
    const namespace = textAt(object, "metadata", "namespace") || "default";
    return registry.update(resource, keyIn(resource, namespace, name), object, { status });
  };
  return {
    get version() {
      return store.version;
    },
    create: (object) => registry.create(resourceOf(textAt(object, "kind")), object),
    update: (object) => replace(object, false),
    updateStatus: (object) => replace(object, true),
    patch(kind, namespace, name, patch) {
      const resource = resourceOf(kind);
      const apply = (current: StoredObject) => applyMergePatch(current, patch);
      return registry.patch(resource, keyIn(resource, namespace, name), apply);
    },
    delete(kind, namespace, name) {
      const resource = resourceOf(kind);
      return registry.delete(resource, keyIn(resource, namespace, name));
    },
    get(kind, namespace, name) {
      const resource = resourceOf(kind);
      return store.get(resource, keyIn(resource, namespace, name));
    },
    list(kind, namespace = "") {
      const selection = { namespace, labels: [], fields: [] };
      const request = { selection, limit: 0, wanted: { of: "now" } } as const;
      return pageOf(store.history(resourceOf(kind)), store.version, request).objects;
    },
  };
}

function keyIn(resource: Resource, namespace: string, name: string) {
  return { namespace: resource.namespaced ? namespace : "", name };
}

function resourceOf(kind: string): Resource {
  const resource = findResource(kind);
  if (resource !== undefined) return resource;
  const known = RESOURCES.map((one) => one.kind).join(", ");
  throw badRequest(`no matches for kind "${kind}": this API server has ${known}`);
}
