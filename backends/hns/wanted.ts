/**
 * What all services of the node need together: who has which frontend, and which addresses need an
 * endpoint because something refers to them. Indexes over the services, kept as cheaply as a change
 * is small; nothing here is counted, all of it can be derived anew.
 *
 * @module
 */
import type { Change, ServicePortView } from "../../core/mod.ts";
import type { HnsEnvironment } from "./config.ts";
import { contributionOf } from "./desired.ts";
import { Draft, LayeredMap } from "./layered_map.ts";
import { LOAD_BALANCER_KINDS } from "./load_balancer_rules.ts";
import type { Contribution, HnsOp, Member, WantedLoadBalancer } from "./spec.ts";

/** What all services of the node need. */
export interface Wanted {
  /** What each service port needs, by its key. */
  readonly contributions: LayeredMap<Contribution>;
  /** By frontend, who wants it; the first one has it. */
  readonly claims: LayeredMap<readonly WantedLoadBalancer[]>;
  /** By address that is not on this node, the load balancers that send to it. */
  readonly users: LayeredMap<readonly string[]>;
  /** By ClusterIP of an overlay network, the service ports that have it. */
  readonly serviceVips: LayeredMap<readonly string[]>;
}

/** Nothing is needed. */
export const NOTHING_WANTED: Wanted = {
  contributions: LayeredMap.empty(),
  claims: LayeredMap.empty(),
  users: LayeredMap.empty(),
  serviceVips: LayeredMap.empty(),
};

/** What may have changed. */
export interface Touched {
  /** The frontends whose load balancer may differ. */
  readonly keys: ReadonlySet<string>;
  /** The addresses whose endpoint may come or go. */
  readonly ips: ReadonlySet<string>;
}

/** What changed with the needs of some service ports. */
export interface WantedStep {
  /** What is needed now. */
  readonly wanted: Wanted;
  /** What of it may differ; `null` for all of it. */
  readonly touched: Touched | null;
  /** What of the services is not as asked, and was not said before. */
  readonly notes: readonly HnsOp[];
}

/** Takes changes of service ports in. */
export function withChanges(
  before: Wanted,
  changes: readonly Change[],
  env: HnsEnvironment,
): WantedStep {
  const ips = new Set<string>();
  const step = new Step(before, env, ips);
  for (const change of changes) {
    step.put(change.key, change.type === "remove" ? null : change.now);
  }
  const { wanted, keys, notes } = step.end();
  return { wanted, touched: { keys, ips }, notes };
}

/** The needs of all service ports, from nothing. */
export function wantedFromNothing(
  entries: Iterable<ServicePortView>,
  env: HnsEnvironment,
): WantedStep {
  const step = new Step(NOTHING_WANTED, env, null);
  for (const entry of entries) step.put(entry.key, entry);
  const { wanted, notes } = step.end();
  return { wanted, touched: null, notes };
}

/** Which of two wishes for one frontend goes first: by kind, then by key. Never by history. */
function compareWishes(a: WantedLoadBalancer, b: WantedLoadBalancer): number {
  return LOAD_BALANCER_KINDS.indexOf(a.kind) - LOAD_BALANCER_KINDS.indexOf(b.kind) ||
    (a.entry < b.entry ? -1 : 1);
}

class Step {
  readonly #before: Wanted;
  readonly #env: HnsEnvironment;
  /** The addresses that are touched, where they are to be told apart from all others. */
  readonly #ips: Set<string> | null;
  readonly #notes: HnsOp[] = [];
  readonly #contributions: Draft<Contribution>;
  readonly #claims: Draft<readonly WantedLoadBalancer[]>;
  readonly #serviceVips: Draft<readonly string[]>;

  constructor(before: Wanted, env: HnsEnvironment, ips: Set<string> | null) {
    this.#before = before;
    this.#env = env;
    this.#ips = ips;
    this.#contributions = new Draft(before.contributions);
    this.#claims = new Draft(before.claims);
    this.#serviceVips = new Draft(before.serviceVips);
  }

