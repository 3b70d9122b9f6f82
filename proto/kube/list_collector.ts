/**
 * Gathers what a list is made of, whichever way it comes (pages or a stream), and refuses what no list
 * of a server can be: to take it would remove from the node what is still in the cluster.
 *
 * @module
 */
import { type KubeObject, objectKey, type ObjectRef } from "../../core/mod.ts";
import type { Item } from "./read_item.ts";
import type { Resource } from "./resources.ts";

/** A complete list. */
export interface Listing {
  /** The version that the list shows, from which a watch goes on. */
  readonly version: string;
  /** The objects. */
  readonly objects: readonly KubeObject[];
  /** Objects that are there but cannot be read: what is known of them stays. */
  readonly unreadable: readonly ObjectRef[];
}

/**
 * The most objects of a kind: more than any cluster has (Kubernetes is tested to 10,000 Services and
 * 150,000 pods), and still few enough for memory. A list that has more does not end.
 */
const MOST_OBJECTS = 300_000;

/** Gathers one list. */
export class ListCollector {
  readonly #resource: Resource;
  readonly #objects = new Map<string, KubeObject>();
  readonly #unreadable = new Map<string, ObjectRef>();

  /** Makes an empty list of objects of the resource. */
  constructor(resource: Resource) {
    this.#resource = resource;
  }

  /** Adds an object, or replaces an earlier state of it. @throws {Error} If this is no list. */
  add({ object, ref, problems }: Item): void {
    const { plural } = this.#resource;
    if (ref === null) {
      throw new TypeError(`the server's list is damaged: ${problems.join("; ")}`);
    }
    this.remove(ref);
    if (object === null) this.#unreadable.set(objectKey(ref), ref);
    else this.#objects.set(objectKey(ref), object);
    if (this.#objects.size + this.#unreadable.size > MOST_OBJECTS) {
      throw new RangeError(`the server's list does not end: more than ${MOST_OBJECTS} ${plural}`);
    }
  }

  /** Takes an object out again. */
  remove(ref: ObjectRef): void {
    this.#objects.delete(objectKey(ref));
    this.#unreadable.delete(objectKey(ref));
  }

  /** What was gathered, as of a version. */
  listing(version: string): Listing {
    return {
      version,
      objects: [...this.#objects.values()],
      unreadable: [...this.#unreadable.values()],
    };
  }
}
