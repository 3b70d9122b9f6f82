/**
 * Texts and structures as the functions of Windows take them: UTF-16 with a zero at the end, and
 * fields at fixed places (64-bit Windows).
 *
 * @module
 */

/** Bytes that a function of Windows is given. Keep it referenced until the call has returned. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** A text, as `LPCWSTR`. */
export function wide(text: string): Bytes {
  return units(`${text}\0`);
}

/** Several texts, one after the other with an empty one at the end, as `REG_MULTI_SZ`. */
export function wideList(texts: readonly string[]): Bytes {
  return units(`${texts.map((text) => `${text}\0`).join("")}\0`);
}

function units(text: string): Bytes {
  const array = new Uint16Array(text.length);
  for (let at = 0; at < text.length; at++) array[at] = text.charCodeAt(at);
  return new Uint8Array(array.buffer);
}

/** The text that begins at that byte. */
export function readWide(bytes: Bytes, at: number): string {
  const array = new Uint16Array(bytes.buffer, bytes.byteOffset + at, (bytes.length - at) >> 1);
  const end = array.indexOf(0);
  return new TextDecoder("utf-16le").decode(array.slice(0, end < 0 ? array.length : end));
}

/** The texts of a list that begins at that byte. */
export function readWideList(bytes: Bytes, at: number): readonly string[] {
  const texts: string[] = [];
  for (let text = readWide(bytes, at); text !== "";) {
    texts.push(text);
    at += 2 * (text.length + 1);
    text = at < bytes.length ? readWide(bytes, at) : "";
  }
  return texts;
}

/** The address of bytes, as a field of a structure. */
export function addressOfBytes(bytes: Bytes): bigint {
  return BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)));
}

/** A field of a structure: where it is, and what is in it. Addresses are eight bytes long. */
export type FieldAt = readonly [offset: number, value: number | bigint];

/** A structure of that size with those fields; whatever is not named is 0. */
export function structure(size: number, fields: readonly FieldAt[]): Bytes {
  const view = new DataView(new ArrayBuffer(size));
  for (const [offset, value] of fields) {
    if (typeof value === "bigint") view.setBigUint64(offset, value, true);
    else view.setUint32(offset, value, true);
  }
  return new Uint8Array(view.buffer);
}

/** The whole number of 32 bits at that byte. */
export function readU32(bytes: Bytes, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}

/** The text that a field of a structure leads to, where the text lies in the same bytes. */
export function textBehind(bytes: Bytes, field: number): number | null {
  const address = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(field, true);
  return address === 0n ? null : Number(address - addressOfBytes(bytes));
}