  put(key: string, entry: ServicePortView | null): void {
    const old = this.#contributions.get(key);
    const now = entry === null ? undefined : contributionOf(entry, this.#env);
    this.#contributions.put(key, now);
    for (const { key: frontend } of old?.loadBalancers ?? []) {
      const rest = (this.#claims.get(frontend) ?? []).filter((wish) => wish.entry !== key);
      this.#claims.put(frontend, rest.length === 0 ? undefined : rest);
    }
    for (const wish of now?.loadBalancers ?? []) {
      this.#claims.put(wish.key, withWish(this.#claims.get(wish.key) ?? [], wish));
    }
    for (const ip of old?.serviceVips ?? []) this.#vip(ip, key, false);
    for (const ip of now?.serviceVips ?? []) this.#vip(ip, key, true);
    if (entry !== null && now !== undefined) this.#note(entry, old, now);
  }

  end(): Pick<WantedStep, "wanted" | "notes"> & Pick<Touched, "keys"> {
    const keys = new Set(this.#claims.keys());
    const claims = this.#claims.end();
    return {
      wanted: {
        contributions: this.#contributions.end(),
        claims,
        users: this.#users(keys, claims),
        serviceVips: this.#serviceVips.end(),
      },
      keys,
      notes: this.#notes,
    };
  }

  /** Who sends to which address, after the frontends with these keys changed hands or endpoints. */
  #users(keys: ReadonlySet<string>, claims: Wanted["claims"]): Wanted["users"] {
    const before = this.#before;
    const users = new Draft(before.users);
    for (const key of keys) {
      const old = before.claims.get(key)?.[0]?.members ?? [];
      const now = claims.get(key)?.[0]?.members ?? [];
      if (old === now) continue;
      const had = old.length === 0 ? NO_IPS : ipsOf(old);
      const has = old.length === 0 ? NO_IPS : ipsOf(now);
      for (const ip of had) {
        if (has.has(ip)) continue;
        const rest = (users.get(ip) ?? []).filter((each) => each !== key);
        users.put(ip, rest.length === 0 ? undefined : rest);
        this.#ips?.add(ip);
      }
      const only = [key]; // one for all addresses that had none
      for (const { ip, local } of now) {
        if (local || had.has(ip)) continue;
        const list = users.get(ip);
        if (list === undefined) users.put(ip, only);
        else if (list.at(-1) !== key) users.put(ip, [...list, key]);
        this.#ips?.add(ip);
      }
    }
    return users.end();
  }

  #vip(ip: string, key: string, wanted: boolean): void {
    const others = (this.#serviceVips.get(ip) ?? []).filter((each) => each !== key);
    const list = wanted ? [...others, key] : others;
    this.#serviceVips.put(ip, list.length === 0 ? undefined : list);
    this.#ips?.add(ip);
  }

  /** What is not as asked is said when it comes or changes, once for each service port. */
  #note(entry: ServicePortView, old: Contribution | undefined, now: Contribution): void {
    const rules = ({ findings }: Contribution) => findings.map(({ rule }) => rule).join();
    if (now.findings.length === 0 || (old !== undefined && rules(old) === rules(now))) return;
    this.#notes.push({
      op: "unsupported",
      key: `unsupported/${entry.key}`,
      after: [],
      because: `HNS on this node cannot give ${entry.name} all that it asks for`,
      servicePort: entry.name,
      findings: now.findings,
      reason: now.findings.map(({ rule, why }) => `${why} (${rule})`).join("; "),
    });
  }
}

const NO_IPS: ReadonlySet<string> = new Set();

/** The addresses that are not on this node. */
function ipsOf(members: readonly Member[]): ReadonlySet<string> {
  const ips = new Set<string>();
  for (const { ip, local } of members) if (!local) ips.add(ip);
  return ips;
}

/** One service port may wish for one frontend twice (two kinds on one address): the first kind has it. */
function withWish(
  list: readonly WantedLoadBalancer[],
  wish: WantedLoadBalancer,
): readonly WantedLoadBalancer[] {
  return list.length === 0 ? [wish] : [...list, wish].sort(compareWishes);
}
