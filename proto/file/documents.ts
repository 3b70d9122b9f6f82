/**
 * Splits a YAML stream into its documents, so that one that does not parse spoils no other. No line
 * inside a YAML value may start with a document marker (YAML 1.2.2, `c-forbidden`), so looking for
 * the markers at the start of lines is enough.
 *
 * @module
 */

/** One document of a YAML stream. */
export interface YamlDocument {
  /** Which document of the stream it is, from 1. */
  readonly number: number;
  /** The line of the stream on which the text starts, from 1. */
  readonly line: number;
  /** The document with its directives and its `---`, without the `...` that may end it. */
  readonly text: string;
}

const MARKER = /(?:^|[\r\n])(---|\.\.\.)(?=[ \t\r\n]|$)/g;

/** What may stand before a document's `---`: blank lines, comments and directives. */
const PREAMBLE = /^(?:(?:[ \t]*(?:#[^\r\n]*)?|%[^\r\n]*)(?:[\r\n]|$))*/;

/** The documents of a YAML stream, empty ones that have a `---` of their own included. */
export function splitDocuments(text: string): readonly YamlDocument[] {
  const documents: YamlDocument[] = [];
  const lineAt = lineCounter(text);
  let start = 0;
  let opened = false; // whether a `---` stands between `start` and here

  const endAt = (end: number): boolean => {
    const piece = text.slice(start, end);
    if (!opened && !hasContent(piece)) return false;
    documents.push({ number: documents.length + 1, line: lineAt(start), text: piece });
    return true;
  };

  for (const match of text.matchAll(MARKER)) {
    const [whole, marker = ""] = match;
    const at = match.index + whole.length - marker.length;
    const ended = endAt(at);
    if (marker === "---") {
      if (ended) start = at;
      opened = true;
    } else {
      start = endOfLine(text, at);
      opened = false;
    }
  }
  endAt(text.length);
  return documents;
}

function hasContent(piece: string): boolean {
  return (PREAMBLE.exec(piece)?.[0].length ?? 0) < piece.length;
}

function endOfLine(text: string, at: number): number {
  const end = text.slice(at).search(/[\r\n]/);
  return end < 0 ? text.length : at + end;
}

/** A function that tells the line of a position; asked with rising positions, it counts only once. */
function lineCounter(text: string): (position: number) => number {
  let line = 1;
  let counted = 0;
  return (position) => {
    for (let at = text.indexOf("\n", counted); at >= 0 && at < position;) {
      line++;
      counted = at + 1;
      at = text.indexOf("\n", counted);
    }
    return line;
  };
}
