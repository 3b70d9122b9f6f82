/**
 * Bytes as two hexadecimal digits, from a table: every remote endpoint's GUID and MAC address passes
 * here.
 *
 * @module
 */

const BYTES: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => byte.toString(16).padStart(2, "0"),
);

/** The lowest eight bits as two digits. */
export function hexByte(value: number): string {
  return BYTES[value & 0xff] ?? "";
}

/** The lowest sixteen bits as four digits. */
export function hexHalf(value: number): string {
  return hexByte(value >>> 8) + hexByte(value);
}
