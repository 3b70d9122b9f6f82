import assert from "node:assert/strict";
import type { BackendAddress } from "./backend_address.ts";
import { EndpointSet } from "./endpoint_set.ts";

function set(...addresses: string[]): EndpointSet {
  const endpoints = new EndpointSet();
  endpoints.replace(addresses, null);
  return endpoints;
}

function get(endpoints: EndpointSet, address: string): BackendAddress {
  return endpoints.get(address) ?? assert.fail(`${address} is not known`);
}

Deno.test("an endpoint's address is split, also an IPv6 one", () => {
  const { ip, port } = get(set("[fd00::1]:8080"), "[fd00::1]:8080");
  assert.deepEqual([ip, port], ["fd00::1", 8080]);
});

Deno.test("what is known of an endpoint that stays is kept", () => {
  const endpoints = set("a:1", "b:1");
  const before = get(endpoints, "a:1");
  endpoints.replace(["a:1"], null);
  assert.equal(get(endpoints, "a:1"), before);
});

Deno.test("an endpoint that is gone is forgotten when its last connection has ended", () => {
  const endpoints = set("a:1", "b:1");
  const gone = get(endpoints, "b:1");
  gone.active = 1;
  endpoints.replace(["a:1"], null);
  assert.deepEqual(endpoints.inUse.map(({ address }) => address), ["a:1"]);
  assert.deepEqual([gone.inUse, gone.removed], [false, false]);
  assert.deepEqual(Object.keys(endpoints.totals().endpoints), ["a:1", "b:1"]);
  gone.active = 0;
  assert.deepEqual(Object.keys(endpoints.totals().endpoints), ["a:1"]);
});

Deno.test("an endpoint that comes back in time is the same one", () => {
  const endpoints = set("a:1");
  const a = get(endpoints, "a:1");
  a.active = 1;
  endpoints.replace([], []);
  assert.ok(a.removed);
  endpoints.replace(["a:1"], []);
  assert.equal(get(endpoints, "a:1"), a);
  assert.deepEqual([a.inUse, a.removed], [true, false]);
});

Deno.test("only what is neither used nor lingers is removed", () => {
  const endpoints = set("a:1", "b:1", "c:1");
  const all = ["a:1", "b:1", "c:1"].map((address) => get(endpoints, address));
  for (const each of all) each.active = 1;
  endpoints.replace(["a:1"], ["b:1"]);
  assert.deepEqual(all.map(({ removed }) => removed), [false, false, true]);
});

Deno.test("the bytes of endpoints that are forgotten stay in the sums", () => {
  const endpoints = set("a:1");
  const a = get(endpoints, "a:1");
  a.fromClients.bytes = 3;
  a.toClients.bytes = 5;
  endpoints.replace(["b:1"], null);
  get(endpoints, "b:1").fromClients.bytes = 10;
  const { endpoints: counts, bytesIn, bytesOut } = endpoints.totals();
  assert.deepEqual([Object.keys(counts), bytesIn, bytesOut], [["b:1"], 13, 5]);
});
