/**
 * Addresses and CIDRs: tables of what kube-proxy takes and leaves, and properties with ip-num, Deno's
 * own URL and `node:net` as the oracles.
 *
 * @module
 */
import assert from "node:assert/strict";
import { isIP } from "node:net";
import fc from "fast-check";
import { IPv4, IPv6 } from "ip-num";
import { cidrContains, parseCidr, parseIp } from "./ip.ts";

const NO_ADDRESSES = [
  ["", "the empty text"],
  [" 10.0.0.1", "a blank before"],
  ["10.0.0.1 ", "a blank behind"],
  ["10.0.0.300", "an octet above 255"],
  ["10.0.0.256", "an octet one above 255"],
  ["10.0.0", "three octets"],
  ["10.0.0.0.1", "five octets"],
  ["10..0.1", "an empty octet"],
  [".10.0.0.1", "a dot before"],
  ["10.0.0.1.", "a dot behind"],
  ["167772161", "one number"],
  ["0x0a.0.0.1", "a hexadecimal octet"],
  ["-1.0.0.1", "a sign"],
  ["1e1.0.0.1", "an exponent"],
  ["１.0.0.1", "a digit of another script"],
  ["10.0.0.1/32", "a prefix length"],
  ["10.0.0.1:80", "a port"],
  ["10.0.0.1%eth0", "a zone on IPv4"],
  ["fe80::1%eth0", "a zone"],
  ["[::1]", "brackets"],
  [":", "one colon"],
  [":::", "three colons"],
  ["1::2::3", "two gaps"],
  ["::1::", "two gaps, at the end"],
  ["1:2:3:4:5:6:7", "seven groups"],
  ["1:2:3:4:5:6:7:8:9", "nine groups"],
  ["1:2:3:4:5:6:7:8::", "a gap for nothing, behind"],
  ["::1:2:3:4:5:6:7:8", "a gap for nothing, before"],
  ["1:2:3:4:5:6:7:", "a colon behind"],
  [":1:2:3:4:5:6:7", "a colon before"],
  ["12345::", "a group of five digits"],
  ["::g", "a letter past f"],
  ["::+1", "a signed group"],
  ["::ffff:10.0.0.300", "mapped, with an octet above 255"],
  ["::10.0.0", "an embedded address of three octets"],
  ["10.0.0.1::", "an embedded address before the gap"],
  ["::10.0.0.1:80", "an embedded address in the middle"],
  ["1:2:3:4:5:6:7:10.0.0.1", "an embedded address that does not fit"],
  ["web.example.com", "a host name"],
] as const;

Deno.test.each(NO_ADDRESSES)("parseIp(%j) is null: %s", (text, _what) => {
  assert.equal(parseIp(text), null);
});

const ADDRESSES = [
  ["10.0.0.1", "10.0.0.1"],
  ["0.0.0.0", "0.0.0.0"],
  ["255.255.255.255", "255.255.255.255"],
  ["010.001.000.008", "10.1.0.8"],
  ["10.0.0.00", "10.0.0.0"],
  ["0000000010.0.0.1", "10.0.0.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::FFFF:c000:0201", "192.0.2.1"],
  ["0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"],
  ["::ffff:010.0.0.1", "10.0.0.1"],
  ["::", "::"],
  ["0:0:0:0:0:0:0:0", "::"],
  ["::0", "::"],
  ["::1", "::1"],
  ["1::", "1::"],
  ["2001:DB8::ABCD", "2001:db8::abcd"],
  ["2001:0db8:0000:0000:0000:0000:0000:000a", "2001:db8::a"],
  ["2001:db8::000001", "2001:db8::1"],
  // RFC 5952 §4.2.2: one zero group is not shortened
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
  // RFC 5952 §4.2.3: the longest run is shortened, the first of equals
  ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
  ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  // an IPv4 address in the last groups that is not a mapped one stays IPv6
  ["::192.0.2.1", "::c000:201"],
  ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
  ["::ffff:0:192.0.2.1", "::ffff:0:c000:201"],
] as const;

