import assert from "node:assert/strict";
import { DATAGRAM_BYTES, DatagramBuffers } from "./udp_buffers.ts";

Deno.test("a lent buffer takes the largest datagram, and nobody else has it", () => {
  const pool = new DatagramBuffers();
  const lent = Array.from({ length: 200 }, () => pool.take());
  lent.forEach((buffer, index) => buffer.fill(index));
  lent.forEach((buffer, index) => {
    assert.equal(buffer.length, DATAGRAM_BYTES);
    assert.ok(buffer[0] === index && buffer.at(-1) === index);
  });
  assert.equal(pool.lent, 200);
});

Deno.test("buffers are lent again, and whole free blocks but one are given up", () => {
  const pool = new DatagramBuffers();
  const lent = Array.from({ length: 256 }, () => pool.take());
  const most = pool.reserved;
  assert.equal(most, 256 * DATAGRAM_BYTES);
  for (const buffer of lent) pool.give(buffer);
  assert.deepEqual([pool.lent, pool.reserved], [0, most / 4]);
  for (let i = 0; i < 1000; i++) pool.give(pool.take());
  assert.deepEqual([pool.lent, pool.reserved], [0, most / 4]);
});

Deno.test("a buffer from elsewhere is refused", () => {
  assert.throws(() => new DatagramBuffers().give(new Uint8Array(DATAGRAM_BYTES)), TypeError);
});
