/**
 * From what each Service asks for to the view: frontends that are claimed twice are given to one, and
 * what says the same as before is the very same object, so that references tell what changed.
 *
 * @module
 */
import { keep } from "./_equal.ts";
import { type ClaimChange, type Claims, withClaims, withoutLost } from "./claims.ts";
import { PersistentMap } from "./persistent_map.ts";
import {
  addressOf,
  type EndpointView,
  type NodeView,
  type ServicePortView,
  type ServiceView,
} from "./view.ts";

/** A view, and what is needed to settle the next one. */
export interface SettledView {
  /** What each Service asks for, before frontends that are claimed twice are given to one. */
  readonly wanted: PersistentMap<ServiceView>;
  /** Who asks for each frontend. */
  readonly claims: Claims;
  /** The view. */
  readonly view: NodeView;
}

/** What a Service asks for now. */
export interface WantedChange {
  /** The Service, `namespace/name`. */
  readonly key: string;
  /** What it asks for, `undefined` if it is gone. */
  readonly wanted: ServiceView | undefined;
  /** When it was created, `""` if unknown. */
  readonly createdAt: string;
  /** The same, as far as was known before. */
  readonly createdBefore: string;
}

/** The view of the node after the changes of what Services ask for. */
export function settleView(
  node: string,
  changes: readonly WantedChange[],
  before: SettledView | null,
): SettledView {
  const wantedBefore = before?.wanted ?? PersistentMap.empty<ServiceView>();
  let wanted = wantedBefore;
  const claimChanges: ClaimChange[] = [];
  for (const { key, wanted: asked, createdAt, createdBefore } of changes) {
    const was = wanted.get(key);
    const now = asked && share(was, asked);
    wanted = wanted.put(key, now);
    claimChanges.push({ before: was, createdBefore, after: now, createdAfter: createdAt });
  }
  const { claims, affected } = withClaims(before?.claims ?? PersistentMap.empty(), claimChanges);
  let services = before?.view.services ?? PersistentMap.empty<ServiceView>();
  for (const key of new Set([...changes.map((change) => change.key), ...affected])) {
    const now = wanted.get(key);
    const given = now && withoutLost(now, claims);
    const was = services.get(key);
    // Who asks for nothing that others have is given what it wants, which is shared already.
    const settled = given === now && was === wantedBefore.get(key);
    services = services.put(key, given === undefined || settled ? given : share(was, given));
  }
  const view = before !== null && services === before.view.services
    ? before.view
    : { node, services };
  return { wanted, claims, view };
}

/** The newer view with every part that says the same taken from the older one. */
function share(before: ServiceView | undefined, after: ServiceView): ServiceView {
  if (before === undefined) return after;
  const old = new Map(before.servicePorts.map((entry) => [entry.key, entry]));
  const servicePorts = after.servicePorts.map((entry) => sharePort(old.get(entry.key), entry));
  const same = before.skipped === after.skipped &&
    before.servicePorts.length === servicePorts.length &&
    servicePorts.every((entry, i) => entry === before.servicePorts[i]);
  return same ? before : { ...after, servicePorts };
}

function sharePort(before: ServicePortView | undefined, after: ServicePortView): ServicePortView {
  if (before === undefined || before === after) return after;
  return keep(before, {
    ...after,
    frontends: keep(before.frontends, after.frontends),
    annotations: keep(before.annotations, after.annotations),
    endpoints: shareEndpoints(before.endpoints, after.endpoints),
  });
}

/** Both lists are sorted alike: most endpoints are where the one before was followed by them. */
function shareEndpoints(
  before: readonly EndpointView[],
  after: readonly EndpointView[],
): readonly EndpointView[] {
  let places: ReadonlyMap<string, number> | undefined;
  let place = 0;
  return after.map((each) => {
    const here = before[place];
    if (here === undefined || here.ip !== each.ip || here.port !== each.port) {
      places ??= new Map(before.map(({ ip, port }, i) => [addressOf(ip, port), i]));
      place = places.get(addressOf(each.ip, each.port)) ?? -1;
    }
    const old = before[place++];
    return old !== undefined && sameEndpoint(old, each) ? old : each;
  });
}

/** Field by field, because every endpoint of a changed Service passes here: `bench pipeline`. */
function sameEndpoint(a: EndpointView, b: EndpointView): boolean {
  return a.ip === b.ip && a.port === b.port && a.node === b.node && a.zone === b.zone &&
    a.local === b.local && a.ready === b.ready && a.serving === b.serving &&
    a.terminating === b.terminating && a.inCluster === b.inCluster && a.inLocal === b.inLocal &&
    a.internal === b.internal && a.external === b.external &&
    a.rules.internal === b.rules.internal && a.rules.external === b.rules.external;
}
