/**
 * Any endpoint, each as likely as another: the policy of kube-proxy's Linux backends.
 *
 * @module
 */
import type { BackendAddress } from "./backend_address.ts";
import { drawn, type Policy, type Tried, untried } from "./policy.ts";

/**
 * Any endpoint, each as likely as another.
 *
 * @param random Gives a number from 0 up to 1.
 */
export function randomChoice(random: () => number): Policy {
  let backends: readonly BackendAddress[] = [];
  return {
    pick(_client: string, except: Tried): BackendAddress | null {
      const any = drawn(backends, random);
      if (any === null || !except.has(any.address)) return any;
      return drawn(untried(backends, except), random);
    },
    replace(now: readonly BackendAddress[]): void {
      backends = now;
    },
  };
}
