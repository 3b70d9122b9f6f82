/**
 * From changes of the view to operations on listeners and addresses. Pure, and as cheap as the
 * change is small.
 *
 * @module
 */
import { type Change, PersistentMap, type ServicePortView } from "../../core/mod.ts";
import type { Plan } from "../backend.ts";
import { compareClaims, type ListenerOptions, listenersOf } from "./listeners.ts";
import type { NodeAddresses } from "./node_addresses.ts";
import { notesOn } from "./plan_notes.ts";
import {
  addressKey,
  isWildcard,
  type ListenerSpec,
  sameBackends,
  sameLingering,
  sameListener,
  type UserspaceOp,
} from "./spec.ts";

/** What the backend was asked for so far. */
export interface UserspaceState {
  /**
   * By listener key, who wants the socket. The first one has it; the others get it when that one
   * goes. The view gives a frontend to one service port only, but a node port on one address may
   * still be another's external IP and port.
   */
  readonly claims: PersistentMap<readonly ListenerSpec[]>;
  /** How many listeners need each managed address. */
  readonly addresses: PersistentMap<number>;
  /** By key, the service ports of whose listeners some may hang on the node's addresses. */
  readonly onNode: PersistentMap<ServicePortView>;
  /** The addresses of the node that it was asked for with; `null`: those that the planner has. */
  readonly node: NodeAddresses | null;
}

/** The state before anything was planned. */
export const INITIAL_STATE: UserspaceState = {
  claims: PersistentMap.empty(),
  addresses: PersistentMap.empty(),
  onNode: PersistentMap.empty(),
  node: null,
};

/** What the planner must know of the node. */
export interface PlannerOptions extends ListenerOptions {
  /** Whether to put service addresses on an interface. */
  readonly manageAddresses: boolean;
}

/** One socket whose holder came, changed or went. */
interface Transition {
  readonly before: ListenerSpec | null;
  readonly now: ListenerSpec | null;
}

/**
 * Plans the operations for some changes. In the order of the answer each may be carried out by
 * itself: what goes makes room first, addresses come before their listeners and go after them.
 */
export function planChanges(
  changes: readonly Change[],
  state: UserspaceState,
  options: PlannerOptions,
): Plan<UserspaceOp, UserspaceState> {
  const now = { ...options, ...state.node };
  let { onNode } = state;
  for (const change of changes) {
    const [, entry] = sidesOf(change);
    const hangs = entry !== null && entry.frontends.some(({ kind }) => kind !== "ClusterIP");
    onNode = onNode.put(change.key, hangs ? entry : undefined);
  }
  return planMoves(changes, { ...state, onNode }, now, now);
}

/** Plans the operations for other addresses of the node, where the services stay what they are. */
export function planForNode(
  node: NodeAddresses,
  state: UserspaceState,
  options: PlannerOptions,
): Plan<UserspaceOp, UserspaceState> {
  const stays = Array.from(
    state.onNode,
    ([key, entry]): Change => ({ type: "update", key, before: entry, now: entry }),
  );
  const before = { ...options, ...state.node };
  return planMoves(stays, { ...state, node }, before, { ...options, ...node });
}

function planMoves(
  changes: readonly Change[],
  state: UserspaceState,
  before: PlannerOptions,
  options: PlannerOptions,
): Plan<UserspaceOp, UserspaceState> {
  const { claims, transitions } = moveClaims(changes, state.claims, before, options);
  const closes = transitions.flatMap(({ before, now }) =>
    before !== null && now === null ? [before] : []
  );
  const needs = options.manageAddresses
    ? countAddresses(transitions, state.addresses)
    : { addresses: state.addresses, assign: [], release: [] };
  const closesByPort = Map.groupBy(closes, portOf);
  const closesByIp = Map.groupBy(closes, (listener) => listener.ip);
  const opens: UserspaceOp[] = [];
  const updates: UserspaceOp[] = [];
  for (const { before, now } of transitions) {
    if (now === null) continue;
    const after = options.manageAddresses && now.kind !== "NodePort" ? [addressKey(now.ip)] : [];
    if (before !== null) {
      updates.push(updateOp(before, now, after));
    } else {
      const inTheWay = (closesByPort.get(portOf(now)) ?? []).filter((it) => collide(it, now));
      opens.push(openOp(now, [...after, ...inTheWay.map((listener) => listener.key)]));
    }
  }
  const ops = [
    ...notesOn(changes, options.balancing),
    ...closes.map(closeOp),
    ...needs.assign.map((ip) => addressOp("assign-address", ip, [])),
    ...opens,
    ...updates,
    ...needs.release.map((ip) =>
      addressOp("release-address", ip, (closesByIp.get(ip) ?? []).map((listener) => listener.key))
    ),
  ];
  return { ops, state: { ...state, claims, addresses: needs.addresses } };
}

