/**
 * On which addresses the sockets of node ports are bound. Pure.
 *
 * @module
 */
import {
  type Cidr,
  cidrContains,
  firstMatch,
  type Ip,
  type IpFamily,
  parseCidr,
  type Rule,
  unreachable,
} from "../../core/mod.ts";
import type { ListenerProtocol } from "./spec.ts";

/** The addresses to listen on for node ports of a protocol and family. */
export type NodePorts = (protocol: ListenerProtocol, family: IpFamily) => readonly string[];

/** The addresses that stand for all of a family. */
const WILDCARD: Readonly<Record<IpFamily, string>> = { IPv4: "0.0.0.0", IPv6: "::" };

/** What the table looks at. */
export interface NodePortInput {
  /** The protocol. */
  readonly protocol: ListenerProtocol;
  /** Whether ranges limit the addresses of the family. */
  readonly isLimited: boolean;
  /** Whether the data path answers a datagram from the very address that it came to. */
  readonly answersFromThere: () => boolean;
  /** Whether the node's addresses are known. */
  readonly isNodeKnown: () => boolean;
}

/** How the sockets of a node port are bound. */
export type NodePortBinding = "all" | "each" | "each-in-ranges";

/** Whether node ports have one socket for all addresses of a family, or one for each. */
export const NODE_PORT_RULES: readonly Rule<NodePortInput, string, NodePortBinding>[] = [
  {
    name: "in-ranges",
    why: "the addresses for node ports are limited to ranges: each of the node's that is in one",
    when: ({ isLimited }) => isLimited,
    then: "each-in-ranges",
  },
  {
    name: "connections",
    why: "a connection answers from the address that it came to: one socket does for all",
    when: ({ protocol }) => protocol !== "UDP",
    then: "all",
  },
  {
    name: "told-where-to",
    why: "the data path is told to which address a datagram came, and answers from it",
    when: ({ answersFromThere }) => answersFromThere(),
    then: "all",
  },
  {
    name: "node-unknown",
    why: "the node's addresses may not be listed, and an answer from another address of the node " +
      "is better than none",
    when: ({ isNodeKnown }) => !isNodeKnown(),
    then: "all",
  },
  {
    name: "each-address",
    why:
      "answers of a socket for all addresses would leave from whichever the system chooses, and " +
      "a client that asked another one drops them",
    when: () => true,
    then: "each",
  },
];

/** What must be known to bind node ports. */
export interface NodePortOptions {
  /** The ranges that limit the addresses, by {@linkcode nodePortRanges}. */
  readonly ranges: readonly Cidr[];
  /** Whether the data path answers a datagram from the very address that it came to. */
  readonly answersFromThere: () => boolean;
  /** The node's addresses; `null` if they are not known. Asked only where they matter. */
  readonly ips: () => readonly Ip[] | null;
}

/**
 * The ranges of the node's addresses that serve node ports.
 *
 * @throws {TypeError} If one is not a range.
 */
export function nodePortRanges(cidrs: readonly string[]): readonly Cidr[] {
  return cidrs.map((text) => {
    const range = parseCidr(text);
    if (range !== null) return range;
    throw new TypeError(
      `Cannot use "${text}" as node port addresses: it is not a CIDR like 192.168.0.0/16`,
    );
  });
}

/** Whether the ranges leave out some addresses. As with kube-proxy, none and a `/0` leave out none. */
export function isLimited(ranges: readonly Cidr[], family: IpFamily): boolean {
  const own = ranges.filter((range) => range.family === family);
  return own.length > 0 && own.every((range) => range.prefix > 0);
}

/** Where node ports are bound on a node with these addresses. */
export function nodePortsOn({ ranges, answersFromThere, ips }: NodePortOptions): NodePorts {
  const found = new Map<string, readonly string[]>();
  const decide = (protocol: ListenerProtocol, family: IpFamily): readonly string[] => {
    const question = {
      protocol,
      isLimited: isLimited(ranges, family),
      answersFromThere,
      isNodeKnown: () => ips() !== null,
    };
    const binding = firstMatch(NODE_PORT_RULES, question).then;
    const own = () => (ips() ?? []).filter((ip) => ip.family === family);
    switch (binding) {
      case "all":
        return [WILDCARD[family]];
      case "each":
        // Windows gives a link-local IPv4 one to interfaces that lead nowhere.
        return textsOf(own().filter((ip) => !isLinkLocal(ip)));
      case "each-in-ranges":
        return textsOf(
          own().filter((ip) => family === "IPv4" || !isLinkLocal(ip))
            .filter((ip) => ranges.some((range) => cidrContains(range, ip))),
        );
      default:
        return unreachable(binding);
    }
  };
  return (protocol, family) => {
    const key = `${protocol} ${family}`;
    const known = found.get(key) ?? decide(protocol, family);
    found.set(key, known);
    return known;
  };
}

/** An IPv6 one means nothing without its interface, so no socket can be bound to it. */
const LINK_LOCAL = { IPv4: parseCidr("169.254.0.0/16"), IPv6: parseCidr("fe80::/10") };

function isLinkLocal(ip: Ip): boolean {
  const range = LINK_LOCAL[ip.family];
  return range !== null && cidrContains(range, ip);
}

function textsOf(ips: readonly Ip[]): readonly string[] {
  return [...new Set(ips.map(({ text }) => text))].sort();
}
