/**
 * One object as the API server sent it to a checked object: the resource says what it must be.
 *
 * @module
 */
import {
  describeFinding,
  type Kind,
  type KubeObject,
  type ObjectRef,
  readObject,
  type ReadResult,
} from "../../core/mod.ts";
import { asJson } from "../json.ts";
import type { Resource } from "./resources.ts";

/** What came of one object of the API server. */
export interface Item {
  /** The object, or `null` if it is not usable. */
  readonly object: KubeObject | null;
  /** Whose object it is; `null` if it is of another kind, or has no name: no server says such a thing. */
  readonly ref: ObjectRef | null;
  /** What is wrong with it, in words. */
  readonly problems: readonly string[];
}

/** Reads an object. Items of a list do not say of what kind they are; the list does. */
export function readItem(resource: Resource, value: unknown): Item {
  const { kind, apiVersion, plural } = resource;
  const result = readObject({ apiVersion, kind, ...asJson(value) });
  if (result.outcome === "other-kind" || !isOfKind(kind, result)) {
    const given = String(asJson(value)["kind"]);
    return { object: null, ref: null, problems: [`a ${given} is among the ${plural}`] };
  }
  const object = result.outcome === "object" ? result.object : null;
  const ref = result.outcome === "object" ? refOf(result.object) : result.ref;
  return { object, ref, problems: result.findings.map((finding) => describeFinding(ref, finding)) };
}

function isOfKind(kind: Kind, result: Exclude<ReadResult, { outcome: "other-kind" }>): boolean {
  const is = result.outcome === "object" ? result.object : result.ref;
  return is === null || is.kind === kind;
}

/** Whose object it is, without reading the rest of it; `null` if it does not say. */
export function readRef({ kind }: Resource, value: unknown): ObjectRef | null {
  const { name, namespace = "" } = asJson(asJson(value)["metadata"]);
  if (typeof name !== "string" || typeof namespace !== "string" || name === "") return null;
  return { kind, namespace: kind === "Node" ? "" : namespace, name };
}

/** The version of an object, `null` if it does not say. */
export function versionOf(value: unknown): string | null {
  const { resourceVersion } = asJson(asJson(value)["metadata"]);
  return typeof resourceVersion === "string" && resourceVersion !== "" ? resourceVersion : null;
}

/**
 * Whether a version came before another. Servers count in whole numbers, which Kubernetes promises
 * since 1.35; of anything else nothing can be said.
 */
export function isOlder(version: string, than: string): boolean {
  if (!/^\d+$/.test(version) || !/^\d+$/.test(than)) return false;
  return version.length === than.length ? version < than : version.length < than.length;
}

function refOf({ kind, namespace, name }: KubeObject): ObjectRef {
  return { kind, namespace, name };
}
