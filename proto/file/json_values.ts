/**
 * Splits JSON values that follow one another, as `kubectl get … -o json >> file` leaves them, so that
 * each can be parsed by itself. Blanks and the `---` of YAML streams may stand between them.
 *
 * @module
 */

/** One value of a JSON stream. */
export interface JsonText {
  /** The line of the stream on which it starts, from 1. */
  readonly line: number;
  /** The value, and whatever follows it up to the next one. */
  readonly text: string;
}

/** What decides where a value ends: brackets, but not those in texts. */
const MARKS = /["{}[\]]/g;

/** What may stand between two values. */
const BETWEEN = /(?:\s|^---[ \t]*$)*/my;

/** The values of a JSON stream. What is not closed reaches to the end. */
export function splitJson(text: string): readonly JsonText[] {
  const values: JsonText[] = [];
  let line = 1;
  let counted = 0;
  for (let start = after(text, BETWEEN, 0); start < text.length;) {
    line += lineEnds(text.slice(counted, start));
    counted = start;
    const end = endOfValue(text, start);
    values.push({ line, text: text.slice(start, end) });
    start = after(text, BETWEEN, end);
  }
  return values;
}

/** Where the value that begins at `start` ends, with what no bracket holds before the next one. */
function endOfValue(text: string, start: number): number {
  MARKS.lastIndex = start;
  let depth = 0;
  for (let mark = MARKS.exec(text); mark !== null; mark = MARKS.exec(text)) {
    const [sign] = mark;
    if (sign === '"') MARKS.lastIndex = endOfText(text, mark.index);
    else if (sign === "{" || sign === "[") depth++;
    else if (--depth <= 0) return mark.index + 1;
  }
  return text.length;
}

function endOfText(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let strokes = 0;
  while (text[at - 1 - strokes] === "\\") strokes++;
  return strokes % 2 === 1;
}

function after(text: string, pattern: RegExp, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

function lineEnds(text: string): number {
  return text.split("\n").length - 1;
}
