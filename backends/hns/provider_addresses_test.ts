import assert from "node:assert/strict";
import fc from "fast-check";
import { cidrContains, parseCidr, parseIp } from "../../core/mod.ts";
import { providerAddresses } from "./provider_addresses.ts";
import type { RemoteSubnet } from "./read_documents.ts";

function route(prefix: string, providerAddress: string): RemoteSubnet {
  const cidr = parseCidr(prefix);
  assert(cidr !== null);
  return { prefix: cidr, providerAddress };
}

Deno.test("the last route that holds counts, and a provider holds for itself", () => {
  const { of } = providerAddresses([
    route("10.244.3.0/24", "172.16.0.23"),
    route("10.244.0.0/16", "172.16.0.24"),
    route("10.244.5.0/24", "172.16.0.25"),
  ]);
  assert.equal(of("10.244.3.9"), "172.16.0.24");
  assert.equal(of("10.244.5.9"), "172.16.0.25");
  assert.equal(of("172.16.0.23"), "172.16.0.23");
  assert.equal(of("192.0.2.1"), "");
  assert.equal(of("fd00::1"), "");
});

Deno.test("the index answers as a walk over all routes does", () => {
  const octet = fc.integer({ min: 0, max: 3 });
  const ip = fc.tuple(octet, octet).map(([a, b]) => `10.0.${a}.${b}`);
  const routes = fc.array(
    fc.tuple(ip, fc.constantFrom(22, 24, 30, 32), ip).map(([net, length, provider]) =>
      route(`${net}/${length}`, provider)
    ),
    { maxLength: 6 },
  );
  fc.assert(fc.property(routes, ip, (table, address) => {
    const parsed = parseIp(address);
    assert(parsed !== null);
    const walked = table.findLast(({ prefix, providerAddress }) =>
      cidrContains(prefix, parsed) || providerAddress === address
    );
    assert.equal(providerAddresses(table).of(address), walked?.providerAddress ?? "");
  }));
});