Deno.test.each(ADDRESSES)("parseIp(%j) is %s", (text, canonical) => {
  const family = canonical.includes(":") ? "IPv6" : "IPv4";
  assert.deepEqual(parseIp(text), { family, text: canonical });
});

const NO_CIDRS = [
  ["", "the empty text"],
  ["10.0.0.0", "a bare address"],
  ["10.0.0.0/", "no length"],
  ["/8", "no address"],
  ["10.0.0.0/33", "longer than the address"],
  ["2001:db8::/129", "longer than the address"],
  ["10.0.0.0/1000", "far longer than the address"],
  ["10.0.0.0/-1", "a sign"],
  ["10.0.0.0/+8", "a sign"],
  ["10.0.0.0/8 ", "a blank"],
  ["10.0.0.0/8/8", "two lengths"],
  ["10.0.0.0/255.0.0.0", "a mask"],
  ["10.0.0.300/8", "a bad address"],
  ["::ffff:10.0.0.0/64", "a mapped address, wider than IPv4"],
] as const;

Deno.test.each(NO_CIDRS)("parseCidr(%j) is null: %s", (text, _what) => {
  assert.equal(parseCidr(text), null);
});

const CIDRS = [
  ["10.1.2.3/8", "10.0.0.0/8"],
  ["192.0.2.77/24", "192.0.2.0/24"],
  ["192.0.2.77/32", "192.0.2.77/32"],
  ["192.0.2.77/0", "0.0.0.0/0"],
  ["010.001.002.003/16", "10.1.0.0/16"],
  // kube-proxy's reader (ParseCIDRSloppy) takes the length as a decimal number, too
  ["10.1.2.3/08", "10.0.0.0/8"],
  ["2001:DB8::1/64", "2001:db8::/64"],
  ["2001:db8::1/128", "2001:db8::1/128"],
  ["ffff::/1", "8000::/1"],
  ["::1/0", "::/0"],
  ["::ffff:192.0.2.77/120", "192.0.2.0/24"],
  ["::ffff:192.0.2.77/96", "0.0.0.0/0"],
] as const;

Deno.test.each(CIDRS)("parseCidr(%j) is %s", (text, canonical) => {
  const cidr = parseCidr(text);
  assert.equal(cidr?.text, canonical);
  assert.equal(cidr.family, canonical.includes(":") ? "IPv6" : "IPv4");
  assert.equal(cidr.prefix, Number(canonical.split("/")[1]));
});

const CONTAINS = [
  ["192.0.2.0/24", "192.0.2.0", true],
  ["192.0.2.0/24", "192.0.2.255", true],
  ["192.0.2.0/24", "192.0.3.0", false],
  ["192.0.2.0/24", "192.0.1.255", false],
  ["192.0.2.7/32", "192.0.2.7", true],
  ["0.0.0.0/0", "255.255.255.255", true],
  ["0.0.0.0/0", "::1", false],
  ["::/0", "10.0.0.1", false],
  ["::/0", "ffff::", true],
  ["2001:db8::/32", "2001:db8:ffff::1", true],
  ["2001:db8::/32", "2001:db9::", false],
  ["192.0.2.0/24", "::ffff:192.0.2.9", true],
] as const;

Deno.test.each(CONTAINS)("%s holds %s: %s", (range, address, held) => {
  const cidr = parseCidr(range);
  const ip = parseIp(address);
  assert.ok(cidr !== null && ip !== null);
  assert.equal(cidrContains(cidr, ip), held);
});

const ipv4 = fc.bigInt({ min: 0n, max: 2n ** 32n - 1n });

/** IPv6 values with many zero groups, which is where spellings differ. */
const ipv6 = fc
  .array(fc.oneof(fc.constant(0), fc.constantFrom(1, 0xffff), fc.nat(0xffff)), {
    minLength: 8,
    maxLength: 8,
  })
  .map((groups) => groups.reduce((value, group) => value << 16n | BigInt(group), 0n))
  .filter((value) => value >> 32n !== 0xffffn);

