import assert from "node:assert/strict";
import { decodeText } from "./decode_text.ts";

const utf16 = (text: string, little: boolean) => {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  [...text].forEach((letter, at) => view.setUint16(at * 2, letter.charCodeAt(0), little));
  return new Uint8Array(view.buffer);
};

Deno.test.each([
  { what: "UTF-8", bytes: new TextEncoder().encode("naïve: 1\n") },
  { what: "UTF-8 with a byte order mark", bytes: new TextEncoder().encode("\uFEFFnaïve: 1\n") },
  { what: "UTF-16, as Windows PowerShell writes it", bytes: utf16("\uFEFFnaïve: 1\n", true) },
  { what: "UTF-16, big end first", bytes: utf16("\uFEFFnaïve: 1\n", false) },
])("decodeText() takes $what", ({ bytes }) => {
  assert.equal(decodeText(bytes), "naïve: 1\n");
});

Deno.test("decodeText() gives null for bytes that are no text", () => {
  assert.equal(decodeText(new Uint8Array([0x61, 0xc3, 0x28])), null);
  assert.equal(decodeText(new Uint8Array()), "");
});

Deno.test("decodeText() leaves out the marks at the heads of files that were joined", () => {
  const joined = new TextEncoder().encode("\ufeffa: 1\n---\n\ufeffb: \ufeff2\n\ufeff---\nc: 3\n");
  assert.equal(decodeText(joined), "a: 1\n---\nb: \ufeff2\n---\nc: 3\n");
});
