/**
 * Takes the JSON documents out of what hnsdiag prints with `-d`: one after the other, not an array,
 * with nothing between them.
 *
 * @module
 */

/** What was found in a text. */
export interface FoundDocuments {
  /** The documents. */
  readonly documents: readonly unknown[];
  /** What stands outside of them: messages, if anything. */
  readonly rest: string;
  /** The beginning of a document that cannot be read; `null` if all could be. */
  readonly broken: string | null;
}

/** A JSON text, or a brace: texts are skipped whole, whatever braces are in them. */
const TOKEN = /"(?:[^"\\]|\\[^])*"|[{}]/g;

/** How much of a broken document is shown. */
const SHOWN = 80;

/** Finds the documents in a text. */
export function documentsOf(text: string): FoundDocuments {
  const documents: unknown[] = [];
  const between: string[] = [];
  let broken: string | null = null;
  let depth = 0;
  let start = 0;
  let end = 0;
  TOKEN.lastIndex = 0;
  for (let token = TOKEN.exec(text); token !== null; token = TOKEN.exec(text)) {
    if (token[0] === "{") {
      if (depth++ > 0) continue;
      start = token.index;
      between.push(text.slice(end, start));
    } else if (token[0] === "}" && depth > 0 && --depth === 0) {
      end = TOKEN.lastIndex;
      const document = parse(text.slice(start, end));
      if (document === undefined) broken ??= text.slice(start, Math.min(end, start + SHOWN));
      else documents.push(document);
    }
  }
  if (depth > 0) broken ??= text.slice(start, start + SHOWN);
  else between.push(text.slice(end));
  return { documents, rest: between.join("").trim(), broken };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // told as broken
  }
}
