import assert from "node:assert/strict";
import { nodePortAddresses } from "./node_port_addresses.ts";

const HOST = ["127.0.0.1", "192.168.1.5", "10.0.0.7", "10.0.0.7", "::1", "fd00::5", "fe80::1%eth0"];

Deno.test.each([
  { cidrs: [], IPv4: ["0.0.0.0"], IPv6: ["::"] },
  { cidrs: ["192.168.0.0/16"], IPv4: ["192.168.1.5"], IPv6: ["::"] },
  { cidrs: ["10.0.0.0/8", "127.0.0.0/8"], IPv4: ["10.0.0.7", "127.0.0.1"], IPv6: ["::"] },
  { cidrs: ["10.0.0.0/8", "0.0.0.0/0"], IPv4: ["0.0.0.0"], IPv6: ["::"] },
  { cidrs: ["fd00::/8", "172.16.0.0/12"], IPv4: [], IPv6: ["fd00::5"] },
  { cidrs: ["10.0.0.7/32"], IPv4: ["10.0.0.7"], IPv6: ["::"] },
])("node ports with ranges $cidrs listen on $IPv4 and $IPv6", ({ cidrs, ...expected }) => {
  assert.deepEqual(nodePortAddresses(cidrs, () => HOST), expected);
});

Deno.test("the node is not asked for its addresses where they do not matter", () => {
  const addresses = nodePortAddresses(["0.0.0.0/0"], () => assert.fail("asked"));
  assert.deepEqual(addresses.IPv4, ["0.0.0.0"]);
});

Deno.test("a node port range that is none is named", () => {
  assert.throws(
    () => nodePortAddresses(["10.0.0.300/8"], () => HOST),
    /Cannot use "10\.0\.0\.300\/8" as node port addresses: it is not a CIDR/,
  );
});
