/**
 * One step of planning: compares some load balancers and endpoints with what is wanted of them. The
 * order of the answer is the one in which operations may be carried out: endpoints before the load
 * balancers that use them, what is no longer wanted last; the API server and DNS before all others.
 *
 * @module
 */
import type { ActualLoadBalancer } from "./actual.ts";
import { identitiesOn } from "./identity.ts";
import { Draft } from "./layered_map.ts";
import type { HnsWorld } from "./plan.ts";
import { EndpointPlanner, type FoundEndpoint } from "./plan_endpoints.ts";
import { differences, loadBalancerDocument, writtenLoadBalancer } from "./shape.ts";
import type { HnsOp, Member, WantedLoadBalancer } from "./spec.ts";
import type { WantedStep } from "./wanted.ts";

/** What a step comes to. */
export interface StepResult extends Pick<HnsWorld, "actual" | "missing"> {
  /** The operations, in order. */
  readonly ops: readonly HnsOp[];
}

/** Compares the touched part of the world with what is wanted of it. */
export class PlanStep {
  readonly #world: HnsWorld;
  readonly #step: WantedStep;
  readonly #identities: ReturnType<typeof identitiesOn>;
  readonly #writes: HnsOp[] = [];
  readonly #deletes: HnsOp[] = [];
  /** By id of an endpoint, the operations of this plan on load balancers that referred to it. */
  readonly #leaving = new Map<string, string[]>();
  readonly #endpoints: EndpointPlanner;
  readonly #loadBalancers: Draft<readonly ActualLoadBalancer[]>;
  readonly #missing: Draft<readonly Member[]>;

  /** Prepares the step. */
  constructor(world: HnsWorld, step: WantedStep) {
    this.#world = world;
    this.#step = step;
    this.#identities = identitiesOn(world.env.network.name);
    this.#endpoints = new EndpointPlanner(world, step.wanted, this.#writes);
    this.#loadBalancers = new Draft(world.actual.loadBalancers);
    this.#missing = new Draft(world.missing);
  }

  /** Plans. */
  run(): StepResult {
    const { touched } = this.#step;
    if (touched === null) this.#endpoints.settle(this.#world.sourceVip);
    for (const key of this.#keysInOrder()) this.#loadBalancer(key);
    const leaving = (id: string) => this.#leaving.get(id) ?? [];
    for (const ip of touched?.ips ?? this.#allIps()) {
      for (const op of this.#endpoints.tidy(ip, leaving)) this.#deletes.push(op);
    }
    return {
      ops: [...this.#writes, ...this.#deletes],
      actual: {
        endpoints: this.#endpoints.end(),
        loadBalancers: this.#loadBalancers.end(),
        pinned: this.#world.actual.pinned,
      },
      missing: this.#missing.end(),
    };
  }

  /** The touched frontends: first the API server's and DNS, the others by their text. */
  #keysInOrder(): readonly string[] {
    const { claims } = this.#step.wanted;
    const first: string[] = [];
    const rest: string[] = [];
    for (const key of this.#keys()) {
      if (claims.get(key)?.[0]?.first ?? false) first.push(key);
      else rest.push(key);
    }
    return [...first.sort(), ...rest.sort()];
  }

  #keys(): ReadonlySet<string> {
    const { touched, wanted } = this.#step;
    const keys = new Set(touched?.keys ?? wanted.claims.keys());
    if (touched === null) {
      for (const key of this.#world.actual.loadBalancers.keys()) keys.add(key);
      return keys;
    }
    // Where an address gets another endpoint, all that send to it are to be looked at.
    for (const ip of touched.ips) {
      if (this.#endpoints.isMoved(ip)) {
        for (const key of wanted.users.get(ip) ?? []) keys.add(key);
      }
    }
    return keys;
  }

  /**
   * Every address that needs an endpoint or has one, but for those that load balancers send to: where
   * all are looked at, these have their endpoints. Some come twice, which changes nothing.
   */
  *#allIps(): Generator<string> {
    yield* this.#step.wanted.serviceVips.keys();
    yield* this.#world.actual.endpoints.keys();
  }

  #loadBalancer(key: string): void {
    const wanted = this.#step.wanted.claims.get(key)?.[0];
    const there = this.#loadBalancers.get(key) ?? [];
    const members = wanted === undefined ? [] : this.#members(wanted);
    if (wanted === undefined) this.#missing.put(key, undefined);
    if (wanted === undefined || members.length === 0) this.#drop(key, there);
    else this.#ensure(wanted, members, there);
  }

