/**
 * Where a node's source VIP comes from: an ordered table, first match wins. Pure.
 *
 * @module
 */
import { cidrContains, parseCidr, parseIp } from "../../core/mod.ts";
import type { EndpointFacts, NetworkFacts } from "./facts.ts";
import type { Reservation } from "./ipam.ts";

/** What is known when the source VIP is looked for. */
export interface SourceVipContext {
  /** What `--source-vip` says, `null` for nothing. */
  readonly given: string | null;
  /** The CNI's network. */
  readonly network: NetworkFacts;
  /** All endpoints of HNS. */
  readonly endpoints: readonly EndpointFacts[];
  /** The addresses that a source VIP holds in the CNI's books. */
  readonly reservations: readonly Reservation[];
}

/** A source VIP, or why there is none. */
export interface SourceVip {
  /** The address, `null` where there is none. */
  readonly ip: string | null;
  /** The rule that decided. */
  readonly rule: SourceVipRule;
  /** The same in words. */
  readonly why: string;
  /** What is wrong with the address, `null` if nothing is. */
  readonly problem: string | null;
}

/** Why a source VIP is what it is. */
export type SourceVipRule =
  | "given"
  | "not-needed"
  | "calico-endpoint"
  | "named-endpoint"
  | "calico-pending"
  | "reserved"
  | "missing";

interface Rule {
  readonly name: SourceVipRule;
  readonly why: string;
  /** The address; `null` if the rule has none; `undefined` if the rule does not hold. */
  readonly find: (context: SourceVipContext) => string | null | undefined;
}

/** How CNI plugins name the endpoints of pods: after their sandbox. */
const POD_ENDPOINT = /^(cid-|[0-9a-f]{32,}_)/i;

/** The endpoint that other proxies and scripts make for it. */
const ENDPOINT_NAME = "source-vip";

const SOURCE_VIP_RULES: readonly Rule[] = [
  {
    name: "given",
    why: "--source-vip says so",
    find: ({ given }) => given ?? undefined,
  },
  {
    name: "not-needed",
    why: "only overlay networks need one",
    find: ({ network }) => isOverlay(network) ? undefined : null,
  },
  {
    name: "calico-endpoint",
    why: "Calico keeps an endpoint for it, named after the network",
    find: (context) => endpointIp(context, `${context.network.name}_ep`),
  },
  {
    name: "named-endpoint",
    why: `an endpoint is named "${ENDPOINT_NAME}"`,
    find: (context) => endpointIp(context, ENDPOINT_NAME),
  },
  {
    // Calico has an IPAM of its own: what is reserved in host-local's books, a pod would get as well.
    name: "calico-pending",
    why: "Calico makes an endpoint for it, which is not there yet",
    find: ({ network }) => /^calico/i.test(network.name) ? null : undefined,
  },
  {
    name: "reserved",
    why: "it is reserved in the CNI's books",
    find: ({ reservations, network }) =>
      reservations.find(({ ip }) => inSubnet(ip, network))?.ip ?? undefined,
  },
  {
    name: "missing",
    why: "nobody has reserved one",
    find: () => null,
  },
];

/** Finds the source VIP. */
export function findSourceVip(context: SourceVipContext): SourceVip {
  for (const { name, why, find } of SOURCE_VIP_RULES) {
    const ip = find(context);
    if (ip === undefined) continue;
    return { ip, rule: name, why, problem: ip === null ? null : problemWith(ip, context) };
  }
  throw new TypeError("Cannot find a rule for the source VIP: the last one must hold always");
}

/** Whether the network is an overlay network. */
export function isOverlay({ type }: Pick<NetworkFacts, "type">): boolean {
  return type.toLowerCase() === "overlay";
}

/** Whether one of the network's subnets has the address. */
export function inSubnet(text: string, { subnets }: Pick<NetworkFacts, "subnets">): boolean {
  const ip = parseIp(text);
  return ip !== null && subnets.some((each) => {
    const subnet = parseCidr(each);
    return subnet !== null && cidrContains(subnet, ip);
  });
}

function endpointIp({ endpoints, network }: SourceVipContext, name: string): string | undefined {
  const id = network.id.toLowerCase();
  const endpoint = endpoints.find((each) =>
    each.name.toLowerCase() === name.toLowerCase() && each.networkId === id
  );
  return endpoint?.ips[0];
}

function problemWith(ip: string, { network, endpoints }: SourceVipContext): string | null {
  if (isOverlay(network) && network.subnets.length > 0 && !inSubnet(ip, network)) {
    return `${ip} is in no subnet of network "${network.name}" (${network.subnets.join(", ")}): ` +
      "the node may have had another pod CIDR before";
  }
  const pod = endpoints.find((each) => POD_ENDPOINT.test(each.name) && each.ips.includes(ip));
  return pod === undefined ? null : `a pod has ${ip} too (endpoint ${pod.name})`;
}
