/**
 * What is measured of requests to the API server: how many, how long, watches and lists by resource.
 * At verbosity 6 each is a line of the log, as with client-go.
 *
 * @module
 */
import type { Kind, Logger, PipelineEvent } from "../../core/mod.ts";
import type { KubeConnection } from "../../proto/mod.ts";
import type { Registry } from "./registry.ts";

/** What the measuring of requests needs. */
export interface ClientMetricsOptions {
  /** Where the figures go. */
  readonly registry: Registry;
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
  /** Where requests are told. */
  readonly log: Logger;
}

/** What is asked of the API server. */
export interface AskedFor {
  /** The method. */
  readonly method: string;
  /** The server's URL, without a slash at its end. */
  readonly server: string;
  /** The path with its query. */
  readonly path: string;
}

const RESOURCE_OF: Readonly<Record<Kind, string>> = {
  Service: "services",
  EndpointSlice: "endpointslices",
  Node: "nodes",
};

/** Measures requests to the API server. */
export class ClientMetrics {
  readonly #registry: Registry;
  readonly #now: () => number;
  readonly #log: Logger;
  /** When the list of each resource that is under way was begun. */
  readonly #lists = new Map<string, number>();

  /** Begins to measure. */
  constructor({ registry, now, log }: ClientMetricsOptions) {
    this.#registry = registry;
    this.#log = log;
    this.#now = now;
  }

  /** The connection, with each of its requests measured. */
  connection<Connection extends KubeConnection>(connection: Connection): Connection {
    const { server } = connection;
    return {
      ...connection,
      get: async (path: string, signal: AbortSignal) => {
        this.#asked(path);
        const asked = { method: "GET", server, path };
        return await this.measured(asked, () => connection.get(path, signal));
      },
    };
  }

  /** Measures one request until the head of its answer is there. */
  async measured<Answer extends { readonly status: number }>(
    { method, server, path }: AskedFor,
    send: () => Promise<Answer>,
  ): Promise<Answer> {
    const { host } = new URL(server);
    const startedAt = this.#now();
    let code = "<error>"; // as client-go has it
    try {
      const answer = await send();
      code = String(answer.status);
      return answer;
    } finally {
      this.#registry.add("rest_client_requests_total", { code, method, host });
      const ms = this.#now() - startedAt;
      const labels = { verb: method, host };
      this.#registry.observe("rest_client_request_duration_seconds", labels, ms / 1000);
      const fields = { verb: method, url: server + path, status: code };
      this.#log.v(6)?.info("Response", { ...fields, milliseconds: Math.round(ms) });
    }
  }

  /** The source has something to say; a complete list is the end of one. */
  heard(events: readonly PipelineEvent[]): void {
    for (const event of events) {
      if (event.type !== "list") continue;
      const resource = RESOURCE_OF[event.kind];
      const startedAt = this.#lists.get(resource);
      if (startedAt === undefined) continue;
      this.#lists.delete(resource);
      const seconds = (this.#now() - startedAt) / 1000;
      this.#registry.observe("windlass_list_duration_seconds", { resource }, seconds);
    }
  }

  /** A list begins with its first page, or with a watch that gives the present state first. */
  #asked(path: string): void {
    const url = new URL(path, "http://server");
    const resource = url.pathname.split("/").findLast((part) =>
      Object.values(RESOURCE_OF).includes(part)
    );
    if (resource === undefined) return;
    const watch = url.searchParams.get("watch") === "true";
    const streamed = url.searchParams.get("sendInitialEvents") === "true";
    if (watch) this.#registry.add("windlass_watches_total", { resource });
    if ((!watch && !url.searchParams.has("continue")) || streamed) {
      this.#lists.set(resource, this.#now());
    }
  }
}
