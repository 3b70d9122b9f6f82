/**
 * What goes into calls of Windows and what comes out: texts in UTF-16, GUIDs, and the cells into which
 * a call writes pointers.
 *
 * @module
 */

/** Memory as calls take it. */
export type Bytes = Uint8Array<ArrayBuffer>;

const GUID = /^\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i;

/** A text as Windows takes it: UTF-16, with a zero at its end. */
export function wideText(text: string): Bytes {
  const units = new Uint16Array(text.length + 1);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return new Uint8Array(units.buffer);
}

/**
 * A GUID as it lies in memory: its first three groups are numbers, lowest byte first; the others are
 * bytes as they are written. `null` if the text is no GUID.
 */
export function guidBytes(text: string): Bytes | null {
  const [, a = "", b = "", c = "", d = "", e = ""] = GUID.exec(text) ?? [];
  if (a === "") return null;
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Number.parseInt(a, 16), true);
  view.setUint16(4, Number.parseInt(b, 16), true);
  view.setUint16(6, Number.parseInt(c, 16), true);
  view.setUint16(8, Number.parseInt(d, 16), false);
  view.setUint16(10, Number.parseInt(e.slice(0, 4), 16), false);
  view.setUint32(12, Number.parseInt(e.slice(4), 16), false);
  return bytes;
}

/** The cells of one call: each takes a pointer, and holds none before. */
export class OutCells {
  /** Where the call writes what it gives: a text. */
  readonly output: Bytes;
  /** Where it writes an error record: a text. */
  readonly error: Bytes;
  /** Where it writes a handle. */
  readonly handle: Bytes;
  readonly #cells = new BigUint64Array(3);

  /** Nothing was written yet. */
  constructor() {
    const { buffer } = this.#cells;
    this.output = new Uint8Array(buffer, 0, 8);
    this.error = new Uint8Array(buffer, 8, 8);
    this.handle = new Uint8Array(buffer, 16, 8);
  }

  /** The text that the call gave; whoever takes it frees it. */
  outputPointer(): Deno.PointerValue {
    return this.#at(0);
  }

  /** The error record that the call gave; whoever takes it frees it. */
  errorPointer(): Deno.PointerValue {
    return this.#at(1);
  }

  /** The handle that the call gave; whoever takes it closes it. */
  handlePointer(): Deno.PointerValue {
    return this.#at(2);
  }

  #at(index: number): Deno.PointerValue {
    return Deno.UnsafePointer.create(this.#cells[index] ?? 0n);
  }
}