/** Full spelling, with or without leading zeros and capitals. */
function spelled(value: bigint, { padded, capital }: { padded: boolean; capital: boolean }) {
  const hex = value.toString(16).padStart(32, "0").match(/.{4}/g) ?? [];
  const groups = padded ? hex : hex.map((group) => Number(`0x${group}`).toString(16));
  return capital ? groups.join(":").toUpperCase() : groups.join(":");
}

Deno.test("every spelling of an IPv6 address gives the one text that URLs print, and its value", () => {
  const style = fc.record({ padded: fc.boolean(), capital: fc.boolean() });
  fc.assert(fc.property(ipv6, style, (value, how) => {
    const text = spelled(value, how);
    const ip = parseIp(text);
    assert.ok(ip !== null);
    assert.equal(`[${ip.text}]`, new URL(`http://[${text}]/`).hostname);
    assert.equal(new IPv6(ip.text).getValue(), value);
    assert.deepEqual(parseIp(ip.text), ip, "the printed text reads as the same");
  }));
});

Deno.test("every IPv4 value reads and prints as ip-num does, mapped or not", () => {
  fc.assert(fc.property(ipv4, (value) => {
    const text = new IPv4(value).toString();
    const want = { family: "IPv4", text };
    assert.deepEqual(parseIp(text), want);
    assert.deepEqual(parseIp(`::ffff:${text}`), want);
    assert.deepEqual(
      parseIp(spelled(value | 0xffffn << 32n, { padded: false, capital: false })),
      want,
    );
    assert.deepEqual(
      parseIp(text.split(".").map((octet) => octet.padStart(3, "0")).join(".")),
      want,
    );
  }));
});

Deno.test("parseIp() takes what is an IP address, and never more than leading zeros beyond it", () => {
  const unit = fc.constantFrom(..."01289afAF:.:.:. %/g");
  const address = fc.oneof(
    ipv4.map((v) => new IPv4(v).toString()),
    ipv6.map((v) => spelled(v, { padded: false, capital: false })),
  );
  const nearly = fc.tuple(address, fc.nat(40), fc.nat(2), fc.string({ unit, maxLength: 3 }))
    .map(([text, at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut));
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit, maxLength: 20 }), nearly), (text) => {
      const ip = parseIp(text);
      const family = { 0: null, 4: "IPv4", 6: "IPv6" }[isIP(text)];
      if (ip === null) assert.ok(family === null || text.includes("%"), text);
      else {
        const plain = text.replaceAll(/(?<![\da-f])0+(?=[\da-f])/gi, "");
        assert.notEqual(isIP(plain), 0, text);
        assert.equal(isIP(ip.text), ip.family === "IPv4" ? 4 : 6);
        assert.deepEqual(parseIp(ip.text), ip);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("a CIDR holds exactly the addresses that share its prefix", () => {
  const place = fc.oneof(
    fc.record({ bits: fc.constant(32), value: ipv4, other: ipv4, prefix: fc.nat(32) }),
    fc.record({ bits: fc.constant(128), value: ipv6, other: ipv6, prefix: fc.nat(128) }),
  );
  const flip = fc.option(fc.nat(127), { nil: undefined });
  fc.assert(fc.property(place, flip, ({ bits, value, other, prefix }, flipped) => {
    // an address one bit away from the range's own is the telling one
    const near = flipped === undefined ? other : value ^ 1n << BigInt(flipped % bits);
    const print = (v: bigint) => bits === 32 ? new IPv4(v).toString() : new IPv6(v).toString();
    const cidr = parseCidr(`${print(value)}/${prefix}`);
    const ip = parseIp(print(near));
    assert.ok(cidr !== null && ip !== null);
    const rest = BigInt(bits - prefix);
    assert.equal(cidr.first, value >> rest << rest);
    assert.equal(cidr.last, cidr.first + (1n << rest) - 1n);
    assert.equal(cidr.text, `${parseIp(print(cidr.first))?.text}/${prefix}`);
    if ((bits === 32) === (ip.family === "IPv4")) {
      assert.equal(cidrContains(cidr, ip), value >> rest === near >> rest);
    }
  }));
});
