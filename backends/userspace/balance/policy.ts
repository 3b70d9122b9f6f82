/**
 * The contract of a balancing policy: which of its endpoints a connection goes to. Policies know no
 * clock and no platform; chance comes in as a function, load as a count on each endpoint.
 *
 * @module
 */
import type { BackendAddress } from "./backend_address.ts";

/** Endpoints, as `ip:port`, that a connection has tried in vain. */
export type Tried = Pick<ReadonlySet<string>, "has">;

/** Nobody was tried yet. */
export const NOBODY: Tried = new Set<string>();

/** How much an endpoint has to do: its connections now. Never below 0. */
export type Load = (backend: BackendAddress) => number;

/** Chooses endpoints. Live connections are not its business. */
export interface Policy {
  /**
   * The endpoint for a client's next connection, or `null` if there is none.
   *
   * @param client The client's IP.
   * @param except The endpoints that it must not be.
   */
  pick(client: string, except: Tried): BackendAddress | null;
  /** Makes these the endpoints. */
  replace(backends: readonly BackendAddress[]): void;
}

/** The endpoints that were not tried yet. Only looked for after a failure, so it may cost. */
export function untried(
  backends: readonly BackendAddress[],
  except: Tried,
): readonly BackendAddress[] {
  return backends.filter(({ address }) => !except.has(address));
}

/** One of a list by a number from 0 up to 1; `null` if the list is empty. */
export function drawn(
  backends: readonly BackendAddress[],
  random: () => number,
): BackendAddress | null {
  return backends[Math.floor(random() * backends.length)] ?? null;
}
