import assert from "node:assert/strict";
import { BufferPool } from "./buffers.ts";
import { pump } from "./pump.ts";

/** A pump from scripted reads to a writer that the test gives. */
function rig(reads: number[], write: (bytes: Uint8Array) => Promise<number>) {
  const pool = new BufferPool();
  const asked: number[] = [];
  const meter = { bytes: 0 };
  const total = { bytes: 100 };
  let next = 0;
  let turns = 0;
  let ended = false;
  const from = {
    read(buffer: Uint8Array): Promise<number | null> {
      asked.push(buffer.length);
      const count = reads.shift();
      assert.ok(count === undefined || count <= buffer.length, "a read fits its buffer");
      if (count === undefined) return Promise.resolve(null);
      for (let i = 0; i < count; i++) buffer[i] = next++ % 251;
      return Promise.resolve(count);
    },
  };
  const to = {
    write,
    closeWrite() {
      ended = true;
      return Promise.resolve();
    },
  };
  const done = pump({
    from,
    to,
    pool,
    meter,
    total,
    quantum: 10_000,
    turns: { next: () => (turns++, Promise.resolve()) },
  });
  return {
    asked,
    pool,
    meter,
    total,
    done,
    get turns() {
      return turns;
    },
    get ended() {
      return ended;
    },
  };
}

Deno.test("a pump writes all that it reads, however little each write takes, and ends the other side", async () => {
  const got: number[] = [];
  const subject = rig([1000, 2048, 1], (bytes) => {
    const taken = Math.min(bytes.length, 700);
    got.push(...bytes.subarray(0, taken));
    return Promise.resolve(taken);
  });
  await subject.done;
  assert.equal(got.length, 3049);
  assert.ok(got.every((byte, index) => byte === index % 251));
  assert.equal(subject.ended, true);
  assert.deepEqual([subject.meter.bytes, subject.total.bytes], [3049, 3149]);
});

Deno.test("a pump asks for more after full reads, and for less after others", async () => {
  const subject = rig([2048, 16384, 9000, 100], (bytes) => Promise.resolve(bytes.length));
  await subject.done;
  assert.deepEqual(subject.asked, [2048, 16384, 65536, 16384, 2048]);
  assert.equal(subject.pool.lentAboveSmallest, 0);
});

Deno.test("a pump gives the others a turn after its share of bytes", async () => {
  const subject = rig([2048, 7000, 1000, 100], (bytes) => Promise.resolve(bytes.length));
  await subject.done;
  assert.equal(subject.turns, 1);
});

Deno.test("a pump reads no more before the last write is out", async () => {
  const written = Promise.withResolvers<number>();
  const subject = rig([2048, 2048], () => written.promise);
  for (let i = 0; i < 20; i++) await Promise.resolve();
  assert.equal(subject.asked.length, 1);
  written.resolve(2048);
  await subject.done;
  assert.equal(subject.asked.length, 3);
});

Deno.test("a pump that breaks rejects, gives its buffer back, and does not end the other side", async () => {
  const subject = rig(
    [2048, 16384, 1],
    (bytes) =>
      bytes.length > 1 ? Promise.resolve(bytes.length) : Promise.reject(new Error("EPIPE")),
  );
  await assert.rejects(subject.done, /EPIPE/);
  assert.equal(subject.ended, false);
  assert.equal(subject.pool.lentAboveSmallest, 0);
  assert.deepEqual([subject.meter.bytes], [18432]);
});
