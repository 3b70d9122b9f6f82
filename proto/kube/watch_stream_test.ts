import assert from "node:assert/strict";
import fc from "fast-check";
import { type WatchEvent, watchEvents } from "./watch_stream.ts";

function bytes(
  chunks: readonly Uint8Array<ArrayBuffer>[],
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from(chunks);
}

async function read(...chunks: readonly string[]): Promise<(readonly WatchEvent[])[]> {
  const encoder = new TextEncoder();
  return await Array.fromAsync(watchEvents(bytes(chunks.map((text) => encoder.encode(text)))));
}

const line = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;

Deno.test.each([
  { type: "ADDED", object: { a: 1 }, event: { type: "set", object: { a: 1 } } },
  { type: "MODIFIED", object: { a: 1 }, event: { type: "set", object: { a: 1 } } },
  { type: "DELETED", object: { a: 1 }, event: { type: "delete", object: { a: 1 } } },
  { type: "BOOKMARK", object: { a: 1 }, event: { type: "bookmark", object: { a: 1 } } },
  {
    type: "ERROR",
    object: { kind: "Status", code: 410, message: "too old" },
    event: { type: "error", status: { code: 410, message: "too old", retryAfterMs: 0 } },
  },
  {
    type: "ERROR",
    object: "what?",
    event: { type: "error", status: { code: 0, message: "", retryAfterMs: 0 } },
  },
])("watchEvents() reads $type", async ({ type, object, event }) => {
  assert.deepEqual(await read(line(type, object)), [[event]]);
});

Deno.test.each([
  { what: "no JSON", text: "<html>\n", why: 'a line of the watch is not JSON: "<html>"' },
  { what: "no event", text: "[7]\n", why: 'a line of the watch is no event: "[7]"' },
  {
    what: "an unknown type",
    text: '{"type":"MOVED"}\n',
    why: 'a line of the watch is no event: "{\\"type\\":\\"MOVED\\"}"',
  },
])("watchEvents() calls a line garbled that holds $what", async ({ text, why }) => {
  assert.deepEqual(await read(text), [[{ type: "garbled", why }]]);
});

Deno.test("watchEvents() keeps what comes together together, and passes over blank lines", async () => {
  const batches = await read(
    `${line("ADDED", 1)}\n${line("ADDED", 2)}`,
    "\r\n",
    line("ADDED", 3),
  );
  assert.deepEqual(
    batches.map((batch) => batch.map((event) => "object" in event && event.object)),
    [
      [1, 2],
      [3],
    ],
  );
});

Deno.test("watchEvents() drops a line that the end of the stream cuts off", async () => {
  assert.deepEqual(await read(line("ADDED", 1), '{"type":"DELETED","obj'), [
    [{ type: "set", object: 1 }],
  ]);
});

Deno.test("watchEvents() gives the same events however the bytes are cut", async () => {
  const text = line("ADDED", { name: "ä€😀" }) + line("DELETED", { n: 1 }) + line("BOOKMARK", {});
  const all = new TextEncoder().encode(text);
  const whole = (await read(text)).flat();
  await fc.assert(fc.asyncProperty(
    fc.array(fc.nat(all.length), { maxLength: 12 }),
    async (cuts) => {
      const edges = [0, ...cuts.sort((a, b) => a - b), all.length];
      const chunks = edges.slice(1).map((end, index) => all.slice(edges[index], end));
      assert.deepEqual((await Array.fromAsync(watchEvents(bytes(chunks)))).flat(), whole);
    },
  ));
});

Deno.test("watchEvents() does not gather a line without end", async () => {
  const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.enqueue(new Uint8Array(8 * 1024 * 1024).fill(0x61)),
  });
  await assert.rejects(Array.fromAsync(watchEvents(endless)), /a line of the watch is longer than/);
});
