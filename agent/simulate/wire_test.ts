import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Bytes,
  carries,
  encodeReply,
  encodeRequest,
  FrameReader,
  MOST_PAYLOAD,
  parseReply,
  parseRequest,
  payloadOf,
  writeAll,
} from "./wire.ts";

/** A connection that gives these bytes in pieces of those sizes, and takes a few at a time. */
function pieces(bytes: Uint8Array, sizes: readonly number[]): Bytes & { readonly taken: number[] } {
  let at = 0;
  let turn = 0;
  const taken: number[] = [];
  return {
    taken,
    read(into) {
      const size = Math.min(sizes[turn++ % sizes.length] ?? 1, into.length, bytes.length - at);
      into.set(bytes.subarray(at, at + size));
      at += size;
      return Promise.resolve(size === 0 ? null : size);
    },
    write(some) {
      const size = Math.min(some.length, 3);
      taken.push(...some.subarray(0, size));
      return Promise.resolve(size);
    },
  };
}

const REQUEST = fc.record({
  connection: fc.nat(),
  sequence: fc.nat({ max: 10_000 }),
  bytes: fc.nat({ max: 5000 }),
}, { noNullPrototype: true });

Deno.test("a request and its reply come through, however the bytes are cut", async () => {
  await fc.assert(fc.asyncProperty(
    REQUEST,
    fc.array(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 5 }),
    async (request, sizes) => {
      const pod = new FrameReader(pieces(encodeRequest(request), sizes));
      const line = await pod.line() ?? "";
      assert.deepEqual(parseRequest(line), request);
      const payload = await pod.exactly(request.bytes);
      assert.ok(carries(request, payload));
      assert.equal(await pod.line(), null);

      const reply = encodeReply({ ...request, endpoint: "127.3.64.1:4000" }, payload);
      const client = new FrameReader(pieces(reply, sizes));
      const answer = parseReply(await client.line() ?? "");
      assert.deepEqual(answer, { ...request, endpoint: "127.3.64.1:4000" });
      assert.ok(carries(request, await client.exactly(request.bytes)));
    },
  ));
});

Deno.test("carries() finds a byte that was changed, lost, doubled or moved", () => {
  const request = { connection: 1, sequence: 5, bytes: 1000 };
  const right = payloadOf(request);
  const changed = right.slice();
  changed[500] = 255;
  assert.ok(carries(request, right.slice()));
  assert.ok(!carries(request, changed));
  assert.ok(!carries(request, right.slice(1)));
  assert.ok(!carries(request, payloadOf({ ...request, sequence: 6 })));
});

Deno.test.each([
  { line: "" },
  { line: "1 2" },
  { line: "1 2 x" },
  { line: `1 2 ${MOST_PAYLOAD + 1}` },
  { line: "-1 2 3" },
  { line: "GET / HTTP/1.1" },
])("parseRequest() refuses '$line'", ({ line }) => {
  assert.equal(parseRequest(line), null);
  assert.equal(parseReply(line), null);
});

Deno.test("FrameReader gives a line without an end as it is, and ends where the peer ends", async () => {
  const endless = new FrameReader(pieces(new TextEncoder().encode("x".repeat(1000)), [1000]));
  const line = await endless.line() ?? "";
  assert.equal(parseRequest(line), null);
  const short = new FrameReader(pieces(new TextEncoder().encode("abc"), [2]));
  assert.equal((await short.exactly(10)).length, 3);
  assert.equal(await short.line(), null);
});

Deno.test("writeAll() goes on until everything is written", async () => {
  const to = pieces(new Uint8Array(), [1]);
  await writeAll(to, Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]));
  assert.deepEqual(to.taken, [1, 2, 3, 4, 5, 6, 7, 8]);
});
