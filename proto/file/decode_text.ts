/**
 * Bytes of a file to text. Windows PowerShell 5.1 writes UTF-16 where the user types `>`, so a byte
 * order mark decides; without one it is UTF-8.
 *
 * @module
 */

const MARKS = [
  { encoding: "utf-16le", bytes: [0xff, 0xfe] },
  { encoding: "utf-16be", bytes: [0xfe, 0xff] },
] as const;

/** The text of the bytes without byte order marks, `null` if they are no text in their encoding. */
export function decodeText(bytes: Uint8Array): string | null {
  const mark = MARKS.find((each) => each.bytes.every((byte, at) => bytes[at] === byte));
  try {
    return withoutMarks(new TextDecoder(mark?.encoding, { fatal: true }).decode(bytes));
  } catch {
    return null; // the only thing that a fatal decoder throws for
  }
}

/** Files that were joined (`copy a.yaml+b.yaml c.yaml`) have a mark where each of them began. */
function withoutMarks(text: string): string {
  return text.includes("\ufeff") ? text.replace(/^\ufeff/gm, "") : text;
}
