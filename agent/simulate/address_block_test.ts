import assert from "node:assert/strict";
import { parseCidr, parseIp } from "../../core/mod.ts";
import { cidrContains } from "../../core/mod.ts";
import { type AddressBlock, takeAddressBlock } from "./address_block.ts";
import { seededRandom } from "./random.ts";

function contains(block: AddressBlock, text: string): boolean {
  const [cidr, ip] = [parseCidr(block.cidr), parseIp(text)];
  return cidr !== null && ip !== null && cidrContains(cidr, ip);
}

Deno.test("two blocks at one time are different ones, even from the same seed", () => {
  using first = takeAddressBlock(seededRandom(1));
  using second = takeAddressBlock(seededRandom(1));
  assert.notEqual(first.cidr, second.cidr);
});

Deno.test("the addresses of nodes, services, pods and the API server differ and are the block's", () => {
  using block = takeAddressBlock(seededRandom(2));
  const addresses = [block.apiAddress().ip];
  for (let i = 0; i < 300; i++) {
    addresses.push(block.nodeAddress(i), block.serviceAddress(i).ip, block.podAddress());
  }
  assert.equal(new Set(addresses).size, addresses.length);
  for (const address of addresses) assert.ok(contains(block, address), address);
  assert.ok(!addresses.some((address) => /\.(0|255)$/.test(address)));
});

Deno.test("a port that is taken is passed over", () => {
  using block = takeAddressBlock(seededRandom(3));
  const { ip } = block.serviceAddress(0);
  using taken = Deno.listen({ hostname: ip, port: block.serviceAddress(0).port });
  assert.notEqual(block.serviceAddress(0).port, taken.addr.port);

  const node = block.nodeAddress(0);
  using other = Deno.listen({ hostname: node, port: 30_000 });
  assert.equal(other.addr.port, 30_000);
  assert.equal(block.nodePort(node), 30_001);
  assert.equal(block.nodePort(node), 30_002);
});

Deno.test("node ports end where those of Kubernetes end", () => {
  using block = takeAddressBlock(seededRandom(4));
  const node = block.nodeAddress(0);
  const ports = Array.from({ length: 2768 }, () => block.nodePort(node));
  assert.ok(ports.every((port) => port === null || (port >= 30_000 && port <= 32_767)));
  assert.equal(block.nodePort(node), null);
});
