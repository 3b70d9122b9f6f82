/**
 * The listeners of one service, so that an endpoint's load counts through all of them: a pod that is
 * busy with clients of the node port is busy for those of the ClusterIP too.
 *
 * @module
 */
import type { BackendAddress } from "./backend_address.ts";
import type { EndpointSet } from "./endpoint_set.ts";

/** The endpoints of a service's listeners, one set for each. */
export type Siblings = ReadonlySet<EndpointSet>;

/** The listeners of all services, those of one protocol apart from those of the other. */
export class SiblingTable {
  readonly #services = new Map<string, Set<EndpointSet>>();

  /** A listener of the service has these endpoints; answers with those of all of its listeners. */
  join(service: string, endpoints: EndpointSet): Siblings {
    const siblings = this.#services.get(service) ?? new Set();
    this.#services.set(service, siblings);
    return siblings.add(endpoints);
  }

  /** A listener has left the service; connections that it still has count no more. */
  leave(service: string, endpoints: EndpointSet): void {
    const siblings = this.#services.get(service);
    siblings?.delete(endpoints);
    if (siblings?.size === 0) this.#services.delete(service);
  }

  /** How many services have listeners. */
  get size(): number {
    return this.#services.size;
  }
}

/** The connections that an endpoint has now, through whichever listener they came. */
export function loadOf(backend: BackendAddress, siblings: Siblings): number {
  if (siblings.size === 1) return backend.active;
  let load = 0;
  for (const endpoints of siblings) load += endpoints.get(backend.address)?.active ?? 0;
  return load;
}
