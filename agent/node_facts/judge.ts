/**
 * What is missing on a node or in the way, with the cure: a table of named rules over the facts. Pure.
 *
 * @module
 */
import { blocksLeft, FEATURE_TABLE, WIDEN_PORTS } from "../../backends/mod.ts";
import { type NodeFacts, type PortRange, type Probed, valueOf } from "./facts.ts";
import { chooseNetwork } from "./networks.ts";
import { overlap, rangeText } from "./port_ranges.ts";
import { OLDEST_BUILD } from "./system.ts";

/** How bad a finding is: an error keeps a backend from working. */
export const SEVERITIES = ["error", "warning", "info"] as const;

/** How bad a finding is. */
export type Severity = typeof SEVERITIES[number];

/** Something that is missing or in the way. */
export interface NodeFinding {
  /** The rule. */
  readonly rule: string;
  /** How bad it is. */
  readonly severity: Severity;
  /** What was found. */
  readonly finding: string;
  /** What helps. */
  readonly cure: string;
}

interface Rule {
  readonly name: string;
  readonly severity: Severity;
  /** What was found, each with its cure; nothing if all is well or nothing is known. */
  readonly find: (facts: NodeFacts) => readonly (readonly [finding: string, cure: string])[];
}

/** The ports that Kubernetes gives to Services by default. */
const NODE_PORTS: PortRange = { first: 30_000, last: 32_767 };

const FEW_BLOCKS = 10;

const WHY = Object.fromEntries(FEATURE_TABLE.map(({ feature, why }) => [feature, why]));

