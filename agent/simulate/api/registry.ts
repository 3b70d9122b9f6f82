/**
 * Create, update, patch and delete, with all that the Kubernetes API promises about them: metadata,
 * optimistic concurrency, the status subresource, finalizers, dry runs. HTTP requests and writes
 * from within the process take the same way through here.
 *
 * @module
 */
import type { Admit } from "./admission.ts";
import {
  equal,
  isObject,
  type Json,
  type JsonObject,
  listAt,
  objectAt,
  sealed,
  textAt,
  withoutField,
} from "./json.ts";
import {
  checkIdentity,
  checkPreconditions,
  keptMetadata,
  newKey,
  type Preconditions,
} from "./object_meta.ts";
import {
  apiVersionOf,
  keyOf,
  NAMESPACES,
  type ObjectKey,
  type Resource,
  RESOURCES,
  type StoredObject,
} from "./resources.ts";
import { alreadyExists, badRequest, invalid, notFound } from "./status.ts";
import { asStored, type VersionedStore } from "./store.ts";

/** How a write is meant. */
export interface WriteOptions {
  /** Whether only the status is written, instead of everything but the status. @default false */
  readonly status?: boolean;
  /** Whether the answer is wanted without the effect. @default false */
  readonly dryRun?: boolean;
}

/** What a registry needs. */
export interface RegistryOptions {
  /** The time of day. */
  readonly now: () => Date;
  /** How the objects of each resource are admitted, by plural name. */
  readonly admissions: Readonly<Record<string, Admit>>;
}

/** The one way to write to the store. */
export class Registry {
  readonly #store: VersionedStore;
  readonly #options: RegistryOptions;

  /** A registry over a store. */
  constructor(store: VersionedStore, options: RegistryOptions) {
    this.#store = store;
    this.#options = options;
  }

  /**
   * The object with that key.
   *
   * @throws {ApiError} If there is none.
   */
  get(resource: Resource, key: ObjectKey): StoredObject {
    const object = this.#store.get(resource, key);
    if (object === null) throw notFound(resource, key.name);
    return object;
  }

