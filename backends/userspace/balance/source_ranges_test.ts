import assert from "node:assert/strict";
import fc from "fast-check";
import { cidrContains, parseCidr, parseIp } from "../../../core/mod.ts";
import { plainIp, sourceCheck } from "./source_ranges.ts";

const OFFICE = ["198.51.100.0/24", "203.0.113.7/32", "2001:db8:1::/48", "nonsense"];

Deno.test.each([
  { ip: "198.51.100.0", ranges: OFFICE, allowed: true },
  { ip: "198.51.100.255", ranges: OFFICE, allowed: true },
  { ip: "198.51.99.255", ranges: OFFICE, allowed: false },
  { ip: "198.51.101.0", ranges: OFFICE, allowed: false },
  { ip: "203.0.113.7", ranges: OFFICE, allowed: true },
  { ip: "203.0.113.8", ranges: OFFICE, allowed: false },
  { ip: "::ffff:203.0.113.7", ranges: OFFICE, allowed: true },
  { ip: "::ffff:cb00:7108", ranges: OFFICE, allowed: false },
  { ip: "2001:db8:1::", ranges: OFFICE, allowed: true },
  { ip: "2001:db8:1:ffff:ffff:ffff:ffff:ffff", ranges: OFFICE, allowed: true },
  { ip: "2001:db8:2::1", ranges: OFFICE, allowed: false },
  { ip: "255.255.255.255", ranges: ["0.0.0.0/0"], allowed: true },
  { ip: "::1", ranges: ["0.0.0.0/0"], allowed: false },
  { ip: "::", ranges: ["::/0"], allowed: true },
  { ip: "10.0.0.1", ranges: ["::/0"], allowed: false },
  { ip: "10.0.0.1", ranges: ["nonsense"], allowed: false },
  { ip: "nonsense", ranges: ["0.0.0.0/0", "::/0"], allowed: false },
  { ip: "10.0.0.1", ranges: [], allowed: true },
])("$ip may come ($allowed) where the ranges are $ranges", ({ ip, ranges, allowed }) => {
  assert.equal(sourceCheck(ranges)(ip), allowed);
});

const v4 = fc.ipV4();
const v6 = fc.ipV6();

Deno.test("the numbers say what core's ranges say, of any address and any range", () => {
  const cidrArb = fc.oneof(
    fc.tuple(v4, fc.nat(32)).map(([ip, prefix]) => `${ip}/${prefix}`),
    fc.tuple(v6, fc.nat(128)).map(([ip, prefix]) => `${ip}/${prefix}`),
  );
  fc.assert(
    fc.property(fc.array(cidrArb, { minLength: 1, maxLength: 4 }), v4, v6, (ranges, a, b) => {
      const check = sourceCheck(ranges);
      // Addresses by chance are in small ranges too seldom: those that the ranges begin with are not.
      const begins = ranges.map((range) => range.slice(0, range.indexOf("/")));
      for (const text of [a, b, ...begins]) {
        const ip = parseIp(text);
        assert.ok(ip);
        const expected = ranges.map(parseCidr).some((cidr) => cidr && cidrContains(cidr, ip));
        assert.equal(check(text), expected, `${text} in ${ranges}`);
      }
    }),
  );
});

Deno.test("a client has one text, whichever socket it came by", () => {
  assert.deepEqual(
    ["192.0.2.1", "::ffff:192.0.2.1", "::ffff:c000:201", "2001:db8::1"].map(plainIp),
    [
      "192.0.2.1",
      "192.0.2.1",
      "192.0.2.1",
      "2001:db8::1",
    ],
  );
});
