/**
 * When the changes began that a batch of events brings: the endpoint controller writes on each
 * EndpointSlice when its pods or its Service last changed. Pure.
 *
 * @module
 */
import type { ApiSnapshot, IpFamily } from "../../core/mod.ts";

/** The beginning of one change. */
export interface Trigger {
  /** The family of the slice. */
  readonly family: IpFamily;
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
}

/**
 * The beginnings of what changed from one snapshot to the next, by kube-proxy's rules: those of slices
 * that are new or changed and say so; what began before `since`, or is removed, does not count.
 */
export function triggersBetween(
  before: ApiSnapshot,
  after: ApiSnapshot,
  since: number,
): readonly Trigger[] {
  return after.slices.changesSince(before.slices).flatMap(({ after: slice }) => {
    if (slice === undefined || slice.addressType === "FQDN") return [];
    const at = Date.parse(slice.triggeredAt); // not a number where there is none
    return at > since ? [{ family: slice.addressType, at }] : [];
  });
}
