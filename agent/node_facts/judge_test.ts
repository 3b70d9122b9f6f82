import assert from "node:assert/strict";
import { found, type NodeFacts, type Probed } from "./facts.ts";
import { judge, NODE_RULES } from "./judge.ts";
import { GOOD, GOOD_HNS } from "./test_facts.ts";
import { factsText } from "./text.ts";

const FAILED: Probed<never> = { state: "failed", why: "access is denied" };
const NOT_HERE: Probed<never> = { state: "not-here", why: "of Windows only" };

function hns(change: Partial<typeof GOOD_HNS>): Partial<NodeFacts> {
  return { hns: found({ ...GOOD_HNS, ...change }) };
}

function ports(
  dynamic: readonly [number, number],
  ...excluded: readonly (readonly [number, number])[]
): Partial<NodeFacts> {
  const range = ([first, last]: readonly [number, number]) => ({ first, last });
  return {
    ports: found([{
      of: "TCP over IPv4",
      dynamic: range(dynamic),
      excluded: excluded.map(range),
    }]),
  };
}

const without = (feature: string) =>
  hns({ features: GOOD_HNS.features.filter((each) => each !== feature) });

const CASES: readonly {
  readonly rule: string;
  readonly change: Partial<NodeFacts>;
  readonly says: RegExp;
}[] = [
  {
    rule: "old-windows",
    change: {
      system: found({ name: "", release: "10.0.14393", build: 14_393, arch: "x86_64" }),
    },
    says: /Windows 10\.0\.14393, older than Server 2019/,
  },
  {
    rule: "no-address",
    change: {
      interfaces: found([{ name: "lo", mac: "", addresses: ["127.0.0.1/8", "169.254.7.7/16"] }]),
    },
    says: /No interface has an address/,
  },
  {
    rule: "hns-unreachable",
    change: { hns: FAILED, sourceVip: FAILED },
    says: /HNS cannot be asked: access is denied/,
  },
  {
    rule: "network-missing",
    change: { networkName: "cbr0" },
    says: /no network "cbr0"; HNS has "vxlan0" \(Overlay\), "nat" \(NAT\)/,
  },
  {
    rule: "network-missing",
    change: { networkName: null, ...hns({ networks: GOOD_HNS.networks.slice(1) }) },
    says: /the CNI has made no network yet; HNS has "nat"/,
  },
  {
    rule: "network-missing",
    change: {
      networkName: null,
      ...hns({
        networks: [...GOOD_HNS.networks, { name: "x", type: "L2Bridge", id: "3", subnets: [] }],
      }),
    },
    says: /several could be it/,
  },
  { rule: "network-not-named", change: { networkName: null }, says: /is "vxlan0"/ },
  { rule: "no-schema-2", change: without("v2"), says: /HNS 16\.0 cannot do this/ },
  { rule: "no-dsr", change: without("dsr"), says: /direct server return/ },
  { rule: "no-session-affinity", change: without("session-affinity"), says: /source address/ },
  { rule: "no-dual-stack", change: without("dual-stack"), says: /IPv6/ },
  { rule: "no-modify", change: without("modify-load-balancer"), says: /in place/ },
  {
    rule: "source-vip-missing",
    change: { sourceVip: found({ ip: null, rule: "missing", why: "", problem: null }) },
    says: /no source VIP is reserved/,
  },
  {
    rule: "source-vip-missing",
    change: { sourceVip: found({ ip: null, rule: "calico-pending", why: "", problem: null }) },
    says: /Calico has not made the endpoint/,
  },
  {
    rule: "source-vip-wrong",
    change: { sourceVip: found({ ip: "10.0.0.1", rule: "given", why: "", problem: "it is odd" }) },
    says: /it is odd/,
  },
  {
    rule: "other-proxy",
    change: { proxies: found([{ name: "kube-proxy.exe", pid: 7 }]) },
    says: /kube-proxy\.exe runs \(process 7\)/,
  },
  {
    rule: "other-windlass",
    change: { proxies: found([{ name: "windlass.exe", pid: 8 }]) },
    says: /Another windlass\.exe runs/,
  },
  {
    rule: "dynamic-over-node-ports",
    change: ports([16_385, 65_535]),
    says: /16385-65535 to anybody/,
  },
  {
    rule: "node-ports-excluded",
    change: ports([49_152, 65_535], [31_999, 31_999], [50_000, 50_063]),
    says: /ports 31999 are set aside/,
  },
  {
    rule: "few-port-blocks",
    change: hns({ loadBalancers: { all: 300, withPortBlock: 260 } }),
    says: /room for 0 more/,
  },
  {
    rule: "no-service-interface",
    change: { serviceInterface: FAILED },
    says: /no interface for service addresses: access is denied/,
  },
  { rule: "not-looked", change: { ports: FAILED }, says: /Nothing is known of the ports/ },
];

