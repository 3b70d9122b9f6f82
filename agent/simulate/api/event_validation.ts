/**
 * What the API demands of an `events.k8s.io/v1` Event. Pure.
 *
 * @module
 */
import { type JsonObject, numberAt, objectAt, textAt } from "./json.ts";
import { bad, required } from "./service_validation.ts";
import type { Cause } from "./status.ts";

const NEEDED = [
  "eventTime",
  "reportingController",
  "reportingInstance",
  "action",
  "reason",
] as const;
const LONGEST_NOTE = 1024;

/** What speaks against an Event. */
export function eventFaults(event: JsonObject): readonly Cause[] {
  const namespace = textAt(event, "regarding", "namespace") || "default";
  const type = textAt(event, "type");
  const note = textAt(event, "note");
  return [
    ...NEEDED.filter((field) => textAt(event, field) === "").map((field) => required(field)),
    ...(namespace === textAt(event, "metadata", "namespace") ? [] : [
      bad("regarding.namespace", namespace, { right: "does not match event.namespace" }),
    ]),
    ...(type === "Normal" || type === "Warning" ? [] : [
      bad("type", type, { right: "has invalid value" }),
    ]),
    ...(new TextEncoder().encode(note).length <= LONGEST_NOTE ? [] : [
      bad("note", note, { right: `can have at most ${LONGEST_NOTE} bytes` }),
    ]),
    ...("series" in event && numberAt(objectAt(event, "series"), "count") < 2
      ? [
        bad("series.count", numberAt(objectAt(event, "series"), "count"), {
          right: "should be at least 2",
        }),
      ]
      : []),
  ];
}
