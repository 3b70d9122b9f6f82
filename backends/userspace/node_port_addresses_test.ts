import assert from "node:assert/strict";
import { firstMatch, parseIp } from "../../core/mod.ts";
import {
  isLimited,
  NODE_PORT_RULES,
  type NodePortInput,
  nodePortRanges,
  nodePortsOn,
} from "./node_port_addresses.ts";

const HOST = [
  "127.0.0.1",
  "192.168.1.5",
  "10.0.0.7",
  "10.0.0.7",
  "169.254.3.4",
  "::1",
  "fd00::5",
  "fe80::1",
]
  .map(parseIp).filter((ip) => ip !== null);

function ports(cidrs: readonly string[], answers: boolean, ips: typeof HOST | null = HOST) {
  return nodePortsOn({
    ranges: nodePortRanges(cidrs),
    answersFromThere: () => answers,
    ips: () => ips,
  });
}

Deno.test.each([
  { cidrs: [], IPv4: ["0.0.0.0"], IPv6: ["::"] },
  { cidrs: ["192.168.0.0/16"], IPv4: ["192.168.1.5"], IPv6: ["::"] },
  { cidrs: ["10.0.0.0/8", "127.0.0.0/8"], IPv4: ["10.0.0.7", "127.0.0.1"], IPv6: ["::"] },
  { cidrs: ["10.0.0.0/8", "0.0.0.0/0"], IPv4: ["0.0.0.0"], IPv6: ["::"] },
  { cidrs: ["fd00::/8", "172.16.0.0/12"], IPv4: [], IPv6: ["fd00::5"] },
  { cidrs: ["169.254.0.0/16", "fe80::/10"], IPv4: ["169.254.3.4"], IPv6: [] },
  { cidrs: ["10.0.0.7/32"], IPv4: ["10.0.0.7"], IPv6: ["::"] },
])("node ports with ranges $cidrs listen on $IPv4 and $IPv6", ({ cidrs, IPv4, IPv6 }) => {
  const of = ports(cidrs, true);
  for (const protocol of ["TCP", "UDP"] as const) {
    assert.deepEqual([of(protocol, "IPv4"), of(protocol, "IPv6")], [IPv4, IPv6]);
  }
});

Deno.test("UDP node ports have a socket for each address where one for all would answer from another", () => {
  const of = ports([], false);
  assert.deepEqual(of("UDP", "IPv4"), ["10.0.0.7", "127.0.0.1", "192.168.1.5"]);
  assert.deepEqual(of("UDP", "IPv6"), ["::1", "fd00::5"], "a link-local one is left out");
  assert.deepEqual(of("TCP", "IPv4"), ["0.0.0.0"]);
  assert.deepEqual(ports(["10.0.0.0/8"], false)("UDP", "IPv4"), ["10.0.0.7"]);
  assert.deepEqual(ports([], false, null)("UDP", "IPv4"), ["0.0.0.0"]);
});

const PLAIN: NodePortInput = {
  protocol: "UDP",
  isLimited: false,
  answersFromThere: () => false,
  isNodeKnown: () => true,
};

const CASES: readonly (Partial<NodePortInput> & { readonly rule: string })[] = [
  { rule: "in-ranges", isLimited: true },
  { rule: "in-ranges", isLimited: true, protocol: "TCP" },
  { rule: "connections", protocol: "TCP" },
  { rule: "told-where-to", answersFromThere: () => true },
  { rule: "node-unknown", isNodeKnown: () => false },
  { rule: "each-address" },
];

Deno.test("each rule for node ports has its case, and decides it", () => {
  for (const { rule, ...parts } of CASES) {
    assert.equal(firstMatch(NODE_PORT_RULES, { ...PLAIN, ...parts }).name, rule);
  }
  const names = new Set(CASES.map(({ rule }) => rule));
  assert.deepEqual(NODE_PORT_RULES.map(({ name }) => name), [...names]);
});

Deno.test("the node is not asked for its addresses where they do not matter", () => {
  const of = nodePortsOn({
    ranges: nodePortRanges(["0.0.0.0/0"]),
    answersFromThere: () => true,
    ips: () => assert.fail("asked"),
  });
  assert.deepEqual([of("TCP", "IPv4"), of("UDP", "IPv4")], [["0.0.0.0"], ["0.0.0.0"]]);
});

Deno.test("ranges limit a family if none of them is of prefix length 0", () => {
  const ranges = nodePortRanges(["10.0.0.0/8", "::/0"]);
  assert.deepEqual([isLimited(ranges, "IPv4"), isLimited(ranges, "IPv6")], [true, false]);
});

Deno.test("a node port range that is none is named", () => {
  assert.throws(
    () => nodePortRanges(["10.0.0.300/8"]),
    /Cannot use "10\.0\.0\.300\/8" as node port addresses: it is not a CIDR/,
  );
});
