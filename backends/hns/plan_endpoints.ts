/**
 * The endpoints of one step of planning: finds what is there for an address, makes what is missing,
 * drops what nothing refers to. Wanted is what something refers to; nothing is counted.
 *
 * @module
 */
import type { Actual, ActualEndpoint } from "./actual.ts";
import type { HcnPolicy } from "./documents.ts";
import { type Identities, identitiesOn } from "./identity.ts";
import { Draft } from "./layered_map.ts";
import type { HnsWorld } from "./plan.ts";
import {
  endpointDocument,
  type EndpointRole,
  type EndpointShape,
  endpointShape,
  isRight,
  remotePolicies,
} from "./shape.ts";
import type { HnsOp } from "./spec.ts";
import type { Wanted } from "./wanted.ts";

/** An endpoint that a load balancer can refer to. */
export interface FoundEndpoint {
  /** Its id. */
  readonly id: string;
  /** The key of the operation that makes it; `""` once it was seen in HNS. */
  readonly pending: string;
}

/** Plans endpoints. */
export class EndpointPlanner {
  readonly #world: HnsWorld;
  readonly #wanted: Wanted;
  readonly #writes: HnsOp[];
  readonly #identities: Identities;
  readonly #networkId: string;
  readonly #settled = new Map<string, FoundEndpoint>();
  readonly #policies = new Map<string, readonly HcnPolicy[]>();
  readonly #actual: Draft<readonly ActualEndpoint[]>;

  /** Prepares it; what is to be made is added to `writes`. */
  constructor(world: HnsWorld, wanted: Wanted, writes: HnsOp[]) {
    this.#world = world;
    this.#wanted = wanted;
    this.#writes = writes;
    this.#identities = identitiesOn(world.env.network.name);
    this.#networkId = world.env.network.id.toLowerCase();
    this.#actual = new Draft(world.actual.endpoints);
  }

  /** What HNS will have. */
  end(): Actual["endpoints"] {
    return this.#actual.end();
  }

  /** The endpoint of a pod of this node, if the CNI has made it. */
  localOf(ip: string): FoundEndpoint | undefined {
    return this.#candidates(ip).find((each) => !each.remote);
  }

