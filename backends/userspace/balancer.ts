/**
 * Who may come to a listener, and which endpoint each of its connections goes to: source ranges,
 * session affinity and a balancing policy, each changed in place without touching the others.
 *
 * @module
 */
import type { AffinityTable, AffinityTables, Choice } from "./balance/affinity.ts";
import type { BackendAddress } from "./balance/backend_address.ts";
import { ClientGroup } from "./balance/client_group.ts";
import { EndpointSet, type EndpointTotals } from "./balance/endpoint_set.ts";
import type { Tried } from "./balance/policy.ts";
import { loadOf, type Siblings, type SiblingTable } from "./balance/siblings.ts";
import { plainIp, type SourceCheck, sourceCheck } from "./balance/source_ranges.ts";
import { endpointsOf, type ListenerSpec, sameBackends, sameTexts } from "./spec.ts";

export type { BackendAddress } from "./balance/backend_address.ts";

/** Chooses endpoints. Live connections are not its business. */
export interface Balancer {
  /**
   * The endpoint for a client's next connection, or `null` if there is none.
   *
   * @param client The client's IP.
   * @param except Endpoints, as `ip:port`, that this connection has tried in vain.
   */
  pick(client: string, except: Tried): BackendAddress | null;
}

/** What all balancers of a data path share. */
export interface BalancerOptions {
  /** Gives a number from 0 up to 1. */
  readonly random: () => number;
  /** Which pod each client was led to, by service. */
  readonly affinity: AffinityTables;
  /** The listeners of each service, whose connections count together. */
  readonly siblings: SiblingTable;
}

/** The balancer of one listener. */
export class ListenerBalancer implements Balancer {
  readonly #options: BalancerOptions;
  readonly #endpoints = new EndpointSet();
  #spec: ListenerSpec;
  readonly #everybody: ClientGroup;
  /** The clients on the node, where they have endpoints of their own. */
  #local: { readonly group: ClientGroup; readonly has: SourceCheck } | null;
  #allows: SourceCheck;
  #table: AffinityTable | null;
  #siblings: Siblings;

  /** Makes the balancer of a listener. It must be closed. */
  constructor(spec: ListenerSpec, options: BalancerOptions) {
    this.#options = options;
    this.#spec = spec;
    this.#endpoints.replace(endpointsOf(spec), spec.lingering);
    this.#siblings = options.siblings.join(loadGroup(spec), this.#endpoints);
    this.#everybody = this.#groupOf(spec, spec.backends);
    this.#local = this.#localOf(spec);
    this.#allows = sourceCheck(spec.sourceRanges);
    this.#table = this.#join(spec);
  }

  /** Whether a client, given by its IP, may use the listener. */
  allows(client: string): boolean {
    return this.#allows(client);
  }

