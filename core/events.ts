/**
 * What a source of cluster state tells the pipeline.
 *
 * @module
 */
import type { Kind, KubeObject, ObjectRef } from "./objects.ts";
import type { ServiceView } from "./view.ts";

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

/** One piece of news from a source that has the node's view already computed by another process. */
export type ViewEvent =
  /** The view is now exactly these Services. */
  | { readonly type: "view"; readonly services: readonly ServiceView[] }
  /** These Services of the view are now so, and those names, `namespace/name`, are gone. */
  | {
    readonly type: "view-change";
    readonly services: readonly ServiceView[];
    readonly gone: readonly string[];
  };

/** What the pipeline takes in: news of the cluster, or of the view itself. */
export type PipelineEvent = ClusterEvent | ViewEvent;

/** Whether an event is news of the view. */
export function isViewEvent(event: PipelineEvent): event is ViewEvent {
  return event.type === "view" || event.type === "view-change";
}
