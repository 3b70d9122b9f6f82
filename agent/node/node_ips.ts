/**
 * Which addresses are the node's, by kube-proxy's rules. Pure.
 *
 * @module
 */
import { IP_FAMILIES, type IpFamily, type Node, parseIp } from "../../core/mod.ts";

/** The node's addresses. */
export interface NodeIps {
  /** The family that comes first. */
  readonly primary: IpFamily;
  /** The address of each family, canonical text. */
  readonly ips: Readonly<Record<IpFamily, string>>;
  /** Where the addresses come from: the Node, or nowhere so that loopback has to do. */
  readonly from: "node" | "loopback";
}

const LOOPBACK: Readonly<Record<IpFamily, string>> = { IPv4: "127.0.0.1", IPv6: "::1" };
const UNSPECIFIED: Readonly<Record<IpFamily, string>> = { IPv4: "0.0.0.0", IPv6: "::" };

/** The types of address that count, in order. */
const TYPES = ["InternalIP", "ExternalIP"] as const;

/** The addresses that a Node gives, in the order in which they count; what is no address is left out. */
export function nodeAddresses({ addresses }: Pick<Node, "addresses">): readonly string[] {
  return TYPES.flatMap((type) =>
    addresses.filter((each) => each.type === type).flatMap(({ address }) => {
      const ip = parseIp(address);
      return ip === null ? [] : [ip.text];
    })
  );
}

/**
 * The node's addresses: the first one that the Node gives makes its family the primary one; a family
 * without any has loopback where nothing is known, else the unspecified address. A bind address that
 * is one address only replaces its family's and makes that the primary one.
 *
 * @param node The Node, `null` if it is not known.
 * @param bindAddress kube-proxy's `--bind-address`, `""` for none.
 * @param os On Windows the secondary family's address is the unspecified one, as kube-proxy has it.
 */
export function nodeIps(
  node: Pick<Node, "addresses"> | null,
  bindAddress: string,
  os: typeof Deno.build.os,
): NodeIps {
  const known = node === null ? [] : nodeAddresses(node);
  const bound = parseIp(bindAddress);
  const binds = bound !== null && bound.text !== UNSPECIFIED[bound.family];
  const first = known[0];
  const primary = binds ? bound.family : first === undefined ? "IPv4" : familyOf(first);
  const ipOf = (family: IpFamily): string => {
    if (binds && family === bound.family) return bound.text;
    if (os === "windows" && family !== primary) return UNSPECIFIED[family];
    const own = known.find((ip) => familyOf(ip) === family);
    return own ?? (known.length === 0 ? LOOPBACK[family] : UNSPECIFIED[family]);
  };
  return {
    primary,
    ips: { IPv4: ipOf("IPv4"), IPv6: ipOf("IPv6") },
    from: known.length === 0 ? "loopback" : "node",
  };
}

/** The addresses in the order of the families that matter: primary first. */
export function inOrder({ primary, ips }: NodeIps): readonly string[] {
  return [primary, ...IP_FAMILIES.filter((family) => family !== primary)].map((each) => ips[each]);
}

function familyOf(ip: string): IpFamily {
  return ip.includes(":") ? "IPv6" : "IPv4";
}
