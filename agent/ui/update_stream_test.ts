import assert from "node:assert/strict";
import { READER_LIMITS, UpdateStream } from "./update_stream.ts";

const chunk = (text: string) => new TextEncoder().encode(text);

async function text(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  return await new Response(body).text();
}

Deno.test("a reader gets the first updates, then what it is told meanwhile, then the end", async () => {
  let ended = 0;
  const stream = new UpdateStream([{ reset: true }, { complete: true }] as const, () => ended++);
  stream.tell(chunk("a"));
  const reader = stream.body.getReader();
  const decoder = new TextDecoder();
  const read = async () => decoder.decode((await reader.read()).value);
  assert.equal(await read(), "retry: 2000\n\n");
  assert.equal(await read(), 'data: {"reset":true}\n\n');
  assert.equal(await read(), 'data: {"complete":true}\n\n');
  assert.equal(await read(), "a");
  const next = read();
  stream.tell(chunk("b"));
  assert.equal(await next, "b");
  const last = reader.read();
  stream.end();
  assert.deepEqual(await last, { done: true, value: undefined });
  assert.equal(ended, 1);
});

Deno.test("first updates are made only as they are read", async () => {
  let made = 0;
  function* first() {
    while (true) {
      made++;
      yield {};
    }
  }
  const stream = new UpdateStream(first(), () => {});
  const reader = stream.body.getReader();
  for (let i = 0; i < 4; i++) await reader.read();
  assert.ok(made <= 4, `${made} were made`);
  await reader.cancel();
});

Deno.test.each([
  { what: "updates", chunks: READER_LIMITS.updates + 1, size: 1 },
  { what: "bytes", chunks: 5, size: READER_LIMITS.bytes / 4 },
])("a reader that does not read is let go after so many $what", async ({ chunks, size }) => {
  let ended = 0;
  const stream = new UpdateStream([], () => ended++);
  for (let i = 0; i < chunks; i++) {
    assert.equal(ended, 0);
    stream.tell(new Uint8Array(size));
  }
  assert.equal(ended, 1);
  stream.tell(chunk("too late"));
  assert.equal(await text(stream.body), "retry: 2000\n\n");
});

Deno.test("a reader that goes away is told of no more", async () => {
  let ended = 0;
  const stream = new UpdateStream([], () => ended++);
  const reader = stream.body.getReader();
  await reader.read();
  const waiting = reader.read();
  await reader.cancel();
  assert.equal((await waiting).done, true);
  assert.equal(ended, 1);
  stream.tell(chunk("a"));
});
