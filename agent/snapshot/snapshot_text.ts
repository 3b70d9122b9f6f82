/**
 * A snapshot as the text of a file that source `file` can read: a `List` in JSON, a stream of
 * documents in YAML. The same snapshot always gives the same text.
 *
 * @module
 */
import { dump } from "js-yaml";
import type { ApiSnapshot, KubeObject, PersistentMap } from "../../core/mod.ts";
import { toKubernetes } from "./to_kubernetes.ts";

/** The forms that a snapshot can be written in. */
export type SnapshotFormat = "yaml" | "json";

/** The form that a file name asks for: JSON if it ends in `.json`, else YAML. */
export function formatOf(path: string): SnapshotFormat {
  return path.toLowerCase().endsWith(".json") ? "json" : "yaml";
}

/** The text of a snapshot file, with all objects, sorted by kind and name. */
export function snapshotText(snapshot: ApiSnapshot, format: SnapshotFormat): string {
  const items = [snapshot.services, snapshot.slices, snapshot.nodes].flatMap(sorted)
    .map(toKubernetes);
  return format === "json"
    ? `${JSON.stringify({ apiVersion: "v1", kind: "List", items }, null, 2)}\n`
    : yaml(items.length === 0 ? [{ apiVersion: "v1", kind: "List", items }] : items);
}

function yaml(documents: readonly unknown[]): string {
  return documents
    .map((each) => dump(each, { lineWidth: -1, noRefs: true, skipInvalid: true }))
    .join("---\n");
}

function sorted(objects: PersistentMap<KubeObject>): readonly KubeObject[] {
  return [...objects].sort(([a], [b]) => a < b ? -1 : 1).map(([, object]) => object);
}
