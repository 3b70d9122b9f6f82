/**
 * The endpoints of one listener, through all changes: what is known of one that stays is kept, and
 * one that is gone is kept as long as connections to it live.
 *
 * @module
 */
import type { EndpointCounts } from "../data_path.ts";
import { type BackendAddress, backendAddress, countsOf } from "./backend_address.ts";

/** What has passed through a listener's endpoints. */
export interface EndpointTotals {
  /** The counts of each endpoint that may be used or has live connections, by `ip:port`. */
  readonly endpoints: Readonly<Record<string, EndpointCounts>>;
  /** Bytes from clients, to endpoints that are gone too. */
  readonly bytesIn: number;
  /** Bytes to clients, from endpoints that are gone too. */
  readonly bytesOut: number;
}

/** The endpoints of one listener. */
export class EndpointSet {
  readonly #known = new Map<string, BackendAddress>();
  #inUse: readonly BackendAddress[] = [];
  /** What passed through those that are forgotten. */
  readonly #forgotten = { bytesIn: 0, bytesOut: 0 };

  /** Those that new connections may go to, sorted by their text. */
  get inUse(): readonly BackendAddress[] {
    return this.#inUse;
  }

  /** What is known of an endpoint, as `ip:port`; `null` for nothing. */
  get(address: string): BackendAddress | null {
    return this.#known.get(address) ?? null;
  }

  /**
   * Makes these the endpoints.
   *
   * @param addresses Those that new connections may go to, as `ip:port`, sorted, each once.
   * @param lingering Those whose live connections may go on; `null` for all.
   */
  replace(addresses: readonly string[], lingering: readonly string[] | null): void {
    const mayGoOn = new Set(lingering);
    for (const backend of this.#known.values()) {
      backend.inUse = false;
      backend.removed = lingering !== null && !mayGoOn.has(backend.address);
    }
    this.#inUse = addresses.map((address) => {
      const backend = this.#known.get(address) ?? backendAddress(address);
      backend.inUse = true;
      backend.removed = false;
      this.#known.set(address, backend);
      return backend;
    });
    this.#forget();
  }

  /** A copy of all counts. */
  totals(): EndpointTotals {
    this.#forget();
    const endpoints: Record<string, EndpointCounts> = {};
    let { bytesIn, bytesOut } = this.#forgotten;
    for (const backend of this.#known.values()) {
      endpoints[backend.address] = countsOf(backend);
      bytesIn += backend.fromClients.bytes;
      bytesOut += backend.toClients.bytes;
    }
    return { endpoints, bytesIn, bytesOut };
  }

  /** Forgets the endpoints that are gone and idle. */
  #forget(): void {
    if (this.#known.size === this.#inUse.length) return;
    for (const backend of this.#known.values()) {
      if (backend.inUse || backend.active > 0) continue;
      this.#forgotten.bytesIn += backend.fromClients.bytes;
      this.#forgotten.bytesOut += backend.toClients.bytes;
      this.#known.delete(backend.address);
    }
  }
}
