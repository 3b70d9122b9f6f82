/**
 * SHA-1 (RFC 3174) in TypeScript. It names things here and protects nothing; plans are pure, so the
 * platform's own, which answers later, cannot be asked.
 *
 * @module
 */

/** A digest: five words of 32 bits, signed as JavaScript's bit operations give them. */
export type Digest = readonly [number, number, number, number, number];

/** The message schedule. Kept between calls so that a hash allocates next to nothing. */
const schedule = new Int32Array(80);

/**
 * The SHA-1 of some bytes. Hot (a node has an object for each endpoint of the cluster), hence plain:
 * one function, and a loop of its own for each of the four kinds of round.
 */
export function sha1(bytes: Uint8Array): Digest {
  const w = schedule;
  const length = (bytes.length + 72) & ~63; // 0x80 and eight bytes of length, in whole blocks
  let h0 = 0x67452301;
  let h1 = 0xefcdab89 | 0;
  let h2 = 0x98badcfe | 0;
  let h3 = 0x10325476;
  let h4 = 0xc3d2e1f0 | 0;
  for (let block = 0; block < length; block += 64) {
    for (let i = 0; i < 16; i++) w[i] = wordAt(bytes, block + 4 * i);
    if (block + 64 === length) w[15] = bytes.length * 8;
    for (let i = 16; i < 80; i++) {
      w[i] = rotate((w[i - 3] ?? 0) ^ (w[i - 8] ?? 0) ^ (w[i - 14] ?? 0) ^ (w[i - 16] ?? 0), 1);
    }
    let [a, b, c, d, e] = [h0, h1, h2, h3, h4];
    let i = 0;
    for (; i < 20; i++) {
      const next = (rotate(a, 5) + (d ^ (b & (c ^ d))) + e + 0x5a827999 + (w[i] ?? 0)) | 0;
      e = d, d = c, c = rotate(b, 30), b = a, a = next;
    }
    for (; i < 40; i++) {
      const next = (rotate(a, 5) + (b ^ c ^ d) + e + 0x6ed9eba1 + (w[i] ?? 0)) | 0;
      e = d, d = c, c = rotate(b, 30), b = a, a = next;
    }
    for (; i < 60; i++) {
      const next = (rotate(a, 5) + ((b & c) | (d & (b | c))) + e + 0x8f1bbcdc + (w[i] ?? 0)) | 0;
      e = d, d = c, c = rotate(b, 30), b = a, a = next;
    }
    for (; i < 80; i++) {
      const next = (rotate(a, 5) + (b ^ c ^ d) + e + 0xca62c1d6 + (w[i] ?? 0)) | 0;
      e = d, d = c, c = rotate(b, 30), b = a, a = next;
    }
    h0 = (h0 + a) | 0;
    h1 = (h1 + b) | 0;
    h2 = (h2 + c) | 0;
    h3 = (h3 + d) | 0;
    h4 = (h4 + e) | 0;
  }
  return [h0, h1, h2, h3, h4];
}

/** Four bytes of the padded message: what follows the bytes is 0x80 and zeros. */
function wordAt(bytes: Uint8Array, at: number): number {
  if (at + 4 <= bytes.length) {
    return (byteAt(bytes, at) << 24) | (byteAt(bytes, at + 1) << 16) |
      (byteAt(bytes, at + 2) << 8) | byteAt(bytes, at + 3);
  }
  let word = 0;
  for (let i = 0; i < 4; i++) {
    word = (word << 8) | (at + i === bytes.length ? 0x80 : byteAt(bytes, at + i));
  }
  return word;
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
