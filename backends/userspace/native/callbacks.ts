/**
 * Runs the callbacks of listeners. What one of them throws is counted and reported, and costs no more
 * than the connection that it was about.
 *
 * @module
 */
import {
  type Client,
  type Closed,
  countCause,
  type Fault,
  type FaultSink,
  type OpenListener,
  type UnservedReason,
} from "./listener.ts";

/** Runs `allowed`; a fault is a refusal. */
export function isAllowed(listener: OpenListener, client: Client, faults: FaultSink): boolean {
  const { allowed } = listener.spec;
  if (allowed === undefined) return true;
  try {
    if (allowed(client)) return true;
    listener.counters.denied++;
  } catch (error) {
    fault(listener, "allowed", error, faults);
  }
  return false;
}

/** Runs `choose`; a fault is "none". */
export function chooseEndpoint(
  listener: OpenListener,
  client: Client,
  tried: readonly string[],
  faults: FaultSink,
): string | null {
  try {
    return listener.spec.choose(client, tried);
  } catch (error) {
    fault(listener, "choose", error, faults);
    return null;
  }
}

/** Counts a failed dial and tells of it. */
export function tellDialFailed(
  listener: OpenListener,
  endpoint: string,
  cause: string,
  faults: FaultSink,
): void {
  countCause(listener.counters.dialFailures, cause);
  try {
    listener.spec.onDialFailed?.(endpoint, cause);
  } catch (error) {
    fault(listener, "onDialFailed", error, faults);
  }
}

/** Tells that a client was led to an endpoint. */
export function tellOpened(
  listener: OpenListener,
  endpoint: string,
  client: Client,
  faults: FaultSink,
): void {
  try {
    listener.spec.onOpened?.(endpoint, client);
  } catch (error) {
    fault(listener, "onOpened", error, faults);
  }
}

/** Tells that a client was not led to any endpoint. */
export function tellUnserved(
  listener: OpenListener,
  client: Client,
  why: UnservedReason,
  faults: FaultSink,
): void {
  try {
    listener.spec.onUnserved?.(client, why);
  } catch (error) {
    fault(listener, "onUnserved", error, faults);
  }
}

/** Tells that a connection or a flow has ended. */
export function tellClosed(
  listener: OpenListener,
  endpoint: string,
  closed: Closed,
  client: Client | null,
  faults: FaultSink,
): void {
  try {
    listener.spec.onClosed?.(endpoint, closed, client);
  } catch (error) {
    fault(listener, "onClosed", error, faults);
  }
}

/** Counts a fault and reports it. */
export function fault(
  listener: OpenListener,
  callback: Fault["callback"],
  error: unknown,
  faults: FaultSink,
): void {
  listener.counters.faults++;
  faults({ key: listener.spec.key, callback, error });
}
