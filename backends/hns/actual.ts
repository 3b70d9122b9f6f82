/**
 * What HNS has, indexed for comparison with what is wanted; after a plan, what it will have once the
 * operations are done.
 *
 * @module
 */
import type { HnsEnvironment } from "./config.ts";
import { identitiesOn, keysOf } from "./identity.ts";
import { LayeredMap } from "./layered_map.ts";
import type { HnsObservation } from "./observation.ts";
import { ownerOfEndpoint, ownerOfLoadBalancer } from "./ownership.ts";
import type { HnsEndpoint, HnsLoadBalancer } from "./read_documents.ts";

/** An endpoint of our network. */
export interface ActualEndpoint extends HnsEndpoint {
  /** Whether a service proxy made it, so that it may be deleted. */
  readonly ours: boolean;
  /** The key of the operation that makes it, while nobody has seen it in HNS; `""` otherwise. */
  readonly pending: string;
}

/** A load balancer of the machine. */
export interface ActualLoadBalancer extends HnsLoadBalancer {
  /** The rule that says whose it is. */
  readonly ownerRule: string;
  /** Whether a service proxy made it, so that it may be changed and deleted. */
  readonly ours: boolean;
}

/** What HNS has, as far as a service proxy deals with it. */
export interface Actual {
  /** The endpoints of our network, by address. */
  readonly endpoints: LayeredMap<readonly ActualEndpoint[]>;
  /** The load balancers, by the key of each frontend. */
  readonly loadBalancers: LayeredMap<readonly ActualLoadBalancer[]>;
  /** The ids of endpoints to which load balancers refer that are not ours. */
  readonly pinned: ReadonlySet<string>;
}

/**
 * Indexes what was observed.
 *
 * @param isWanted Whether a service of this node has the frontend with that key.
 */
export function actualOf(
  observation: HnsObservation,
  env: HnsEnvironment,
  isWanted: (key: string) => boolean,
): Actual {
  const networkId = env.network.id.toLowerCase();
  const identities = identitiesOn(env.network.name);
  const hostMac = env.network.overlay ? env.hostMac : "";
  const byId = new Map<string, ActualEndpoint | "elsewhere">();
  const byIp = new Map<string, ActualEndpoint[]>();
  for (const endpoint of observation.endpoints) {
    if (endpoint.networkId !== networkId) {
      byId.set(endpoint.id.toLowerCase(), "elsewhere");
      continue;
    }
    const [ip = ""] = endpoint.ips;
    const derivedId = () => identities.endpoint(ip, endpoint.mac, endpoint.providerAddress);
    const { value } = ownerOfEndpoint({ endpoint, networkId, hostMac, derivedId });
    const actual = { ...endpoint, ours: value === "ours", pending: "" };
    byId.set(endpoint.id.toLowerCase(), actual);
    for (const each of new Set(endpoint.ips)) pushTo(byIp, each, actual);
  }
  const byKey = new Map<string, ActualLoadBalancer[]>();
  const pinned = new Set<string>();
  for (const loadBalancer of observation.loadBalancers) {
    const keys = keysOf(loadBalancer);
    const [key = ""] = keys;
    const known = loadBalancer.endpoints.map((id) => byId.get(id));
    const { rule, value } = ownerOfLoadBalancer({
      loadBalancer,
      derivedId: keys.length === 1 &&
        loadBalancer.id.toLowerCase() === identities.loadBalancer(key),
      wanted: keys.length === 1 && isWanted(key),
      elsewhere: known.includes("elsewhere"),
      here: known.some((each) => each !== undefined && each !== "elsewhere"),
      proxyRemote: known.some((each) =>
        each !== undefined && each !== "elsewhere" && each.ours && each.remote
      ),
      ownSourceVip: env.network.overlay && loadBalancer.sourceVip !== "" &&
        [env.config.sourceVip, env.nodeIp].includes(loadBalancer.sourceVip),
    });
    const actual = { ...loadBalancer, ownerRule: rule, ours: value === "ours" };
    for (const each of new Set(keys)) pushTo(byKey, each, actual);
    if (!actual.ours) { for (const id of actual.endpoints) pinned.add(id); }
  }
  return {
    endpoints: LayeredMap.of<readonly ActualEndpoint[]>(byIp),
    loadBalancers: LayeredMap.of<readonly ActualLoadBalancer[]>(byKey),
    pinned,
  };
}

function pushTo<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
