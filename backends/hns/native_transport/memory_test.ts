import assert from "node:assert/strict";
import fc from "fast-check";
import { SYSTEM_LIBRARIES } from "./libraries.ts";
import { guidBytes, OutCells, wideText } from "./memory.ts";
import { openNativeTransport } from "./mod.ts";

Deno.test("a GUID lies in memory as Windows has it, in any letter case, with braces or without", () => {
  const bytes = [0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd]
    .concat([0xee, 0xff]);
  for (
    const text of [
      "00112233-4455-6677-8899-aabbccddeeff",
      "00112233-4455-6677-8899-AABBCCDDEEFF",
      "{00112233-4455-6677-8899-aabbccddeeff}",
    ]
  ) assert.deepEqual([...guidBytes(text) ?? []], bytes);
});

Deno.test.each([
  { text: "" },
  { text: "00112233-4455-6677-8899-aabbccddeef" },
  { text: "00112233-4455-6677-8899-aabbccddeefg" },
  { text: "00112233-4455-6677-8899-aabbccddeeff0" },
])('"$text" is no GUID', ({ text }) => {
  assert.equal(guidBytes(text), null);
});

Deno.test("a text goes to Windows as UTF-16 with a zero at its end", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const bytes = wideText(text);
    assert.equal(new TextDecoder("utf-16le", { ignoreBOM: true }).decode(bytes), `${text}\0`);
  }));
});

Deno.test("cells that no call wrote to hold no pointer", () => {
  const out = new OutCells();
  assert.deepEqual([out.outputPointer(), out.errorPointer(), out.handlePointer()], [
    null,
    null,
    null,
  ]);
  new DataView(out.error.buffer).setBigUint64(8, 4096n, true);
  assert.equal(out.outputPointer(), null);
  assert.notEqual(out.errorPointer(), null);
});

Deno.test({
  name: "where there is no Windows, opening the native transport is an error in words",
  ignore: Deno.build.os === "windows",
  fn: () => {
    const opened = openNativeTransport();
    assert(!opened.ok);
    assert(opened.error.startsWith(`Cannot reach HNS by "${SYSTEM_LIBRARIES.kernel32}": `));
  },
});