/** Moves the claims of the changed service ports, and tells which sockets changed hands or shape. */
function moveClaims(
  changes: readonly Change[],
  before: UserspaceState["claims"],
  optionsBefore: ListenerOptions,
  options: ListenerOptions,
): { readonly claims: UserspaceState["claims"]; readonly transitions: readonly Transition[] } {
  const touched = new Map<string, readonly ListenerSpec[]>();
  const claimsOn = (key: string) => touched.get(key) ?? before.get(key) ?? [];
  for (const change of changes) {
    const [was, now] = sidesOf(change);
    for (const { key, servicePort } of was === null ? [] : listenersOf(was, optionsBefore)) {
      touched.set(key, claimsOn(key).filter((claim) => claim.servicePort !== servicePort));
    }
    for (const claim of now === null ? [] : listenersOf(now, options)) {
      touched.set(claim.key, [...claimsOn(claim.key), claim].sort(compareClaims));
    }
  }
  let claims = before;
  const transitions: Transition[] = [];
  for (const [key, list] of touched) {
    const old = before.get(key) ?? [];
    if (sameClaims(old, list)) continue;
    claims = claims.put(key, list.length === 0 ? undefined : list);
    const transition = { before: old[0] ?? null, now: list[0] ?? null };
    if (!isStill(transition)) transitions.push(transition);
  }
  return { claims, transitions };
}

function sidesOf(change: Change): readonly [ServicePortView | null, ServicePortView | null] {
  switch (change.type) {
    case "add":
      return [null, change.now];
    case "update":
      return [change.before, change.now];
    case "remove":
      return [change.before, null];
  }
}

function sameClaims(a: readonly ListenerSpec[], b: readonly ListenerSpec[]): boolean {
  return a.length === b.length && a.every((claim, index) => {
    const other = b[index];
    return other !== undefined && sameListener(claim, other);
  });
}

function isStill({ before, now }: Transition): boolean {
  return before === null || now === null ? before === now : sameListener(before, now);
}

/** Counts the listeners on each address; the first one needs it assigned, the last one released. */
function countAddresses(
  transitions: readonly Transition[],
  before: UserspaceState["addresses"],
): {
  readonly addresses: UserspaceState["addresses"];
  readonly assign: readonly string[];
  readonly release: readonly string[];
} {
  const difference = new Map<string, number>();
  const add = (listener: ListenerSpec | null, by: number) => {
    if (listener === null || listener.kind === "NodePort") return;
    difference.set(listener.ip, (difference.get(listener.ip) ?? 0) + by);
  };
  for (const { before, now } of transitions) {
    add(before, -1);
    add(now, 1);
  }
  let addresses = before;
  const assign: string[] = [];
  const release: string[] = [];
  for (const [ip, by] of difference) {
    const old = before.get(ip) ?? 0;
    addresses = addresses.put(ip, old + by || undefined);
    if (old === 0 && by > 0) assign.push(ip);
    if (old > 0 && old + by === 0) release.push(ip);
  }
  return { addresses, assign, release };
}

function portOf({ protocol, port }: ListenerSpec): string {
  return `${protocol}/${port}`;
}

/** A socket on all addresses and one on a single address cannot share a port: first out, then in. */
function collide(a: ListenerSpec, b: ListenerSpec): boolean {
  return isWildcard(a.ip) || isWildcard(b.ip);
}

function openOp(listener: ListenerSpec, after: readonly string[]): UserspaceOp {
  const { key, servicePort, kind } = listener;
  return { op: "open", key, after, because: `${kind} of ${servicePort}`, listener };
}

function updateOp(
  before: ListenerSpec,
  listener: ListenerSpec,
  after: readonly string[],
): UserspaceOp {
  return { op: "update", key: listener.key, after, because: whyUpdate(before, listener), listener };
}

function whyUpdate(before: ListenerSpec, now: ListenerSpec): string {
  if (before.servicePort !== now.servicePort) {
    return `passes from ${before.servicePort} to ${now.servicePort}`;
  }
  if (!sameBackends(before, now)) {
    return `endpoints of ${now.servicePort}: ${before.backends.length} → ${now.backends.length}`;
  }
  if (!sameLingering(before, now)) return `endpoints of ${now.servicePort} that it does not use`;
  return `settings of ${now.servicePort}`;
}

function closeOp({ key, kind, servicePort }: ListenerSpec): UserspaceOp {
  return { op: "close", key, after: [], because: `${kind} of ${servicePort} is gone` };
}

function addressOp(
  op: "assign-address" | "release-address",
  ip: string,
  after: readonly string[],
): UserspaceOp {
  const because = op === "assign-address" ? "first listener on it" : "no listener is left on it";
  return { op, key: addressKey(ip), after, because, ip };
}