/** The rules, in the order in which they are told. */
export const NODE_RULES: readonly Rule[] = [
  {
    name: "old-windows",
    severity: "error",
    find: ({ system }) => {
      const { build = 0, release = "" } = valueOf(system) ?? {};
      return build === 0 || build >= OLDEST_BUILD ? [] : [[
        `This is Windows ${release}, older than Server 2019 (10.0.${OLDEST_BUILD})`,
        "use the userspace backend here, or a newer Windows",
      ]];
    },
  },
  {
    name: "no-address",
    severity: "error",
    find: ({ interfaces }) => {
      const all = valueOf(interfaces);
      return all === null || nodeAddressesOf(all).length > 0 ? [] : [[
        "No interface has an address that others can reach",
        "give the node an address, or wait for DHCP; an overlay network that is being made takes " +
        "it away for up to half a minute",
      ]];
    },
  },
  {
    name: "hns-unreachable",
    severity: "error",
    find: ({ hns }) =>
      whenFailed(
        hns,
        "HNS cannot be asked",
        "the kernel backend needs it: Install-WindowsFeature Containers and a restart, " +
          "Start-Service hns, and this program as NT AUTHORITY\\SYSTEM or Administrator",
      ),
  },
  {
    name: "network-missing",
    severity: "error",
    find: ({ hns, networkName }) => {
      const known = valueOf(hns);
      const chosen = known === null ? null : chooseNetwork(known.networks, networkName);
      return chosen === null || chosen.ok ? [] : [[
        `The CNI's network is not known: ${chosen.why}`,
        "wait for the CNI, or name its network by --network-name or $KUBE_NETWORK",
      ]];
    },
  },
  {
    name: "network-not-named",
    severity: "info",
    find: ({ hns, networkName }) => {
      const known = valueOf(hns);
      const chosen = known === null ? null : chooseNetwork(known.networks, networkName);
      return networkName !== null || chosen === null || !chosen.ok ? [] : [[
        `No network is named; the only one that a CNI can have made is "${chosen.network.name}"`,
        `give the kernel backend --network-name=${chosen.network.name}`,
      ]];
    },
  },
  {
    name: "no-schema-2",
    severity: "error",
    find: withoutFeature("v2", "use the userspace backend here, or Windows Server 2019 or later"),
  },
  {
    name: "no-dsr",
    severity: "warning",
    find: withoutFeature("dsr", "install the updates of Windows; --enable-dsr has no effect here"),
  },
  {
    name: "no-session-affinity",
    severity: "info",
    find: withoutFeature(
      "session-affinity",
      "serve such Services in userspace: annotation windlass.dev/backend: userspace",
    ),
  },
  {
    name: "no-dual-stack",
    severity: "info",
    find: withoutFeature("dual-stack", "IPv6 Services can be served in userspace"),
  },
  {
    name: "no-modify",
    severity: "info",
    find: withoutFeature(
      "modify-load-balancer",
      "nothing is needed: a load balancer that changes is made anew, with a short gap",
    ),
  },
  {
    name: "source-vip-missing",
    severity: "info",
    find: ({ sourceVip }) =>
      valueOf(sourceVip)?.rule === "calico-pending"
        ? [[
          "The network is an overlay network, and Calico has not made the endpoint with the source " +
          "VIP yet",
          "wait for calico-node, and look at its log if that lasts",
        ]]
        : valueOf(sourceVip)?.rule !== "missing"
        ? []
        : [[
          "The network is an overlay network, and no source VIP is reserved on this node yet",
          'nothing is needed: the kernel backend reserves one when it starts, as "windlass source-vip" does',
        ]],
  },
  {
    name: "source-vip-wrong",
    severity: "error",
    find: ({ sourceVip }) => {
      const problem = valueOf(sourceVip)?.problem ?? null;
      return problem === null ? [] : [[
        `The source VIP cannot be right: ${problem}`,
        'release it where it is reserved, and reserve another with "windlass source-vip"',
      ]];
    },
  },
  {
    name: "other-proxy",
    severity: "error",
    find: ({ proxies }) =>
      (valueOf(proxies) ?? []).filter(({ name }) => !isWindlass(name)).map(({ name, pid }) => [
        `${name} runs (process ${pid})`,
        "stop it: two service proxies take each other's ports, addresses and load balancers away",
      ]),
  },
  {
    name: "other-windlass",
    severity: "warning",
    find: ({ proxies }) =>
      (valueOf(proxies) ?? []).filter(({ name }) => isWindlass(name)).map(({ name, pid }) => [
        `Another ${name} runs (process ${pid})`,
        "nothing is needed if that is the proxy of this node; there is to be one only",
      ]),
  },
  {
    name: "dynamic-over-node-ports",
    severity: "warning",
    find: ({ ports }) =>
      (valueOf(ports) ?? []).flatMap(({ of, dynamic, excluded }) => {
        const taken = overlap(dynamic, NODE_PORTS);
        const kept = excluded.reduce((sum, each) => sum + overlap(each, NODE_PORTS), 0);
        return taken === 0 || kept >= taken ? [] : [[
          `The system gives ${of} ports ${rangeText(dynamic)} to anybody, node ports ` +
          `${rangeText(NODE_PORTS)} among them`,
          "keep them free: netsh int ipv4 add excludedportrange tcp 30000 2768, and the same for udp",
        ]];
      }),
  },
  {
    name: "node-ports-excluded",
    severity: "info",
    find: ({ ports }) =>
      (valueOf(ports) ?? []).flatMap(({ of, excluded }) => {
        const hit = excluded.filter((each) => overlap(each, NODE_PORTS) > 0);
        return hit.length === 0 ? [] : [[
          `Of the node ports, ${of} ports ${hit.map(rangeText).join(", ")} are set aside`,
          "a Service on one of them cannot be served in userspace, unless they were set aside for " +
          "node ports; the kernel backend is not concerned",
        ]];
      }),
  },
  {
    name: "few-port-blocks",
    severity: "warning",
    find: ({ ports, hns }) => {
      const [tcp] = valueOf(ports) ?? [];
      const known = valueOf(hns);
      if (tcp === undefined || known === null) return [];
      const left = blocksLeft(tcp, known.loadBalancers.withPortBlock);
      return left > FEW_BLOCKS ? [] : [[
        `There is room for ${left} more load balancers without direct server return`,
        `turn it on, --enable-dsr, or widen the range: ${WIDEN_PORTS}`,
      ]];
    },
  },
  {
    name: "no-service-interface",
    severity: "warning",
    find: ({ serviceInterface }) =>
      whenFailed(
        serviceInterface,
        "The userspace backend has no interface for service addresses",
        "needed for --address-manager only, and not by the kernel backend",
      ),
  },
  {
    name: "not-looked",
    severity: "warning",
    find: ({ system, interfaces, ports, proxies }) =>
      Object.entries({ system, interfaces, ports, proxies }).flatMap(([name, probed]) =>
        whenFailed<unknown>(
          probed,
          `Nothing is known of the ${name}`,
          "run this as NT AUTHORITY\\SYSTEM, Administrator or root, with the program's own permissions",
        )
      ),
  },
];

/** All that is missing or in the way, in the order of the rules. */
export function judge(facts: NodeFacts): readonly NodeFinding[] {
  return NODE_RULES.flatMap(({ name, severity, find }) =>
    find(facts).map(([finding, cure]) => ({ rule: name, severity, finding, cure }))
  );
}

/** The addresses by which others can reach the node, without the lengths of their prefixes. */
export function nodeAddressesOf(
  interfaces: readonly { readonly addresses: readonly string[] }[],
): readonly string[] {
  return interfaces.flatMap(({ addresses }) => addresses)
    .map((cidr) => cidr.split("/")[0] ?? "")
    .filter((ip) => !/^(127\.|169\.254\.|::1$|fe80:)/i.test(ip));
}

function whenFailed<T>(
  probed: Probed<T>,
  finding: string,
  cure: string,
): readonly (readonly [string, string])[] {
  return probed.state === "failed" ? [[`${finding}: ${probed.why}`, cure]] : [];
}

function withoutFeature(feature: keyof typeof WHY, cure: string): Rule["find"] {
  return ({ hns }) => {
    const known = valueOf(hns);
    const has = known?.features.some((each) => each === feature) ?? true;
    return has ? [] : [[`HNS ${known?.version ?? ""} cannot do this: ${WHY[feature]}`, cure]];
  };
}

function isWindlass(name: string): boolean {
  return /^windlass/i.test(name);
}
