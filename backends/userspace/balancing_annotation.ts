/**
 * The annotation by which a service chooses its balancing policy. Pure.
 *
 * @module
 */
import type { ServicePortView } from "../../core/mod.ts";
import { BALANCING_POLICIES, type BalancingPolicy } from "./spec.ts";

/** The annotation of a Service that names its balancing policy. */
export const BALANCING_ANNOTATION = "windlass.dev/balancing";

/** What the annotation comes to. */
export interface Balancing {
  /** The policy; `null` if the service names none, or one that there is not. */
  readonly policy: BalancingPolicy | null;
  /** What is wrong with the annotation; `null` if nothing is. */
  readonly finding: string | null;
}

/** Reads the annotation. Blanks around the name do not matter, nor does its case. */
export function balancingOf({ annotations }: Pick<ServicePortView, "annotations">): Balancing {
  const given = annotations[BALANCING_ANNOTATION];
  if (given === undefined) return { policy: null, finding: null };
  const name = given.trim().toLowerCase();
  const policy = BALANCING_POLICIES.find((each) => each === name) ?? null;
  if (policy !== null) return { policy, finding: null };
  const known = BALANCING_POLICIES.join(", ");
  return { policy, finding: `"${given}" is no balancing policy; there are ${known}` };
}
