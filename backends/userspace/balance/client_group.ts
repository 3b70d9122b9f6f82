/**
 * Clients of one listener that have the same endpoints, and the policy that chooses among these.
 *
 * @module
 */
import { type BalancingPolicy, sameTexts } from "../spec.ts";
import type { BackendAddress } from "./backend_address.ts";
import type { EndpointSet } from "./endpoint_set.ts";
import { policyOf } from "./policies.ts";
import type { Load, Policy, Tried } from "./policy.ts";

/** What a group shares with the others of its listener. */
export interface ClientGroupOptions {
  /** What is known of the endpoints of all groups. */
  readonly endpoints: EndpointSet;
  /** Gives a number from 0 up to 1. */
  readonly random: () => number;
  /** How much an endpoint has to do. */
  readonly load: Load;
}

/** Clients that have the same endpoints. */
export class ClientGroup {
  readonly #options: ClientGroupOptions;
  #name: BalancingPolicy;
  #policy: Policy;
  #addresses: readonly string[];
  #members: ReadonlySet<BackendAddress> = new Set();

  /** Makes a group with a policy and endpoints, which the set must know. */
  constructor(
    name: BalancingPolicy,
    addresses: readonly string[],
    options: ClientGroupOptions,
  ) {
    this.#options = options;
    this.#name = name;
    this.#policy = policyOf(name, options.random, options.load);
    this.#addresses = addresses;
    this.#fill();
  }

  /** The endpoint for a client's next connection. */
  pick(client: string, except: Tried): BackendAddress | null {
    return this.#policy.pick(client, except);
  }

  /** Whether the group may use an endpoint. */
  has(backend: BackendAddress): boolean {
    return this.#members.has(backend);
  }

  /** An endpoint of a pod that was not tried in vain. */
  ofPod(ip: string, except: Tried): BackendAddress | null {
    for (const backend of this.#members) {
      if (backend.ip === ip && !except.has(backend.address)) return backend;
    }
    return null;
  }

  /** Makes these the policy and the endpoints. Whose turn it is stays, where both allow it. */
  update(name: BalancingPolicy, addresses: readonly string[]): void {
    const isSame = name === this.#name;
    if (isSame && sameTexts(addresses, this.#addresses)) return;
    if (!isSame) this.#policy = policyOf(name, this.#options.random, this.#options.load);
    this.#name = name;
    this.#addresses = addresses;
    this.#fill();
  }

  #fill(): void {
    const members = this.#addresses.map((address) => this.#options.endpoints.get(address))
      .filter((backend) => backend !== null);
    this.#members = new Set(members);
    this.#policy.replace(members);
  }
}
