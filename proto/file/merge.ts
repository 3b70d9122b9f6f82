/**
 * The readings of all files to the events that say what the cluster is now.
 *
 * @module
 */
import {
  type ClusterEvent,
  describeRef,
  type Kind,
  KINDS,
  objectKey,
  type ObjectRef,
} from "../../core/mod.ts";
import type { SourceReport } from "../source.ts";
import type { FileReading, FoundObject } from "./read_snapshot.ts";

/** What all files together come to. */
export interface Merged {
  /** One `list` event for each kind. */
  readonly events: readonly ClusterEvent[];
  /** Objects that are given twice. */
  readonly reports: readonly SourceReport[];
}

/** Puts files together in their order; of an object that is given twice, the later one is used. */
export function mergeReadings(readings: readonly FileReading[]): Merged {
  const reports: SourceReport[] = [];
  const events = KINDS.map((kind): ClusterEvent => {
    const found = foundOf(kind, readings, reports);
    return {
      type: "list",
      kind,
      objects: [...found.values()].map(({ object }) => object),
      unreadable: unreadableOf(kind, readings, found),
    };
  });
  return { events, reports };
}

function foundOf(
  kind: Kind,
  readings: readonly FileReading[],
  reports: SourceReport[],
): ReadonlyMap<string, FoundObject> {
  const found = new Map<string, FoundObject>();
  for (const each of readings.flatMap((reading) => reading.objects)) {
    if (each.object.kind !== kind) continue;
    const key = objectKey(each.object);
    const earlier = found.get(key);
    if (earlier !== undefined) reports.push(givenTwice(earlier, each));
    found.set(key, each);
  }
  return found;
}

/** What could not be read, unless the object also stands somewhere in a form that could. */
function unreadableOf(
  kind: Kind,
  readings: readonly FileReading[],
  found: ReadonlyMap<string, FoundObject>,
): readonly ObjectRef[] {
  const refs = new Map<string, ObjectRef>();
  for (const ref of readings.flatMap((reading) => reading.unreadable)) {
    const key = objectKey(ref);
    if (ref.kind === kind && !found.has(key)) refs.set(key, ref);
  }
  return [...refs.values()];
}

function givenTwice(earlier: FoundObject, later: FoundObject): SourceReport {
  return {
    severity: "problem",
    where: later.where,
    message: `${describeRef(later.object)} was given before, at ${earlier.where}; ` +
      "this one is used, keep only one",
  };
}
