import fc from "fast-check";
import assert from "node:assert/strict";
import { parseIp } from "../../../core/mod.ts";
import { ipAt, ipBytes, parseEndpoint, portAt, sockAddrOf } from "./sockaddr.ts";

const INET6 = 10;

Deno.test("an address that was laid out reads back in core's canonical text", () => {
  const address = fc.oneof(
    fc.ipV4(),
    fc.ipV6().filter((text) => !text.includes(".")),
    // Many zeros, where the shortening is hard.
    fc.array(fc.constantFrom("0", "0", "1", "ff"), { minLength: 8, maxLength: 8 })
      .map((groups) => groups.join(":")),
  );
  fc.assert(
    fc.property(address, fc.nat(65535), (text, port) => {
      const canonical = parseIp(text);
      // Core reads an IPv4-mapped address as IPv4, and so never hands one to us.
      if (canonical === null || (canonical.family === "IPv4") === text.includes(":")) return;
      for (const ip of [text, canonical.text]) {
        const { region, length } = sockAddrOf(ip, port, INET6);
        assert.equal(length, canonical.family === "IPv4" ? 16 : 28);
        assert.equal(ipAt(region.bytes, 0), canonical.text);
        assert.equal(portAt(region.bytes, 0), port);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test.each([
  { text: "192.0.2.1:80", ip: "192.0.2.1", port: 80, family: "IPv4" },
  { text: "[2001:db8::1]:65535", ip: "2001:db8::1", port: 65535, family: "IPv6" },
  { text: "[::]:0", ip: "::", port: 0, family: "IPv6" },
])("$text is an endpoint", ({ text, ...parts }) => {
  assert.deepEqual(parseEndpoint(text), parts);
});

Deno.test.each([
  "",
  "192.0.2.1",
  "192.0.2.1:",
  "192.0.2.1:65536",
  "192.0.2.1:-1",
  "192.0.2.1:8o",
  "192.0.2.256:80",
  "192.0.2:80",
  "[192.0.2.1]:80",
  "2001:db8::1:80",
  "[2001:db8::1]",
  "[2001:db8::1:80",
  "[2001::db8::1]:80",
  "[1:2:3:4:5:6:7]:80",
  "[1:2:3:4:5:6:7:8:9]:80",
  "[1:2:3:4::5:6:7:8]:80",
  "[12345::]:80",
  "[fe80::1%eth0]:80",
  "web:80",
])("%j is no endpoint", (text) => {
  assert.equal(parseEndpoint(text), null);
});

Deno.test("what is no address has no bytes, and cannot be laid out", () => {
  for (const text of ["", ":", ":::", "1.2.3", "1.2.3.4.5", "1.2.3.x", "g::"]) {
    assert.equal(ipBytes(text), null, text);
    assert.throws(() => sockAddrOf(text, 80, INET6), /is not an IP address/);
  }
});
