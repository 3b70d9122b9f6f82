/**
 * Which listeners a service port needs. Pure.
 *
 * @module
 */
import {
  addressOf,
  type EndpointView,
  type Frontend,
  FRONTEND_KINDS,
  type FrontendKind,
  type Protocol,
  type ServicePortView,
} from "../../core/mod.ts";
import { balancingOf } from "./balancing_annotation.ts";
import type { HasAddressIn } from "./host_addresses.ts";
import type { NodePortAddresses } from "./node_port_addresses.ts";
import {
  type BalancingPolicy,
  LISTENER_PROTOCOLS,
  type ListenerProtocol,
  type ListenerSpec,
} from "./spec.ts";

/** What must be known of the node. */
export interface ListenerOptions {
  /** Where node ports are served. */
  readonly nodePorts: NodePortAddresses;
  /** How endpoints are chosen for services that do not say. */
  readonly balancing: BalancingPolicy;
  /** Whether connections to endpoints that are not known any more are cut. */
  readonly terminateRemoved: boolean;
  /** Whether the node has an address in a range. */
  readonly hasAddressIn: HasAddressIn;
}

/** The protocol, if this backend proxies it. */
export function supportedProtocol(protocol: Protocol): ListenerProtocol | null {
  return LISTENER_PROTOCOLS.find((supported) => supported === protocol) ?? null;
}

/**
 * The listeners that a service port needs. Of two frontends on one address, the kind that comes
 * first in {@linkcode FRONTEND_KINDS} decides.
 */
export function listenersOf(
  entry: ServicePortView,
  { nodePorts, balancing, terminateRemoved, hasAddressIn }: ListenerOptions,
): readonly ListenerSpec[] {
  const protocol = supportedProtocol(entry.protocol);
  if (protocol === null) return [];
  const { internal, external } = backendsOf(entry.endpoints, terminateRemoved);
  const policy = balancingOf(entry).policy ?? balancing;
  const listeners = new Map<string, ListenerSpec>();
  for (const frontend of entry.frontends) {
    const { kind, port } = frontend;
    for (const ip of addressesOf(frontend, nodePorts[entry.family])) {
      const key = `${protocol}/${addressOf(ip, port)}`;
      const other = listeners.get(key);
      if (other !== undefined && rankOf(other.kind) <= rankOf(kind)) continue;
      listeners.set(key, {
        key,
        protocol,
        ip,
        port,
        service: `${entry.namespace}/${entry.service}`,
        servicePort: entry.name,
        kind,
        policy,
        affinitySeconds: entry.sessionAffinity?.clientIP.timeoutSeconds ?? 0,
        sourceRanges: kind === "LoadBalancer"
          ? withNodeItself(entry.sourceRanges, ip, hasAddressIn)
          : EVERYBODY,
        ...kind === "ClusterIP" ? internal : external,
      });
    }
  }
  return [...listeners.values()];
}

/** Which of two wishes for one socket goes first: by kind, then by name. Never depends on history. */
export function compareClaims(a: ListenerSpec, b: ListenerSpec): number {
  return rankOf(a.kind) - rankOf(b.kind) || (a.servicePort < b.servicePort ? -1 : 1);
}

function rankOf(kind: FrontendKind): number {
  return FRONTEND_KINDS.indexOf(kind);
}

function addressesOf(frontend: Frontend, nodePorts: readonly string[]): readonly string[] {
  return frontend.kind === "NodePort" ? nodePorts : [frontend.ip];
}

type Backends = Pick<ListenerSpec, "backends" | "lingering">;

/** Source ranges guard load balancer VIPs only, as with kube-proxy. */
const EVERYBODY: readonly string[] = [];

/**
 * The source ranges of a VIP. Who calls the VIP from the node that has it is seen to come from the VIP,
 * so where the node may, the VIP may: as with kube-proxy.
 */
function withNodeItself(
  ranges: readonly string[],
  vip: string,
  hasAddressIn: HasAddressIn,
): readonly string[] {
  return ranges.some(hasAddressIn) ? [...ranges, `${vip}/${vip.includes(":") ? 128 : 32}`] : ranges;
}

/** The endpoints for traffic from inside and from outside; one list where they are the same. */
function backendsOf(endpoints: readonly EndpointView[], terminateRemoved: boolean): {
  readonly internal: Backends;
  readonly external: Backends;
} {
  const known = terminateRemoved ? addressesWhere(endpoints, () => true) : null;
  const usedFor = (use: "internal" | "external"): Backends => {
    const backends = addressesWhere(endpoints, (each) => each[use]);
    const used = new Set(backends);
    return { backends, lingering: known?.filter((address) => !used.has(address)) ?? null };
  };
  const internal = usedFor("internal");
  const same = endpoints.every((each) => each.internal === each.external);
  return { internal, external: same ? internal : usedFor("external") };
}

/** Each address once: an endpoint may be told twice, in two slices. */
function addressesWhere(
  endpoints: readonly EndpointView[],
  use: (endpoint: EndpointView) => boolean,
): readonly string[] {
  const addresses = new Set<string>();
  for (const each of endpoints) if (use(each)) addresses.add(addressOf(each.ip, each.port));
  return [...addresses];
}
