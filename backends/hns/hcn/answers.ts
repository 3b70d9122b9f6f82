/**
 * Reads the answers of HNS' functions. Whatever cannot be read is an error of its own, and never
 * taken for an empty answer.
 *
 * @module
 */
import type { HnsVersion } from "../features.ts";
import { HnsError } from "../hns_error.ts";
import { field } from "../read_documents.ts";
import { type HcnAnswer, LOCAL_HRESULTS } from "./calls.ts";

/** How much of an answer that cannot be read goes into an error's text. */
const SHOWN = 200;

/**
 * What HNS gave.
 *
 * @param doing What was being done: `list endpoints`.
 * @throws {HnsError} If it failed: by its HRESULT, or by an error record beside a good one.
 */
export function outputOf({ hresult, output, error, step }: HcnAnswer, doing: string): string {
  if (hresult >>> 31 === 0 && error === "") return output;
  const record = parse(error);
  const said = field(record, "Error");
  const code = field(record, "ErrorCode");
  const told = typeof code === "number" && code >>> 31 === 1 ? code : LOCAL_HRESULTS.failed;
  const text = typeof said === "string" ? said : error.slice(0, SHOWN);
  throw new HnsError(
    step === "" ? doing : `${doing} (${step})`,
    hresult >>> 31 === 1 ? hresult : told,
    text,
  );
}

/** The JSON that HNS gave. */
export function jsonOf(answer: HcnAnswer, doing: string): unknown {
  const output = outputOf(answer, doing);
  const value = parse(output);
  return value === undefined ? unreadable(doing, "JSON", output) : value;
}

/** The ids that HNS gave: a JSON array of GUIDs. */
export function idsOf(answer: HcnAnswer, doing: string): readonly string[] {
  const ids = jsonOf(answer, doing);
  if (Array.isArray(ids) && ids.every((id) => typeof id === "string")) return ids;
  return unreadable(doing, "a list of ids", answer.output);
}

/** The answer of `GET /globals/version`. */
export function versionOf(answer: HcnAnswer, doing: string): HnsVersion {
  const response = jsonOf(answer, doing);
  if (field(response, "Success") === false) {
    outputOf({ ...answer, error: answer.output }, doing);
  }
  const output = field(response, "Output");
  const value = typeof output === "string" ? parse(output) : output;
  const major = field(value, "Major");
  const minor = field(value, "Minor");
  if (typeof major === "number" && typeof minor === "number") return { major, minor };
  return unreadable(doing, "a version", answer.output);
}

/** An HRESULT and a text as HNS itself writes them into an error record. */
export function errorRecord(hresult: number, error: string): string {
  return JSON.stringify({ Success: false, Error: error, ErrorCode: hresult >>> 0 });
}

function unreadable(doing: string, wanted: string, output: string): never {
  const shown = output.length > SHOWN ? `${output.slice(0, SHOWN)}…` : output;
  throw new HnsError(doing, LOCAL_HRESULTS.unexpected, `not ${wanted}: ${shown}`);
}

/** The value of a JSON text, `undefined` if it is none. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the caller says what was met instead
  }
}
