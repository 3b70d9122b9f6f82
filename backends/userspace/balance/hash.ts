/**
 * Hashing of short texts. The same text has the same hash on every node and in every version, for
 * nodes must agree on it.
 *
 * @module
 */

/** A hash of the text, 0 to 2³² − 1: FNV-1a, mixed further because addresses are so much alike. */
export function hash(text: string, seed = 0): number {
  let h = 0x811c9dc5 ^ seed;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  // The last step of MurmurHash3: each bit of the input moves half of the output's.
  h = Math.imul(h ^ h >>> 16, 0x85ebca6b);
  h = Math.imul(h ^ h >>> 13, 0xc2b2ae35);
  return (h ^ h >>> 16) >>> 0;
}