  /** Whether load balancers that send to the address must refer to another endpoint than before. */
  isMoved(ip: string): boolean {
    const role = this.#roleOf(ip);
    return role === "remote" && (this.#world.wanted.users.get(ip)?.length ?? 0) > 0 &&
      !this.#candidates(ip).some((each) => isRight(each, this.#shape(role, ip)) || !each.remote);
  }

  /**
   * The endpoint of an address that is not a pod's of this node: what is there, or a new one;
   * `undefined` if nothing wants one, or another one of its address must go first.
   *
   * @param isUsed Whether it is known that a load balancer sends to the address.
   */
  settle(ip: string, isUsed = false): FoundEndpoint | undefined {
    const known = this.#settled.get(ip);
    if (known !== undefined) return known;
    const role = this.#roleOf(ip, isUsed);
    if (role === null) return undefined;
    const candidates = this.#candidates(ip);
    const shape = this.#shape(role, ip);
    const existing = existingOf(candidates, shape);
    if (existing === undefined && this.#mustMakeRoom(candidates)) return undefined;
    const found = existing ?? this.#create(shape, candidates);
    this.#settled.set(ip, found);
    return found;
  }

  /** Where HNS takes one endpoint of an address only, the old one goes first, and then we look again. */
  #mustMakeRoom(candidates: readonly ActualEndpoint[]): boolean {
    return candidates.some((each) => each.ours && each.remote) &&
      !this.#world.env.features.has("duplicate-addresses");
  }

  #create(shape: EndpointShape, candidates: readonly ActualEndpoint[]): FoundEndpoint {
    const { ip, mac, providerAddress, role } = shape;
    const { network } = this.#world.env;
    const id = this.#freeId(shape, candidates);
    const key = endpointKey(ip, id);
    this.#writes.push({
      op: "create-endpoint",
      key,
      after: NONE,
      because: WHY_ENDPOINT[role],
      id,
      networkId: network.id,
      ip,
      document: endpointDocument(shape, this.#policiesOf(providerAddress)),
    });
    const endpoint: ActualEndpoint = {
      id,
      name: "",
      networkId: this.#networkId,
      ips: [ip],
      mac,
      remote: role !== "source-vip",
      providerAddress,
      degraded: false,
      ours: true,
      pending: key,
    };
    const others = candidates.filter((each) => each.id.toLowerCase() !== id);
    this.#actual.put(ip, others.length === 0 ? [endpoint] : [endpoint, ...others]);
    return endpoint;
  }

  /**
   * The id of that content; another one where a degraded endpoint has it, which can only go after the
   * load balancers that refer to it have the new one.
   */
  #freeId(
    { role, ip, mac, providerAddress }: EndpointShape,
    candidates: readonly ActualEndpoint[],
  ): string {
    const ids = this.#identities;
    let id = role === "remote"
      ? ids.remote(ip, providerAddress)
      : ids.endpoint(ip, mac, providerAddress);
    const isTaken = (each: ActualEndpoint) => each.id.toLowerCase() === id;
    for (let n = 1; candidates.some(isTaken); n++) id = ids.spare(ip, providerAddress, n);
    return id;
  }

  /** The policies of a remote endpoint: the same for all that are on one node. */
  #policiesOf(providerAddress: string): readonly HcnPolicy[] {
    let policies = this.#policies.get(providerAddress);
    if (policies === undefined) {
      this.#policies.set(providerAddress, policies = remotePolicies(providerAddress));
    }
    return policies;
  }

  /**
   * Settles an address, and deletes those of its endpoints that nothing refers to any more. Doing it
   * again changes nothing.
   *
   * @param leaving The operations that take the last load balancers off an endpoint, by its id.
   */
  tidy(ip: string, leaving: (id: string) => readonly string[]): readonly HnsOp[] {
    const settled = this.settle(ip);
    const candidates = this.#candidates(ip);
    // As it is nearly always: one endpoint, and it is used.
    if (candidates.length === 0 || (candidates.length === 1 && candidates[0] === settled)) {
      return NONE;
    }
    const used = settled?.id.toLowerCase();
    const stale = candidates.filter((each) =>
      each.ours && (each.remote || this.#world.cleanup) && each.id.toLowerCase() !== used &&
      !this.#world.actual.pinned.has(each.id.toLowerCase())
    );
    if (stale.length === 0) return NONE;
    const rest = candidates.filter((each) => !stale.includes(each));
    this.#actual.put(ip, rest.length === 0 ? undefined : rest);
    return stale.map(({ id }) => ({
      op: "delete-endpoint",
      key: endpointKey(ip, id),
      after: leaving(id.toLowerCase()),
      because: used === undefined
        ? "no load balancer refers to it any more"
        : "another endpoint is the right one for its address",
      id,
      ip,
    }));
  }

  /** What the proxy wants an endpoint of that address for; `null` for nothing. */
  #roleOf(ip: string, isUsed = false): EndpointRole | null {
    const wanted = this.#wanted;
    if (ip !== "" && ip === this.#world.sourceVip) return "source-vip";
    if (wanted.serviceVips.has(ip)) return "service-vip";
    return isUsed || wanted.users.has(ip) ? "remote" : null;
  }

  #shape(role: EndpointRole, ip: string): EndpointShape {
    return endpointShape(role, ip, this.#world.env);
  }

  #candidates(ip: string): readonly ActualEndpoint[] {
    return this.#actual.get(ip) ?? NONE;
  }
}

/** What many objects of a plan have in the place of a list, without a list for each. */
const NONE: readonly never[] = [];

/** A pod of this node goes before a remote endpoint of the same address, which is stale. */
function existingOf(
  candidates: readonly ActualEndpoint[],
  shape: EndpointShape,
): ActualEndpoint | undefined {
  if (candidates.length === 0) return undefined;
  const local = candidates.find((each) => !each.remote);
  if (local !== undefined || shape.role === "source-vip") return local ?? candidates[0];
  return candidates.find((each) => isRight(each, shape));
}

const WHY_ENDPOINT: Readonly<Record<EndpointRole, string>> = {
  "remote": "load balancers send to it, and it is not on this node",
  "service-vip": "a ClusterIP must be known on the overlay network",
  "source-vip": "load balancers translate to the source VIP",
};

function endpointKey(ip: string, id: string): string {
  return `endpoint/${ip}/${id.toLowerCase()}`;
}
