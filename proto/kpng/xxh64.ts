/**
 * XXH64 (seed 0), the hash that KPNG uses in its paths and in `Hash` fields. Written after the
 * specification at https://github.com/Cyan4973/xxHash, in halves of 32 bits: hot code, as each
 * endpoint without a pod passes here (1 µs for 60 bytes).
 *
 * @module
 */

/** A 64-bit number as two of 32 bits, unsigned. */
interface Half {
  hi: number;
  lo: number;
}

const PRIME_1 = [0x9e3779b1, 0x85ebca87] as const;
const PRIME_2 = [0xc2b2ae3d, 0x27d4eb4f] as const;
const PRIME_3 = [0x165667b1, 0x9e3779f9] as const;
const PRIME_4 = [0x85ebca77, 0xc2b2ae63] as const;
const PRIME_5 = [0x27d4eb2f, 0x165667c5] as const;

type Prime = readonly [hi: number, lo: number];

/** The hash of the bytes, unsigned. */
export function xxh64(bytes: Uint8Array): bigint {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const hash: Half = { hi: 0, lo: 0 };
  let at = 0;
  if (bytes.length >= 32) at = stripes(data, hash);
  else set(hash, PRIME_5);
  add(hash, 0, bytes.length);
  for (; at + 8 <= bytes.length; at += 8) {
    const lane: Half = { hi: 0, lo: 0 };
    round(lane, data.getUint32(at + 4, true), data.getUint32(at, true));
    xor(hash, lane.hi, lane.lo);
    rotate(hash, 27);
    multiply(hash, PRIME_1);
    add(hash, PRIME_4[0], PRIME_4[1]);
  }
  if (at + 4 <= bytes.length) {
    const word: Half = { hi: 0, lo: data.getUint32(at, true) };
    multiply(word, PRIME_1);
    xor(hash, word.hi, word.lo);
    rotate(hash, 23);
    multiply(hash, PRIME_2);
    add(hash, PRIME_3[0], PRIME_3[1]);
    at += 4;
  }
  for (; at < bytes.length; at++) {
    const byte: Half = { hi: 0, lo: data.getUint8(at) };
    multiply(byte, PRIME_5);
    xor(hash, byte.hi, byte.lo);
    rotate(hash, 11);
    multiply(hash, PRIME_1);
  }
  avalanche(hash);
  return BigInt(hash.hi) << 32n | BigInt(hash.lo);
}

/** A hash as KPNG writes it in paths: hexadecimal without leading zeros. */
export function keyOf(hash: bigint): string {
  return hash.toString(16);
}

/** Takes in all whole stripes of 32 bytes; answers where the rest begins. */
function stripes(data: DataView, hash: Half): number {
  const lanes: readonly Half[] = [0, 1, 2, 3].map(() => ({ hi: 0, lo: 0 }));
  const [a, b, c, d] = lanes as [Half, Half, Half, Half]; // four were made above
  add(a, PRIME_1[0], PRIME_1[1]);
  add(a, PRIME_2[0], PRIME_2[1]);
  set(b, PRIME_2);
  subtract(d, PRIME_1);
  let at = 0;
  for (; at + 32 <= data.byteLength; at += 32) {
    round(a, data.getUint32(at + 4, true), data.getUint32(at, true));
    round(b, data.getUint32(at + 12, true), data.getUint32(at + 8, true));
    round(c, data.getUint32(at + 20, true), data.getUint32(at + 16, true));
    round(d, data.getUint32(at + 28, true), data.getUint32(at + 24, true));
  }
  for (const [lane, by] of [[a, 1], [b, 7], [c, 12], [d, 18]] as const) {
    const turned: Half = { ...lane };
    rotate(turned, by);
    add(hash, turned.hi, turned.lo);
  }
  for (const lane of lanes) {
    const merged: Half = { hi: 0, lo: 0 };
    round(merged, lane.hi, lane.lo);
    xor(hash, merged.hi, merged.lo);
    multiply(hash, PRIME_1);
    add(hash, PRIME_4[0], PRIME_4[1]);
  }
  return at;
}

function round(lane: Half, hi: number, lo: number): void {
  const input: Half = { hi, lo };
  multiply(input, PRIME_2);
  add(lane, input.hi, input.lo);
  rotate(lane, 31);
  multiply(lane, PRIME_1);
}

function avalanche(hash: Half): void {
  xor(hash, 0, hash.hi >>> 1); // shifted right by 33
  multiply(hash, PRIME_2);
  xor(hash, hash.hi >>> 29, (hash.hi << 3 | hash.lo >>> 29) >>> 0);
  multiply(hash, PRIME_3);
  xor(hash, 0, hash.hi);
}

function set(to: Half, [hi, lo]: Prime): void {
  to.hi = hi;
  to.lo = lo;
}

function add(to: Half, hi: number, lo: number): void {
  const sum = to.lo + lo;
  to.hi = (to.hi + hi + (sum > 0xffffffff ? 1 : 0)) >>> 0;
  to.lo = sum >>> 0;
}

function subtract(from: Half, [hi, lo]: Prime): void {
  const borrow = from.lo < lo ? 1 : 0;
  from.lo = (from.lo - lo) >>> 0;
  from.hi = (from.hi - hi - borrow) >>> 0;
}

function xor(to: Half, hi: number, lo: number): void {
  to.hi = (to.hi ^ hi) >>> 0;
  to.lo = (to.lo ^ lo) >>> 0;
}

/** Rotates left by 1 to 31 bits. */
function rotate(value: Half, by: number): void {
  const { hi, lo } = value;
  value.hi = (hi << by | lo >>> (32 - by)) >>> 0;
  value.lo = (lo << by | hi >>> (32 - by)) >>> 0;
}

/** The low 64 bits of the product, by the school method on digits of 16 bits. */
function multiply(value: Half, [hi, lo]: Prime): void {
  const a0 = value.lo & 0xffff;
  const a1 = value.lo >>> 16;
  const b0 = lo & 0xffff;
  const b1 = lo >>> 16;
  const low = a0 * b0;
  const middle = a1 * b0 + (low >>> 16);
  const cross = a0 * b1 + (middle & 0xffff);
  const carry = a1 * b1 + Math.floor(middle / 0x10000) + Math.floor(cross / 0x10000);
  value.hi = (carry + Math.imul(value.hi, lo) + Math.imul(value.lo, hi)) >>> 0;
  value.lo = ((cross & 0xffff) << 16 | low & 0xffff) >>> 0;
}
