/**
 * The body of a watch to checked events, as a chain of stream transforms: bytes, text, whole lines,
 * events. Events that came in one piece leave in one batch.
 *
 * @module
 */
import { asJson, type Json } from "../json.ts";
import { type ApiStatus, statusOf } from "./answers.ts";

/** One line of a watch. */
export type WatchEvent =
  /** An object is new or has changed. */
  | { readonly type: "set"; readonly object: unknown }
  /** An object is gone, or no longer matches the selectors. */
  | { readonly type: "delete"; readonly object: unknown }
  /** Nothing happened up to this version. */
  | { readonly type: "bookmark"; readonly object: unknown }
  /** The server cannot go on with the watch. */
  | { readonly type: "error"; readonly status: ApiStatus }
  /** Something that no watch should say; news may have been lost with it. */
  | { readonly type: "garbled"; readonly why: string };

/** The longest line that is taken, in UTF-16 units; etcd's objects are below 2 MiB. */
const LONGEST_LINE = 32 * 1024 * 1024;

/** The events of a watch, in batches. */
export function watchEvents(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): ReadableStream<readonly WatchEvent[]> {
  return body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(wholeLines())
    .pipeThrough(
      new TransformStream<readonly string[], readonly WatchEvent[]>({
        transform: (lines, controller) => controller.enqueue(lines.map(readEvent)),
      }),
    );
}

/** Text in any pieces to lists of whole lines. A line that the end cuts off is dropped. */
function wholeLines(): TransformStream<string, readonly string[]> {
  let rest = "";
  return new TransformStream({
    transform(text, controller) {
      const end = text.lastIndexOf("\n");
      if (end < 0) {
        rest += text; // not looked at again before its end is there, so a long line costs its length
        if (rest.length > LONGEST_LINE) throw tooLong();
        return;
      }
      const lines = (rest + text.slice(0, end)).split("\n");
      rest = text.slice(end + 1);
      const full = lines.filter((line) => line.trim() !== "");
      if (full.length > 0) controller.enqueue(full);
    },
  });
}

function tooLong(): RangeError {
  return new RangeError(`a line of the watch is longer than ${LONGEST_LINE} characters`);
}

function readEvent(line: string): WatchEvent {
  let event: Json;
  try {
    event = asJson(JSON.parse(line));
  } catch {
    return { type: "garbled", why: `a line of the watch is not JSON: ${shortened(line)}` };
  }
  switch (event["type"]) {
    case "ADDED":
    case "MODIFIED":
      return { type: "set", object: event["object"] };
    case "DELETED":
      return { type: "delete", object: event["object"] };
    case "BOOKMARK":
      return { type: "bookmark", object: event["object"] };
    case "ERROR":
      return { type: "error", status: statusOf(event["object"]) };
    default:
      return { type: "garbled", why: `a line of the watch is no event: ${shortened(line)}` };
  }
}

function shortened(line: string): string {
  return JSON.stringify(line.length > 80 ? `${line.slice(0, 77)}...` : line);
}