  /**
   * Creates an object; an empty `namespace` takes the object's own, or `default`.
   *
   * @throws {ApiError} If it exists, or is not right.
   */
  create(
    resource: Resource,
    given: JsonObject,
    { namespace = "", dryRun = false }: WriteOptions & { readonly namespace?: string } = {},
  ): StoredObject {
    const body = this.#checkedBody(resource, given);
    if (textAt(body, "metadata", "resourceVersion") !== "") {
      throw badRequest("resourceVersion should not be set on objects to be created");
    }
    const key = newKey(resource, body, { namespace, version: this.#store.version + 1 });
    if (this.#store.get(resource, key) !== null) throw alreadyExists(resource, key.name);
    if (resource.namespaced) this.get(NAMESPACES, { namespace: "", name: key.namespace });
    const object = resource.bringsStatus ? body : withoutField(body, "status");
    const admitted = this.#admit(resource, object, { key, old: null });
    const { namespace: _, deletionTimestamp: __, ...metadata } = objectAt(admitted, "metadata");
    return this.#put(resource, { key, dryRun }, {
      ...admitted,
      metadata: { ...metadata, ...this.#identity(key) },
    });
  }

  /**
   * Replaces an object, or its status. A body without a resourceVersion replaces whatever is there.
   *
   * @throws {ApiError} If there is no such object, it is another version, or the new one is not right.
   */
  update(
    resource: Resource,
    key: ObjectKey,
    given: JsonObject,
    { status = false, dryRun = false }: WriteOptions = {},
  ): StoredObject {
    const old = this.get(resource, key);
    const body = this.#checkedBody(resource, given);
    checkIdentity(resource, body, old);
    const merged = !resource.hasStatus
      ? body
      : status
      ? { ...old, status: body["status"] ?? {} }
      : { ...body, status: old["status"] ?? {} };
    const admitted = this.#admit(resource, merged, { key, old });
    const object = asStored({ ...admitted, metadata: keptMetadata(admitted, old) });
    if (equal(object, old)) return old; // nothing changed: no new version, no event
    const { deletionTimestamp } = object.metadata;
    if (deletionTimestamp !== undefined && listAt(object, "metadata", "finalizers").length === 0) {
      return dryRun ? object : this.#store.remove(resource, key) ?? object;
    }
    return this.#put(resource, { key, dryRun }, object);
  }

  /**
   * Changes an object by a function of what it is now.
   *
   * @throws {ApiError} As for {@linkcode update}, or what the function throws.
   */
  patch(
    resource: Resource,
    key: ObjectKey,
    apply: (current: StoredObject) => Json,
    options: WriteOptions = {},
  ): StoredObject {
    const patched = apply(this.get(resource, key));
    if (!isObject(patched)) throw badRequest("the patched document is not an object");
    return this.update(resource, key, patched, options);
  }

  /**
   * Deletes an object. One with finalizers only gets its deletionTimestamp, and goes with the last
   * finalizer; a Namespace takes all that is in it along, at once.
   *
   * @throws {ApiError} If there is no such object, or a precondition does not hold.
   */
  delete(
    resource: Resource,
    key: ObjectKey,
    { preconditions, dryRun = false }: WriteOptions & { readonly preconditions?: Preconditions } =
      {},
  ): StoredObject {
    const object = this.get(resource, key);
    if (preconditions !== undefined) checkPreconditions(resource, object, preconditions);
    if (dryRun) return object;
    if (resource === NAMESPACES) this.#empty(key.name);
    if (listAt(object, "metadata", "finalizers").length > 0) {
      if (object.metadata["deletionTimestamp"] !== undefined) return object;
      const fields = { deletionTimestamp: this.#timestamp(), deletionGracePeriodSeconds: 0 };
      return this.#put(resource, { key, dryRun }, {
        ...object,
        metadata: { ...object.metadata, ...fields },
      });
    }
    return this.#store.remove(resource, key) ?? object;
  }

  #empty(namespace: string): void {
    for (const resource of RESOURCES) {
      if (!resource.namespaced) continue;
      for (const object of this.#store.history(resource).current.values()) {
        if (object.metadata.namespace === namespace) this.delete(resource, keyOf(object));
      }
    }
  }

  /** The body without nulls, and of the kind that the URL is about. */
  #checkedBody(resource: Resource, given: JsonObject): JsonObject {
    const apiVersion = textAt(given, "apiVersion") || apiVersionOf(resource);
    const kind = textAt(given, "kind") || resource.kind;
    if (apiVersion !== apiVersionOf(resource) || kind !== resource.kind) {
      throw badRequest(
        `the object provided is unrecognized (must be of type ${resource.kind}): ` +
          `it is ${apiVersion}, Kind=${kind}`,
      );
    }
    return sealed({ ...given, apiVersion, kind });
  }

  /** What the server alone decides about a new object. */
  #identity({ namespace, name }: ObjectKey): JsonObject {
    const serial = (this.#store.version + 1).toString(16).padStart(12, "0");
    return {
      name,
      ...(namespace === "" ? {} : { namespace }),
      uid: `5173a7e0-0000-4000-8000-${serial}`,
      resourceVersion: "", // the store's to give
      creationTimestamp: this.#timestamp(),
      generation: 1,
    };
  }

  #admit(
    resource: Resource,
    object: JsonObject,
    arrival: { readonly key: ObjectKey; readonly old: StoredObject | null },
  ): JsonObject {
    const admission = this.#options.admissions[resource.plural]?.(object, arrival);
    if (admission === undefined) throw new TypeError(`Cannot admit "${resource.plural}": no rule`);
    if (admission.faults.length > 0) throw invalid(resource, arrival.key.name, admission.faults);
    return admission.object;
  }

  #put(
    resource: Resource,
    { key, dryRun }: { readonly key: ObjectKey; readonly dryRun: boolean },
    object: JsonObject,
  ): StoredObject {
    const complete = asStored(object);
    return dryRun ? complete : this.#store.put(resource, key, complete);
  }

  #timestamp(): string {
    return this.#options.now().toISOString().replace(/\.\d+Z$/, "Z");
  }
}
