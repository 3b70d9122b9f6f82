/**
 * A node with nothing amiss, for tests to change.
 *
 * @module
 */
import { found, type HnsFacts, type NodeFacts } from "./facts.ts";

/** An HNS of Windows Server 2025 with an overlay network. */
export const GOOD_HNS: HnsFacts = {
  version: "16.0",
  features: ["v2", "dsr", "dual-stack", "session-affinity", "modify-load-balancer"],
  networks: [
    { name: "vxlan0", type: "Overlay", id: "A1", subnets: ["10.244.1.0/24"] },
    { name: "nat", type: "NAT", id: "A2", subnets: [] },
  ],
  endpoints: [],
  loadBalancers: { all: 3, withPortBlock: 1 },
};

/** A node with nothing amiss. */
export const GOOD: NodeFacts = {
  name: "n1",
  networkName: "vxlan0",
  system: found({
    name: "Windows Server 2025",
    release: "10.0.26100",
    build: 26_100,
    arch: "x86_64",
  }),
  interfaces: found([
    { name: "Ethernet", mac: "00:15:5d:00:00:01", addresses: ["192.168.1.10/24", "fe80::1/64"] },
  ]),
  hns: found(GOOD_HNS),
  sourceVip: found({ ip: "10.244.1.254", rule: "reserved", why: "it is so", problem: null }),
  serviceInterface: found({ name: "vEthernet (HNS Internal NIC)", rule: "hns-internal-nic" }),
  ports: found([
    { of: "TCP over IPv4", dynamic: { first: 49_152, last: 65_535 }, excluded: [] },
  ]),
  proxies: found([]),
};
