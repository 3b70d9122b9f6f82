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
import { type HasAddressIn, hostRange } from "./host_addresses.ts";
import { localClientsOf } from "./local_clients.ts";
import type { NodeAddresses } from "./node_addresses.ts";
import {
  type BalancingPolicy,
  LISTENER_PROTOCOLS,
  type ListenerProtocol,
  type ListenerSpec,
  type LocalClients,
} from "./spec.ts";

/** What must be known of the node. */
export interface ListenerOptions extends NodeAddresses {
  /** How endpoints are chosen for services that do not say. */
  readonly balancing: BalancingPolicy;
  /** Whether connections to endpoints that are not known any more are cut. */
  readonly terminateRemoved: boolean;
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
  options: ListenerOptions,
): readonly ListenerSpec[] {
  const protocol = supportedProtocol(entry.protocol);
  if (protocol === null) return [];
  const { nodePorts, hasAddressIn, ownRanges } = options;
  const { internal, external, cluster, known } = backendsOf(entry, options);
  const policy = balancingOf(entry).policy ?? options.balancing;
  const listeners = new Map<string, ListenerSpec>();
  for (const frontend of entry.frontends) {
    const { kind, port } = frontend;
    for (const ip of addressesOf(frontend, () => nodePorts(protocol, entry.family))) {
      const key = `${protocol}/${addressOf(ip, port)}`;
      const other = listeners.get(key);
      if (other !== undefined && rankOf(other.kind) <= rankOf(kind)) continue;
      const backends = kind === "ClusterIP" ? internal : external;
      const localClients = localClientsOf({
        kind,
        policy: entry.externalTrafficPolicy,
        backends,
        cluster,
        ip,
        family: entry.family,
        ownRanges,
      });
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
        backends,
        lingering: known === null ? null : lingeringOf(known, backends, localClients),
        localClients,
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

function addressesOf(frontend: Frontend, nodePorts: () => readonly string[]): readonly string[] {
  return frontend.kind === "NodePort" ? nodePorts() : [frontend.ip];
}

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
  return ranges.some(hasAddressIn) ? [...ranges, hostRange(vip)] : ranges;
}

/** The endpoints of a service port, as `ip:port`; one list where they are the same. */
interface Backends {
  /** Those for traffic from inside. */
  readonly internal: readonly string[];
  /** Those for traffic from outside. */
  readonly external: readonly string[];
  /** Those of the whole cluster. */
  readonly cluster: readonly string[];
  /** All of them, used or not; `null` where nothing hangs on it. */
  readonly known: readonly string[] | null;
}

function backendsOf(
  { endpoints, externalTrafficPolicy }: ServicePortView,
  { terminateRemoved }: ListenerOptions,
): Backends {
  const internal = addressesWhere(endpoints, (each) => each.internal);
  const same = endpoints.every((each) => each.internal === each.external);
  const external = same ? internal : addressesWhere(endpoints, (each) => each.external);
  return {
    internal,
    external,
    cluster: externalTrafficPolicy === "Local"
      ? addressesWhere(endpoints, (each) => each.inCluster)
      : external,
    known: terminateRemoved ? addressesWhere(endpoints, () => true) : null,
  };
}

/** Those that are known and that no client may use. */
function lingeringOf(
  known: readonly string[],
  backends: readonly string[],
  localClients: LocalClients | null,
): readonly string[] {
  const used = new Set([...backends, ...localClients?.backends ?? []]);
  return known.filter((address) => !used.has(address));
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
