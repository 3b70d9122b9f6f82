/**
 * The text of one snapshot file to checked objects, with a report for each thing that a person should
 * know. Pure: it does not matter where the text came from.
 *
 * @module
 */
import { describeFinding, type KubeObject, type ObjectRef, readObject } from "../../core/mod.ts";
import { isJson, type Json } from "../json.ts";
import type { SourceReport } from "../source.ts";
import { isKpngState, kpngObjects } from "./kpng_state.ts";
import { parseDocuments } from "./parse_documents.ts";

/** An object and the place where it stands. */
export interface FoundObject {
  /** The object. */
  readonly object: KubeObject;
  /** The place: `FILE document 2 item 7`. */
  readonly where: string;
}

/** What one file comes to. */
export interface FileReading {
  /** The objects, in the order of the file. */
  readonly objects: readonly FoundObject[];
  /** Objects that stand in the file but could not be read. */
  readonly unreadable: readonly ObjectRef[];
  /** What a person should know. */
  readonly reports: readonly SourceReport[];
  /** Whether every document parsed and there was at least one. A file in mid-write is often not. */
  readonly whole: boolean;
}

/** One value that should be an object, and the place where it stands. */
interface Item {
  readonly where: string;
  readonly value: unknown;
}

/** Reads the text of a snapshot file. `path` names it in reports, and its ending may say JSON. */
export function readSnapshot(path: string, text: string): FileReading {
  const reports: SourceReport[] = [];
  const items: Item[] = [];
  const documents = parseDocuments(path, text);
  for (const document of documents) {
    const where = `${path} document ${document.number}`;
    if (document.ok) items.push(...itemsOf(document.value, where, reports));
    else reports.push(problem(where, `Cannot use the document: ${document.why}`));
  }
  if (documents.length === 0) {
    reports.push(
      problem(path, "The file holds nothing; Kubernetes objects in YAML or JSON belong there"),
    );
  }
  const whole = documents.length > 0 && documents.every((document) => document.ok);
  return { ...readItems(path, items, reports), reports, whole };
}

/** The objects of a document: itself, the items of a List, or what a KPNG state file comes to. */
function itemsOf(value: unknown, where: string, reports: SourceReport[]): readonly Item[] {
  if (isKpngState(value)) {
    const { items, findings } = kpngObjects(value);
    for (const { path, message } of findings) reports.push(problem(where, `${path}: ${message}`));
    return items.map((item) => ({ where: `${where} ${item.from}`, value: item.value }));
  }
  if (!isJson(value)) return [{ where, value }];
  const list = listOf(value);
  if (list === null) return [{ where, value }];
  return list.items.map((item, index) => ({
    where: `${where} item ${index + 1}`,
    value: isJson(item) ? { ...list.defaults, ...item } : item,
  }));
}

/** The API server's own lists (`ServiceList`) name the kind once and not in each item. */
function listOf(
  value: Json,
): { readonly items: readonly unknown[]; readonly defaults: Json } | null {
  const { kind, apiVersion, items } = value;
  if (typeof kind !== "string" || !kind.endsWith("List")) return null;
  if (items !== null && !Array.isArray(items)) return null;
  const defaults: Json = kind === "List" ? {} : { apiVersion, kind: kind.slice(0, -"List".length) };
  return { items: items ?? [], defaults }; // Go writes an empty list as null
}

function readItems(
  path: string,
  items: readonly Item[],
  reports: SourceReport[],
): Pick<FileReading, "objects" | "unreadable"> {
  const objects: FoundObject[] = [];
  const unreadable: ObjectRef[] = [];
  const otherKinds = new Map<string, number>();
  for (const { where, value } of items) {
    const result = readObject(value);
    if (result.outcome === "other-kind") {
      const kind = `${result.apiVersion}/${result.kind}`;
      otherKinds.set(kind, (otherKinds.get(kind) ?? 0) + 1);
      continue;
    }
    const ref = result.outcome === "object" ? result.object : result.ref;
    for (const finding of result.findings) {
      reports.push(problem(where, describeFinding(ref, finding)));
    }
    if (result.outcome === "object") objects.push({ object: result.object, where });
    else if (ref !== null) unreadable.push(ref);
  }
  for (const [kind, count] of otherKinds) reports.push(skipped(path, kind, count));
  return { objects, unreadable };
}

function problem(where: string, message: string): SourceReport {
  return { severity: "problem", where, message };
}

function skipped(where: string, kind: string, count: number): SourceReport {
  const objects = count === 1 ? "an object" : `${count} objects`;
  return {
    severity: "note",
    where,
    message: `Skipped ${objects} of kind ${kind}; ` +
      "v1/Service, discovery.k8s.io/v1/EndpointSlice and v1/Node are read",
  };
}
