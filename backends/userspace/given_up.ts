/**
 * What a listener must let go of when it becomes another one. Pure.
 *
 * @module
 */
import { endpointsOf, type ListenerSpec } from "./spec.ts";

/**
 * The endpoints whose connections must not go on: for UDP those that may not be used any more, for TCP
 * those that are not known any more, if that is wished. Another service's are left alone.
 */
export function givenUp(before: ListenerSpec, now: ListenerSpec): readonly string[] {
  if (now.protocol === "UDP") {
    // One that some clients may use and others not any more is given up by all: the next datagram of
    // those that may leads there again, perhaps.
    const lists = [[before.backends, now.backends], [localOf(before), localOf(now)]] as const;
    const gone = lists.flatMap(([old, stay]) => without(old, stay));
    return [...new Set(gone)];
  }
  if (now.lingering === null || before.servicePort !== now.servicePort) return [];
  return without(
    [...endpointsOf(before), ...before.lingering ?? []],
    [...endpointsOf(now), ...now.lingering],
  );
}

function localOf({ backends, localClients }: ListenerSpec): readonly string[] {
  return localClients?.backends ?? backends;
}

function without(addresses: readonly string[], others: readonly string[]): readonly string[] {
  const rest = new Set(others);
  return addresses.filter((address) => !rest.has(address));
}
