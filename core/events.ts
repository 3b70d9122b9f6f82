/**
 * What a source of cluster state tells the pipeline.
 *
 * @module
 */
import type { Kind, KubeObject, ObjectRef } from "./objects.ts";

/** One piece of news from a source: an object, its end, or the complete list of a kind. */
export type ClusterEvent =
  /** The object is now this: it was added or changed. */
  | { readonly type: "upsert"; readonly object: KubeObject }
  /** The object is gone. */
  | { readonly type: "delete"; readonly ref: ObjectRef }
  /**
   * The kind is now exactly these objects. What is missing is gone, except `unreadable`: objects
   * that exist but could not be read; the last good version of those stays. Marks the kind synced.
   */
  | {
    readonly type: "list";
    readonly kind: Kind;
    readonly objects: readonly KubeObject[];
    readonly unreadable: readonly ObjectRef[];
  };