Deno.test.each(CASES)("rule $rule finds what it is for", ({ rule, change, says }) => {
  const findings = judge({ ...GOOD, ...change });
  assert.deepEqual(findings.map((each) => each.rule), [rule]);
  const [finding] = findings;
  assert.match(finding?.finding ?? "", says);
  assert.notEqual(finding?.cure, "");
});

Deno.test("every rule has a case", () => {
  const tried = new Set(CASES.map(({ rule }) => rule));
  assert.deepEqual(NODE_RULES.filter(({ name }) => !tried.has(name)).map(({ name }) => name), []);
});

Deno.test("nothing is found on a good node, nor where there is nothing to look at", () => {
  assert.deepEqual(judge(GOOD), []);
  const linux = { hns: NOT_HERE, sourceVip: NOT_HERE, serviceInterface: NOT_HERE };
  assert.deepEqual(judge({ ...GOOD, ...linux, ports: NOT_HERE, proxies: NOT_HERE }), []);
});

Deno.test("a few node ports that are set aside do not keep the others free", () => {
  const findings = judge({ ...GOOD, ...ports([16_385, 65_535], [31_000, 31_063]) });
  assert.deepEqual(findings.map(({ rule }) => rule), [
    "dynamic-over-node-ports",
    "node-ports-excluded",
  ]);
});

Deno.test("ports that are set aside for node ports are no reason to complain", () => {
  const findings = judge({ ...GOOD, ...ports([16_385, 65_535], [30_000, 32_767]) });
  assert.deepEqual(findings.map(({ rule }) => rule), ["node-ports-excluded"]);
});

Deno.test("the text has the facts, then the findings with their cures", () => {
  assert.equal(
    factsText(GOOD, []),
    `Node:               n1
System:             Windows Server 2025, 10.0.26100, x86_64
Addresses:          192.168.1.10
Interfaces:         Ethernet, 00:15:5d:00:00:01, 192.168.1.10/24, fe80::1/64
HNS:                version 16.0 with v2, dsr, dual-stack, session-affinity, modify-load-balancer
                    0 endpoints, 3 load balancers, 1 of them with a block of ports
Network asked for:  vxlan0
Networks:           vxlan0, Overlay, 10.244.1.0/24, A1
                    nat, NAT, no subnet, A2
Source VIP:         10.244.1.254: it is so
Service interface:  vEthernet (HNS Internal NIC) (rule hns-internal-nic)
Ports:              TCP over IPv4: 49152-65535 for anybody, none set aside
Other proxies:      none

Nothing is missing
`,
  );
  const facts = { ...GOOD, hns: FAILED, ports: NOT_HERE };
  const text = factsText(facts, judge(facts));
  assert.match(text, /^HNS: {16}not known: access is denied$/m);
  assert.match(text, /^Ports: {14}not here: of Windows only$/m);
  assert.match(text, /^ERROR hns-unreachable: .*\n {2}cure: the kernel backend needs it/m);
});
