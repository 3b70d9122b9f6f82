/**
 * Text to plain values: the documents of a JSON or YAML stream. What does not parse is told with its
 * line and spoils no other document.
 *
 * @module
 */
import { CORE_SCHEMA, load, mergeTag, YAMLException } from "js-yaml";
import { holdsItself } from "./_cycle.ts";
import { splitDocuments, type YamlDocument } from "./documents.ts";
import { splitJson } from "./json_values.ts";

/** What came of one document. */
export type ParsedDocument =
  | {
    /** It was parsed. */
    readonly ok: true;
    /** Which document of the file it is, from 1. */
    readonly number: number;
    /** What it holds. */
    readonly value: unknown;
  }
  | {
    /** It does not parse. */
    readonly ok: false;
    /** Which document of the file it is, from 1. */
    readonly number: number;
    /** Where and why it does not parse. */
    readonly why: string;
  };

/** `<<: *base` is no part of YAML 1.2's core, but Go's reader, and so kubectl, takes it. */
const SCHEMA = CORE_SCHEMA.withTags(mergeTag);

/**
 * The documents of a file; documents that hold nothing are left out. JSON goes through `JSON.parse`,
 * which takes a small part of the time that YAML takes.
 */
export function parseDocuments(path: string, text: string): readonly ParsedDocument[] {
  const isJson = path.toLowerCase().endsWith(".json");
  if (/^\s*$/.test(text)) return [];
  const json = isJson || /^\s*[{[]/.test(text) ? parseJson(text) : [];
  if (isJson || (json.length > 0 && json.every(({ ok }) => ok))) return json;
  const yaml = splitDocuments(text).map(parseYaml)
    .filter((document) => !document.ok || document.value !== null);
  // A JSON stream with a bad value is no YAML at all, and its good values count.
  return json.some(({ ok }) => ok) && !yaml.some(({ ok }) => ok) ? json : yaml;
}

/** One value nearly always; several where commands wrote into the file one after the other. */
function parseJson(text: string): readonly ParsedDocument[] {
  const whole = parseJsonValue(text, { number: 1, line: 1 });
  if (whole.ok) return [whole];
  const values = splitJson(text);
  return values.length < 2
    ? [whole]
    : values.map((value, index) =>
      parseJsonValue(value.text, { number: index + 1, line: value.line })
    );
}

function parseJsonValue(
  text: string,
  { number, line }: { readonly number: number; readonly line: number },
): ParsedDocument {
  try {
    const value: unknown = JSON.parse(text);
    return { ok: true, number, value };
  } catch (error) {
    const from = line === 1 ? "" : `, counted from line ${line}`;
    return { ok: false, number, why: `it is not JSON: ${messageOf(error)}${from}` };
  }
}

function parseYaml({ number, line, text }: YamlDocument): ParsedDocument {
  try {
    const value: unknown = load(text, { schema: SCHEMA });
    return holdsItself(value)
      ? { ok: false, number, why: "an alias (*) stands inside of its own anchor (&)" }
      : { ok: true, number, value };
  } catch (error) {
    return { ok: false, number, why: `it is not YAML: ${yamlMessage(error, line)}` };
  }
}

/** js-yaml draws a picture of the place; the line of the file and the reason are enough. */
function yamlMessage(error: unknown, firstLine: number): string {
  if (!(error instanceof YAMLException) || error.mark === undefined) return messageOf(error);
  const { line, column } = error.mark;
  return `line ${firstLine + line}, column ${column + 1}: ${error.reason}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
