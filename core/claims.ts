/**
 * Who owns a frontend that several service ports ask for: the older Service, so that a newcomer
 * cannot take away what works. Kept as an index, so that a change costs the size of the change.
 *
 * @module
 */
import type { PersistentMap } from "./persistent_map.ts";
import {
  addressOf,
  type Dropped,
  type Frontend,
  frontendKey,
  type ServicePortView,
  type ServiceView,
} from "./view.ts";

/** The rule that drops a frontend which an older Service has. */
export const CLAIMED_RULE = "claimed-by-older";

/** One service port that asks for a frontend. */
export interface Claim {
  /** When the Service was created (RFC 3339, UTC), `""` if unknown, which counts as newest. */
  readonly createdAt: string;
  /** The Service, `namespace/name`. */
  readonly service: string;
  /** The key of the service port. */
  readonly entry: string;
}

/** Who asks for each frontend, the owner first. */
export type Claims = PersistentMap<readonly Claim[]>;

/** A change of what one Service asks for. */
export interface ClaimChange {
  /** What it asked for. */
  readonly before: ServiceView | undefined;
  /** When it was created, as far as was known then. */
  readonly createdBefore: string;
  /** What it asks for now. */
  readonly after: ServiceView | undefined;
  /** When it was created. */
  readonly createdAfter: string;
}

/** The claims after the changes, and the other Services whose frontends may differ because of it. */
export function withClaims(
  claims: Claims,
  changes: readonly ClaimChange[],
): { readonly claims: Claims; readonly affected: ReadonlySet<string> } {
  const affected = new Set<string>();
  let next = claims;
  const note = (key: string) => {
    const claimants = next.get(key) ?? [];
    if (claimants.length > 1) { for (const { service } of claimants) affected.add(service); }
  };
  for (const { before, createdBefore, after, createdAfter } of changes) {
    if (createdBefore === createdAfter && sameFrontends(before, after)) continue;
    for (const [key, entry] of wishesOf(before)) {
      note(key);
      const rest = next.get(key)?.filter((claim) => claim.entry !== entry.key) ?? [];
      next = next.put(key, rest.length === 0 ? undefined : rest);
    }
    for (const [key, entry] of wishesOf(after)) {
      const claim = {
        createdAt: createdAfter,
        service: `${entry.namespace}/${entry.service}`,
        entry: entry.key,
      };
      next = next.set(key, [...next.get(key) ?? [], claim].sort(olderFirst));
      note(key);
    }
  }
  return { claims: next, affected };
}

/** The Service without the frontends that an older one has; the very same object if it keeps all. */
export function withoutLost(view: ServiceView, claims: Claims): ServiceView {
  let lost = false;
  const servicePorts = view.servicePorts.map((entry) => {
    const kept: Frontend[] = [];
    const dropped: Dropped[] = [];
    for (const frontend of entry.frontends) {
      const owner = claims.get(frontendKey(entry, frontend))?.[0];
      if (owner === undefined || owner.entry === entry.key) kept.push(frontend);
      else dropped.push(lostTo(owner, frontend));
    }
    if (dropped.length === 0) return entry;
    lost = true;
    return { ...entry, frontends: kept, dropped: [...entry.dropped, ...dropped] };
  });
  return lost ? { ...view, servicePorts } : view;
}

function lostTo({ service }: Claim, frontend: Frontend): Dropped {
  const value = frontend.kind === "NodePort"
    ? String(frontend.port)
    : addressOf(frontend.ip, frontend.port);
  return { kind: frontend.kind, value, rule: CLAIMED_RULE, owner: service };
}

function sameFrontends(before: ServiceView | undefined, after: ServiceView | undefined): boolean {
  return before !== undefined && after !== undefined &&
    before.servicePorts.length === after.servicePorts.length &&
    before.servicePorts.every((entry, i) => {
      const other = after.servicePorts[i];
      return entry.key === other?.key && entry.frontends === other.frontends;
    });
}

/** Each frontend that a Service asks for, once for each of its service ports. */
function wishesOf(view: ServiceView | undefined): readonly (readonly [string, ServicePortView])[] {
  return (view?.servicePorts ?? []).flatMap((entry) => {
    const keys = new Set(entry.frontends.map((frontend) => frontendKey(entry, frontend)));
    return [...keys].map((key) => [key, entry] as const);
  });
}

/** The older Service first; among equals the text of the key decides, so that order never matters. */
function olderFirst(a: Claim, b: Claim): number {
  const age = ageOf(a);
  const otherAge = ageOf(b);
  if (age !== otherAge) return age < otherAge ? -1 : 1;
  return a.entry < b.entry ? -1 : 1;
}

function ageOf({ createdAt }: Claim): string {
  return createdAt === "" ? "unknown, so the newest" : createdAt;
}
