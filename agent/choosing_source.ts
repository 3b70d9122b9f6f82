/**
 * `--userspace-services` with labels: a source in which the Services with such labels carry the
 * annotation that names their backend. Views have no labels, so that an edit of one costs nothing.
 *
 * @module
 */
import {
  BACKEND_ANNOTATION,
  type ClusterEvent,
  fulfils,
  type KubeObject,
  type LabelRequirement,
  unreachable,
} from "../core/mod.ts";
import type { Source } from "../proto/mod.ts";

/** The source, with the annotation on the Services whose labels fulfil all requirements. */
export function choosingSource(
  source: Source,
  requirements: readonly LabelRequirement[],
): Source {
  const chosen = (object: KubeObject): KubeObject => {
    if (object.kind !== "Service" || !fulfils(object.labels, requirements)) return object;
    // What a Service says of itself goes before what the flag says of many.
    return { ...object, annotations: { [BACKEND_ANNOTATION]: "userspace", ...object.annotations } };
  };
  const eventOf = (event: ClusterEvent): ClusterEvent => {
    switch (event.type) {
      case "upsert":
        return { ...event, object: chosen(event.object) };
      case "list":
        return { ...event, objects: event.objects.map(chosen) };
      case "delete":
        return event;
      default:
        return unreachable(event);
    }
  };
  return {
    name: source.name,
    run: (sink, signal) =>
      source.run({
        report: (report) => sink.report(report),
        events: (batch) => sink.events(batch.map(eventOf)),
      }, signal),
  };
}
