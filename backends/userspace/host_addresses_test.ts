import assert from "node:assert/strict";
import { keeper } from "./_loopback.ts";
import { addressLister, interfaceAddresses, knownAddresses } from "./host_addresses.ts";

Deno.test("ranges are looked up among the node's addresses, which are listed once", () => {
  let asked = 0;
  const list = addressLister(
    () => (asked++, ["2001:db8::1", "fe80::1%eth0", "192.0.2.1", "2001:DB8::1"]),
    keeper().log,
  );
  const { hasAddressIn: has, ownRanges } = knownAddresses(list);
  assert.equal(asked, 0);
  assert.deepEqual(
    ["192.0.2.0/24", "198.51.100.0/24", "2001:db8::/64", "nonsense"].map(has),
    [true, false, true, false],
  );
  assert.deepEqual(ownRanges("IPv4"), ["192.0.2.1/32"]);
  assert.deepEqual(ownRanges("IPv6"), ["2001:db8::1/128"]);
  assert.equal(asked, 1);
});

Deno.test("without the permission to list them nothing is the node's, and that is said once", {
  permissions: { sys: false },
}, () => {
  const { lines, log } = keeper();
  const list = addressLister(interfaceAddresses, log);
  const { hasAddressIn: has, ownRanges } = knownAddresses(list);
  assert.deepEqual([has("0.0.0.0/0"), has("127.0.0.0/8")], [false, false]);
  assert.deepEqual(ownRanges("IPv4"), []);
  assert.equal(list(), null);
  assert.equal(lines.length, 1);
});
