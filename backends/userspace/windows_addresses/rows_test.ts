import assert from "node:assert/strict";
import fc from "fast-check";
import { parseIp } from "../../../core/mod.ts";
import { fillRow, readAdapters, readRows, ROW_BYTES } from "./rows.ts";

const ips = fc.oneof(
  fc.ipV4(),
  fc.ipV6().map((text) => parseIp(text)?.text ?? "::1"),
);

Deno.test("a row that is written reads the same", () => {
  fc.assert(fc.property(ips, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (ip, luid) => {
    const row = new Uint8Array(ROW_BYTES);
    fillRow(row, ip, luid);
    const [read] = readRows(row);
    assert.deepEqual(read, {
      ip: parseIp(ip)?.text,
      luid,
      prefix: ip.includes(":") && parseIp(ip)?.family === "IPv6" ? 128 : 32,
      state: "preferred",
      skipAsSource: true,
    });
  }));
});

Deno.test("an address is in network order, everything else in Intel's", () => {
  const row = new Uint8Array(ROW_BYTES);
  fillRow(row, "10.96.0.1", 0x0102n);
  assert.deepEqual([...row.subarray(0, 8)], [2, 0, 0, 0, 10, 96, 0, 1]);
  assert.deepEqual([...row.subarray(32, 40)], [2, 1, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual([...row.subarray(60, 68)], [32, 1, 0, 0, 4, 0, 0, 0]);
  fillRow(row, "fd00::10", 1n);
  assert.deepEqual([...row.subarray(0, 2)], [23, 0]);
  assert.deepEqual([...row.subarray(8, 24)], [0xfd, ...new Array(14).fill(0), 0x10]);
});

Deno.test("rows of other families, and half ones, are left out", () => {
  assert.deepEqual(readRows(new Uint8Array(ROW_BYTES * 2 + 7)), []);
});

Deno.test("what is no address is never written", () => {
  assert.throws(() => fillRow(new Uint8Array(ROW_BYTES), "10.96.0.256", 1n), /no IP address/);
});

Deno.test("readAdapters() follows the list, and stops where it leads out of the memory", () => {
  const base = 0x7f00_0000_1000n;
  const bytes = new Uint8Array(1024);
  const view = new DataView(bytes.buffer);
  const text = (at: number, words: string) => {
    for (const [index, each] of [...`${words}\0`].entries()) {
      view.setUint16(at + 2 * index, each.charCodeAt(0), true);
    }
  };
  text(800, "vEthernet (Größe)");
  text(900, "Hyper-V");
  for (const [at, next, luid] of [[0, base + 300n, 7n], [300, base + 99_999n, 8n]] as const) {
    view.setBigUint64(at + 8, next, true);
    view.setBigUint64(at + 64, base + 900n, true);
    view.setBigUint64(at + 72, base + 800n, true);
    view.setBigUint64(at + 224, luid, true);
  }
  assert.deepEqual(readAdapters(bytes, base), [
    { name: "vEthernet (Größe)", description: "Hyper-V", luid: 7n },
    { name: "vEthernet (Größe)", description: "Hyper-V", luid: 8n },
  ]);
});
