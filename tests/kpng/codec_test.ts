// The messages and hashes of KPNG against the vectors that its own code agreed on.
import assert from "node:assert/strict";
import { fromBinary, type JsonValue, toBinary } from "@bufbuild/protobuf";
import { keyOf, xxh64 } from "../../proto/kpng/xxh64.ts";
import { decodeHex, encodeHex, schemaOf, vectors } from "./vectors.ts";

interface Row {
  readonly message: string;
  readonly hex: string;
  readonly json: JsonValue;
  readonly canonical_hex: string;
  readonly go_hex?: string;
  readonly note?: string;
}

Deno.test("every message vector decodes to its JSON and encodes to its bytes", async () => {
  const rows = await vectors<Row>("messages");
  assert.equal(rows.length, 58);
  for (const { message, hex, json, go_hex, note } of rows) {
    assert.deepEqual(decodeHex(message, hex), json, `${message} ${note}`);
    assert.equal(encodeHex(message, json), hex, `${message} ${note}`);
    if (go_hex !== undefined) assert.deepEqual(decodeHex(message, go_hex), json);
  }
});

Deno.test("forms that only a decoder meets are read, and written in the canonical form", async () => {
  const rows = await vectors<Row>("decode_only");
  assert.equal(rows.length, 17);
  for (const { message, hex, json, canonical_hex, note } of rows) {
    assert.deepEqual(decodeHex(message, hex), json, `${note}`);
    const schema = schemaOf(message);
    const known = fromBinary(schema, Uint8Array.fromHex(hex), { readUnknownFields: false });
    assert.equal(toBinary(schema, known).toHex(), canonical_hex, `${note}`);
  }
});

Deno.test("what is no message is refused", async (t) => {
  const rows = await vectors<Row>("invalid");
  assert.equal(rows.length, 11);
  for (const { message, hex, note } of rows) {
    await t.step(note ?? hex, () => assert.throws(() => decodeHex(message, hex)));
  }
});

Deno.test("hashes and keys are those of KPNG", async () => {
  const rows = await vectors<{ hex: string; xxh64: string; key: string }>("hashes");
  assert.equal(rows.length, 23);
  for (const { hex, xxh64: hash, key } of rows) {
    assert.equal(xxh64(Uint8Array.fromHex(hex)).toString(), hash);
    assert.equal(keyOf(BigInt(hash)), key);
  }
});

Deno.test("the hash of every length from 0 to 100 bytes is the one by whole numbers", () => {
  for (let length = 0; length <= 100; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 151 + length * 7) & 255);
    assert.equal(xxh64(bytes), slowXxh64(bytes), `${length} bytes`);
  }
});

const P = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
] as const;

/** The specification, word for word. */
function slowXxh64(bytes: Uint8Array): bigint {
  const u = (value: bigint) => BigInt.asUintN(64, value);
  const rotl = (value: bigint, by: bigint) => u(value << by) | value >> (64n - by);
  const round = (lane: bigint, input: bigint) => u(rotl(u(lane + u(input * P[1])), 31n) * P[0]);
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let hash: bigint = P[4];
  if (bytes.length >= 32) {
    let lanes = [u(P[0] + P[1]), P[1], 0n, u(-P[0])];
    for (; at + 32 <= bytes.length; at += 32) {
      lanes = lanes.map((lane, i) => round(lane, data.getBigUint64(at + 8 * i, true)));
    }
    const turns = [1n, 7n, 12n, 18n];
    hash = u(lanes.reduce((sum, lane, i) => sum + rotl(lane, turns[i] ?? 0n), 0n));
    for (const lane of lanes) hash = u((hash ^ round(0n, lane)) * P[0] + P[3]);
  }
  hash = u(hash + BigInt(bytes.length));
  for (; at + 8 <= bytes.length; at += 8) {
    hash = u(rotl(hash ^ round(0n, data.getBigUint64(at, true)), 27n) * P[0] + P[3]);
  }
  if (at + 4 <= bytes.length) {
    hash = u(rotl(hash ^ u(BigInt(data.getUint32(at, true)) * P[0]), 23n) * P[1] + P[2]);
    at += 4;
  }
  for (; at < bytes.length; at++) {
    hash = u(rotl(hash ^ u(BigInt(data.getUint8(at)) * P[4]), 11n) * P[0]);
  }
  hash = u((hash ^ hash >> 33n) * P[1]);
  hash = u((hash ^ hash >> 29n) * P[2]);
  return hash ^ hash >> 32n;
}
