/**
 * One request as the verbs see it, and the answers that they give.
 *
 * @module
 */
import type { Json, JsonObject } from "./json.ts";
import type { Representation } from "./negotiation.ts";
import { badRequest, unsupportedMediaType } from "./status.ts";

/** A request, its body read. */
export interface Call {
  /** The query parameters. */
  readonly params: URLSearchParams;
  /** The form in which the client wants the answer. */
  readonly representation: Representation;
  /** The media type of the body, `""` if none is given. */
  readonly contentType: string;
  /** The body, not looked at yet. */
  readonly text: string;
}

/** What the client gets. */
export type Answer =
  /** A document. */
  | { readonly code: number; readonly document: JsonObject }
  /** A document whose JSON text is there already. */
  | { readonly code: number; readonly json: string }
  /** Plain text. */
  | { readonly code: number; readonly text: string }
  /** A stream of events. */
  | { readonly code: number; readonly stream: ReadableStream<Uint8Array<ArrayBuffer>> };

/** The media types of objects; no type at all counts as JSON. */
const OBJECT_TYPES = ["application/json", ""];

/**
 * The body, which must be JSON and say so.
 *
 * @throws {ApiError} If it is of another type, or no JSON.
 */
export function jsonBody(
  { contentType, text }: Call,
  types: readonly string[] = OBJECT_TYPES,
): Json {
  if (!types.includes(contentType)) throw unsupportedMediaType(types.filter((type) => type !== ""));
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw badRequest(`Cannot read the body of the request: it is not JSON: ${why}`);
  }
}

/** The document, with code 200. */
export function ok(document: JsonObject): Answer {
  return { code: 200, document };
}
