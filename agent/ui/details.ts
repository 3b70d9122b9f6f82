/**
 * Everything about one service: the decisions with their rules, its listeners with their counts, the
 * platform's objects that serve it, its last operations. Pure.
 *
 * @module
 */
import type { EndpointCounts, ListenerStats, UserspaceStats } from "../../backends/mod.ts";
import { explain, type Explanation, frontendKey, type PipelineState } from "../../core/mod.ts";
import type { PlatformObject } from "./platform.ts";
import { serviceOf } from "./traffic.ts";

/** One listener of a service. */
export interface ListenerDetails {
  /** The kind of address. */
  readonly kind: ListenerStats["kind"];
  /** What makes it one of a kind: `TCP/10.96.0.10:80`. */
  readonly key: string;
  /** Connections that live now. */
  readonly active: number;
  /** Connections accepted. */
  readonly connections: number;
  /** Connections closed without having been proxied, and tries to reach endpoints that failed. */
  readonly failures: number;
  /** Bytes from clients. */
  readonly bytesIn: number;
  /** Bytes to clients. */
  readonly bytesOut: number;
}

/** What an endpoint has had, from all listeners. */
export interface EndpointTraffic {
  /** Connections that live now. */
  readonly active: number;
  /** Connections that it has taken. */
  readonly connections: number;
  /** Tries to reach it that failed. */
  readonly failures: number;
  /** Bytes from clients. */
  readonly bytesIn: number;
  /** Bytes to clients. */
  readonly bytesOut: number;
}

/** Everything about one service. */
export interface Details {
  /** The decisions with their rules. */
  readonly explanation: Explanation;
  /** Its listeners; none where this process carries no connections. */
  readonly listeners: readonly ListenerDetails[];
  /** What its endpoints have had, by `ip:port`. */
  readonly endpoints: Readonly<Record<string, EndpointTraffic>>;
  /** The platform's objects that serve it. */
  readonly objects: readonly PlatformObject[];
}

/** What is known besides the decisions. */
export interface DetailSources {
  /** What the listeners have counted; `null` where there are none. */
  readonly stats: UserspaceStats | null;
  /** The platform's objects for the frontends with these keys. */
  readonly objects: (frontends: readonly string[]) => readonly PlatformObject[];
}

/** Everything about a service; `null` if there is none of that name. */
export function detailsOf(
  state: PipelineState,
  service: string,
  { stats, objects }: DetailSources,
): Details | null {
  const explanation = explain(state, service);
  if (explanation === null) return null;
  const ports = state.view.services.get(service)?.servicePorts ?? [];
  const listeners = (stats?.listeners ?? []).filter((each) => serviceOf(each) === service);
  return {
    explanation,
    listeners: listeners.map(listenerDetails),
    endpoints: endpointTraffic(listeners),
    objects: objects(
      ports.flatMap((port) => port.frontends.map((frontend) => frontendKey(port, frontend))),
    ),
  };
}

function listenerDetails(listener: ListenerStats): ListenerDetails {
  const { kind, key, active, accepted, rejected, dialFailures, bytesIn, bytesOut } = listener;
  const failures = sum(rejected) + sum(dialFailures);
  return { kind, key, active, connections: accepted, failures, bytesIn, bytesOut };
}

function endpointTraffic(
  listeners: readonly ListenerStats[],
): Readonly<Record<string, EndpointTraffic>> {
  const traffic = new Map<string, EndpointTraffic>();
  for (const { endpoints } of listeners) {
    for (const [address, counts] of Object.entries(endpoints)) {
      traffic.set(address, added(traffic.get(address), counts));
    }
  }
  return Object.fromEntries(traffic);
}

const NO_TRAFFIC: EndpointTraffic = {
  active: 0,
  connections: 0,
  failures: 0,
  bytesIn: 0,
  bytesOut: 0,
};

function added(before: EndpointTraffic = NO_TRAFFIC, counts: EndpointCounts): EndpointTraffic {
  return {
    active: before.active + counts.active,
    connections: before.connections + counts.connections,
    failures: before.failures + sum(counts.dialFailures),
    bytesIn: before.bytesIn + counts.bytesIn,
    bytesOut: before.bytesOut + counts.bytesOut,
  };
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
