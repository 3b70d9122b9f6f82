/**
 * Hexadecimal digits as character codes: every remote endpoint's GUID and MAC address passes here,
 * and a text made of all its codes at once is one object, where one put together is a dozen.
 *
 * @module
 */

const DIGITS: Uint8Array = Uint8Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));

/** The character code of a dash. */
export const DASH = 0x2d;

/** The character code of the digit for the four bits of `value` that begin at bit `shift`. */
export function digitAt(value: number, shift: number): number {
  return DIGITS[(value >>> shift) & 15] ?? 0;
}
