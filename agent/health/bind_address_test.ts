import assert from "node:assert/strict";
import { bindAddressText, readBindAddress } from "./bind_address.ts";

Deno.test.each([
  { text: "0.0.0.0:10256", read: "0.0.0.0:10256" },
  { text: "127.0.0.1", read: "127.0.0.1:10249" },
  { text: "::1", read: "[::1]:10249" },
  { text: "[::]:80", read: "[::]:80" },
  { text: "[::1]", read: "[::1]:10249" },
  { text: "127.0.0.1:0", read: "127.0.0.1:0" },
])("$text is read as $read", ({ text, read }) => {
  const result = readBindAddress(text, 10249);
  assert.equal(result.ok && result.address !== null && bindAddressText(result.address), read);
});

Deno.test("an empty address asks for no server", () => {
  assert.deepEqual(readBindAddress("", 1), { ok: true, address: null });
});

Deno.test.each([
  { text: "localhost:80" },
  { text: "10.0.0.256" },
  { text: "10.0.0.1:" },
  { text: "10.0.0.1:70000" },
  { text: "10.0.0.1:-1" },
  { text: "[::1]:x" },
  { text: "[::1" },
])("$text is refused with what would be right", ({ text }) => {
  const result = readBindAddress(text, 1);
  assert.ok(!result.ok && result.error.includes(`"${text}"`));
});
