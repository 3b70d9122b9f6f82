/**
 * JSON Patch (RFC 6902) and the JSON Pointers (RFC 6901) that it speaks in. Pure: the document goes
 * in, the patched document comes out, and either the whole patch holds or none of it.
 *
 * @module
 */
import { unreachable } from "../../../core/mod.ts";
import { equal, isList, isObject, type Json, withoutField } from "./json.ts";

/** A patch that makes no sense, or that this document does not allow. */
export class PatchError extends Error {
  /** The class's name. */
  override readonly name = "PatchError";
  /** `malformed`: no document could take it. `refused`: this one does not. */
  readonly code: "malformed" | "refused";

  /** Makes the error. */
  constructor(code: PatchError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** One step of a JSON patch. */
export type JsonPatchStep =
  | { readonly op: "add" | "replace" | "test"; readonly path: string; readonly value: Json }
  | { readonly op: "remove"; readonly path: string }
  | { readonly op: "move" | "copy"; readonly path: string; readonly from: string };

/**
 * Applies a JSON patch.
 *
 * @throws {PatchError} If it is no patch, or a step cannot be done.
 */
export function applyJsonPatch(document: Json, patch: Json): Json {
  return parseJsonPatch(patch).reduce(applyStep, document);
}

/**
 * Checks that a value is a JSON patch.
 *
 * @throws {PatchError} If it is not.
 */
export function parseJsonPatch(patch: Json): readonly JsonPatchStep[] {
  if (!isList(patch)) throw malformed(`Cannot read JSON patch: it is not a list of operations`);
  return patch.map((step, i) => {
    const where = `Cannot read JSON patch: operation ${i}`;
    if (!isObject(step)) throw malformed(`${where} is not an object`);
    const { op, path, from, value } = step;
    if (typeof path !== "string") throw malformed(`${where} has no "path"`);
    switch (op) {
      case "add":
      case "replace":
      case "test":
        if (value === undefined) throw malformed(`${where} ("${op}") has no "value"`);
        return { op, path, value };
      case "remove":
        return { op, path };
      case "move":
      case "copy":
        if (typeof from !== "string") throw malformed(`${where} ("${op}") has no "from"`);
        return { op, path, from };
      default:
        throw malformed(
          `${where}: "${op}" is none of add, remove, replace, move, copy, test`,
        );
    }
  });
}

function applyStep(document: Json, step: JsonPatchStep): Json {
  switch (step.op) {
    case "add":
      return add(document, pointer(step.path), step.value);
    case "remove":
      return remove(document, pointer(step.path));
    case "replace":
      find(document, pointer(step.path));
      return put(document, pointer(step.path), step.value);
    case "move": {
      if (step.path.startsWith(`${step.from}/`)) {
        throw refused(`Cannot move ${step.from} into itself, to ${step.path}`);
      }
      const moved = find(document, pointer(step.from));
      return add(remove(document, pointer(step.from)), pointer(step.path), moved);
    }
    case "copy":
      return add(document, pointer(step.path), find(document, pointer(step.from)));
    case "test":
      if (!equal(find(document, pointer(step.path)), step.value)) {
        throw refused(
          `Testing ${step.path} failed: the value is not ${JSON.stringify(step.value)}`,
        );
      }
      return document;
    default:
      return unreachable(step);
  }
}

/**
 * The parts of a JSON Pointer.
 *
 * @throws {PatchError} If it is none.
 */
export function pointer(text: string): readonly string[] {
  if (text === "") return [];
  if (!text.startsWith("/") || /~(?![01])/.test(text)) {
    throw malformed(`Cannot read JSON pointer "${text}": it must be empty, or be /-led parts`);
  }
  return text.slice(1).split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function find(document: Json, path: readonly string[]): Json {
  let found: Json | undefined = document;
  for (const part of path) found = child(found, part, path);
  return found;
}

function child(parent: Json, part: string, path: readonly string[]): Json {
  const found = isList(parent)
    ? parent[index(part, parent.length - 1, path)]
    : isObject(parent) && Object.hasOwn(parent, part)
    ? parent[part]
    : undefined;
  if (found === undefined) throw missing(path);
  return found;
}

/** Changes the parent of the path's last part, and copies what leads to it. */
function change(
  document: Json,
  path: readonly string[],
  last: (parent: Json, part: string) => Json,
  depth = 0,
): Json {
  const part = path[depth] ?? "";
  if (depth === path.length - 1) return last(document, part);
  const inner = change(child(document, part, path), path, last, depth + 1);
  return isList(document)
    ? document.with(Number(part), inner)
    : isObject(document)
    ? { ...document, [part]: inner }
    : document;
}

function add(document: Json, path: readonly string[], value: Json): Json {
  if (path.length === 0) return value;
  return change(document, path, (parent, part) => {
    if (isList(parent)) {
      const slot = part === "-" ? parent.length : index(part, parent.length, path);
      return parent.toSpliced(slot, 0, value);
    }
    if (!isObject(parent)) throw missing(path);
    return { ...parent, [part]: value };
  });
}

function put(document: Json, path: readonly string[], value: Json): Json {
  if (path.length === 0) return value;
  return change(document, path, (parent, part) => {
    if (isList(parent)) return parent.with(index(part, parent.length - 1, path), value);
    if (!isObject(parent)) throw missing(path);
    return { ...parent, [part]: value };
  });
}

function remove(document: Json, path: readonly string[]): Json {
  if (path.length === 0) throw refused("Cannot remove the whole document");
  return change(document, path, (parent, part) => {
    child(parent, part, path);
    if (isList(parent)) return parent.toSpliced(Number(part), 1);
    return isObject(parent) ? withoutField(parent, part) : parent;
  });
}

function index(part: string, max: number, path: readonly string[]): number {
  if (!/^(0|[1-9]\d*)$/.test(part)) {
    throw refused(`Cannot follow ${text(path)}: "${part}" is not an index of a list`);
  }
  const value = Number(part);
  if (value > max) throw refused(`Cannot follow ${text(path)}: the list ends before ${part}`);
  return value;
}

function text(path: readonly string[]): string {
  return path.map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function missing(path: readonly string[]): PatchError {
  return refused(`Cannot follow ${text(path)}: there is no such value`);
}

function refused(message: string): PatchError {
  return new PatchError("refused", message);
}

function malformed(message: string): PatchError {
  return new PatchError("malformed", message);
}