  /** The endpoint for a client's next connection. */
  pick(client: string, except: Tried): BackendAddress | null {
    const ip = plainIp(client);
    const table = this.#table;
    const group = this.#groupWith(ip);
    if (table === null) return group.pick(ip, except);
    const backend = this.#stay(table, group, ip, except) ?? group.pick(ip, except);
    if (backend !== null) table.note(ip, this.#spec.key, backend);
    return backend;
  }

  /** Makes the listener this from now on. */
  update(spec: ListenerSpec): void {
    const before = this.#spec;
    this.#spec = spec;
    if (!sameBackends(before, spec) || spec.lingering !== before.lingering) {
      this.#endpoints.replace(endpointsOf(spec), spec.lingering);
    }
    if (before.service !== spec.service) {
      this.#options.siblings.leave(loadGroup(before), this.#endpoints);
      this.#siblings = this.#options.siblings.join(loadGroup(spec), this.#endpoints);
    }
    this.#everybody.update(spec.policy, spec.backends);
    this.#updateLocal(before, spec);
    if (!sameTexts(before.sourceRanges, spec.sourceRanges)) {
      this.#allows = sourceCheck(spec.sourceRanges);
    }
    this.#updateAffinity(before, spec);
  }

  /** Whether a client, given by its IP, may use an endpoint. */
  mayUse(client: string, backend: BackendAddress): boolean {
    return this.#groupWith(plainIp(client)).has(backend);
  }

  /** What is known of an endpoint, as `ip:port`; `null` for nothing. */
  endpoint(address: string): BackendAddress | null {
    return this.#endpoints.get(address);
  }

  /** A copy of all counts. */
  totals(): EndpointTotals {
    return this.#endpoints.totals();
  }

  /** Gives back what it shares with others. It still picks, without affinity. */
  close(): void {
    if (this.#table !== null) this.#options.affinity.leave(this.#spec.service);
    this.#table = null;
    this.#options.siblings.leave(loadGroup(this.#spec), this.#endpoints);
  }

  /**
   * The endpoint that a client is to stay with; `null` if there is none. What this listener chose
   * counts first, for a pod may serve one port of the service and not the other.
   */
  #stay(
    table: AffinityTable,
    group: ClientGroup,
    client: string,
    except: Tried,
  ): BackendAddress | null {
    const choices = table.recall(client);
    const own = choices.find(({ listener }) => listener === this.#spec.key);
    if (own !== undefined) {
      const backend = this.#find(group, own, except);
      if (backend !== null) return backend;
      // Whom nobody reaches is given up for all; whom this listener may not use others still may.
      if (except.has(own.address)) table.giveUp(client, own.ip);
      else table.forget(client, own);
    }
    for (const choice of choices) {
      if (choice.ip === own?.ip) continue;
      const backend = this.#find(group, choice, except);
      if (backend !== null) return backend;
    }
    return null;
  }

  /** The very endpoint, or another one of the same pod. */
  #find(group: ClientGroup, { address, ip }: Choice, except: Tried): BackendAddress | null {
    const same = this.#endpoints.get(address);
    if (same !== null && group.has(same) && !except.has(address)) return same;
    return group.ofPod(ip, except);
  }

  #groupWith(ip: string): ClientGroup {
    return this.#local !== null && this.#local.has(ip) ? this.#local.group : this.#everybody;
  }

  #groupOf({ policy }: ListenerSpec, addresses: readonly string[]): ClientGroup {
    const { random } = this.#options;
    const load = (backend: BackendAddress) => loadOf(backend, this.#siblings);
    return new ClientGroup(policy, addresses, { endpoints: this.#endpoints, random, load });
  }

  #localOf(spec: ListenerSpec): { readonly group: ClientGroup; readonly has: SourceCheck } | null {
    const { localClients } = spec;
    if (localClients === null) return null;
    const { ranges, backends } = localClients;
    return { group: this.#groupOf(spec, backends), has: sourceCheck(ranges) };
  }

  #updateLocal(before: ListenerSpec, { policy, localClients, ...rest }: ListenerSpec): void {
    const ranges = before.localClients?.ranges ?? [];
    if (this.#local !== null && localClients !== null && sameTexts(ranges, localClients.ranges)) {
      this.#local.group.update(policy, localClients.backends);
    } else {
      this.#local = this.#localOf({ policy, localClients, ...rest });
    }
  }

  #join({ service, affinitySeconds }: ListenerSpec): AffinityTable | null {
    if (affinitySeconds === 0) return null;
    const table = this.#options.affinity.join(service);
    table.setTimeout(affinitySeconds);
    return table;
  }

  #updateAffinity(before: ListenerSpec, now: ListenerSpec): void {
    if (before.service === now.service && this.#table !== null && now.affinitySeconds > 0) {
      this.#table.setTimeout(now.affinitySeconds);
      return;
    }
    if (this.#table !== null) this.#options.affinity.leave(before.service);
    this.#table = this.#join(now);
  }
}

/** Flows last on when they are done, so they are not weighed against connections. */
function loadGroup({ protocol, service }: ListenerSpec): string {
  return `${protocol} ${service}`;
}
