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

/** The SHA-1 of some bytes. */
export function sha1(bytes: Uint8Array): Digest {
  const length = (bytes.length + 72) & ~63; // 0x80 and eight bytes of length, in whole blocks
  let digest: Digest = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0];
  for (let at = 0; at < length; at += 64) {
    for (let i = 0; i < 16; i++) schedule[i] = wordAt(bytes, at + 4 * i);
    if (at + 64 === length) schedule[15] = bytes.length * 8;
    digest = afterBlock(digest);
  }
  return digest;
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

function afterBlock([h0, h1, h2, h3, h4]: Digest): Digest {
  const w = schedule;
  for (let i = 16; i < 80; i++) {
    w[i] = rotate((w[i - 3] ?? 0) ^ (w[i - 8] ?? 0) ^ (w[i - 14] ?? 0) ^ (w[i - 16] ?? 0), 1);
  }
  let a = h0;
  let b = h1;
  let c = h2;
  let d = h3;
  let e = h4;
  for (let i = 0; i < 80; i++) {
    const mixed = i < 20
      ? ((b & c) | (~b & d)) + 0x5a827999
      : i < 40
      ? (b ^ c ^ d) + 0x6ed9eba1
      : i < 60
      ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
      : (b ^ c ^ d) + 0xca62c1d6;
    const next = (rotate(a, 5) + mixed + e + (w[i] ?? 0)) | 0;
    e = d;
    d = c;
    c = rotate(b, 30);
    b = a;
    a = next;
  }
  return [(h0 + a) | 0, (h1 + b) | 0, (h2 + c) | 0, (h3 + d) | 0, (h4 + e) | 0];
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