  /** The endpoints to refer to; those of this node that do not exist yet are waited for. */
  #members(wanted: WantedLoadBalancer): readonly FoundEndpoint[] {
    if (wanted.hostEndpoint !== "") return [{ id: wanted.hostEndpoint, pending: "" }];
    const found: FoundEndpoint[] = [];
    const missing: Member[] = [];
    for (const member of wanted.members) {
      const { ip, local } = member;
      const endpoint = local ? this.#endpoints.localOf(ip) : this.#endpoints.settle(ip, true);
      if (endpoint === undefined) missing.push(member);
      else if (!found.includes(endpoint)) found.push(endpoint);
    }
    if (missing.length > 0 || this.#missing.get(wanted.key) !== undefined) {
      this.#missing.put(wanted.key, missing.length === 0 ? undefined : missing);
    }
    return found;
  }

  #ensure(
    wanted: WantedLoadBalancer,
    members: readonly FoundEndpoint[],
    there: readonly ActualLoadBalancer[],
  ): void {
    const endpoints = members.map(({ id }) => id.toLowerCase()).sort();
    // On overlay networks a ClusterIP is an endpoint too; elsewhere nothing wants one of its address.
    this.#endpoints.settle(wanted.vip);
    const right = there.find((each) => differences(each, wanted, endpoints).length === 0);
    const ours = there.filter((each) => each.ours && each !== right);
    if (right !== undefined) {
      if (ours.length > 0) this.#drop(wanted.key, ours, "another load balancer is the right one");
      this.#put(wanted.key, there.filter((each) => !ours.includes(each)));
      return;
    }
    const { key, rules } = wanted;
    const document = loadBalancerDocument(wanted, members.map(({ id }) => id));
    const after = members.map(({ pending }) => pending).filter((each) => each !== "");
    const [old, ...others] = ours;
    const modify = old !== undefined && !old.degraded &&
      this.#world.env.features.has("modify-load-balancer");
    const id = modify ? old.id : this.#identities.loadBalancer(key);
    const because = `${wanted.kind} of ${wanted.servicePort}`;
    const opKey = operationKey(key);
    if (old === undefined) {
      this.#writes.push({
        op: "create-load-balancer",
        key: opKey,
        after,
        because: there.length === 0 ? because : `${because}, whose frontend another program has`,
        id,
        document,
        rules,
      });
    } else {
      this.#writes.push({
        op: modify ? "update-load-balancer" : "replace-load-balancer",
        key: opKey,
        after,
        because: `${because}: ${differences(old, wanted, endpoints).join("; ")}`,
        id,
        remove: (modify ? others : ours).map((each) => each.id),
        document,
        rules,
      });
    }
    this.#leave(opKey, ours);
    this.#put(key, [
      { ...writtenLoadBalancer(id, wanted, endpoints), ours: true, ownerRule: "planned" },
      ...there.filter((each) => !each.ours),
    ]);
  }

  /** Deletes those of the load balancers that are ours. */
  #drop(
    key: string,
    there: readonly ActualLoadBalancer[],
    why = "no service has the frontend, or it has no endpoints",
  ): void {
    const ours = there.filter((each) => each.ours);
    if (ours.length === 0) return;
    const opKey = operationKey(key);
    this.#deletes.push({
      op: "delete-load-balancer",
      key: opKey,
      after: [],
      because: why,
      remove: ours.map(({ id }) => id),
    });
    this.#leave(opKey, ours);
    this.#put(key, there.filter((each) => !each.ours));
  }

  #leave(opKey: string, loadBalancers: readonly ActualLoadBalancer[]): void {
    for (const id of loadBalancers.flatMap(({ endpoints }) => endpoints)) {
      const keys = this.#leaving.get(id);
      if (keys === undefined) this.#leaving.set(id, [opKey]);
      else keys.push(opKey);
    }
  }

  #put(key: string, list: readonly ActualLoadBalancer[]): void {
    this.#loadBalancers.put(key, list.length === 0 ? undefined : list);
  }
}

function operationKey(key: string): string {
  return `load-balancer/${key}`;
}
