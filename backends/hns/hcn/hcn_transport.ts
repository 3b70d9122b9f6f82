/**
 * The transport over whatever calls the functions of computenetwork.dll: HCN documents become JSON
 * texts and back, failures become errors with a name. A list is one call for the ids and one for each
 * object, some of them at a time.
 *
 * @module
 */
import PQueue from "p-queue";
import type { HostComputeLoadBalancer } from "../documents.ts";
import { SCHEMA_VERSION } from "../documents.ts";
import type { HnsVersion } from "../features.ts";
import { HnsError } from "../hns_error.ts";
import type { HnsCreation, HnsEvent, HnsKind, HnsTransport } from "../transport.ts";
import { idsOf, jsonOf, outputOf, versionOf } from "./answers.ts";
import type { HcnAnswer, HcnApi, HcnCall } from "./calls.ts";

/** Asks for all, in schema 2, without details. */
const QUERY = JSON.stringify({ SchemaVersion: SCHEMA_VERSION, Flags: 0 });

/** Makes a transport. It closes the caller of the functions. */
export function hcnTransport(api: HcnApi): HnsTransport {
  return new HcnTransport(api);
}

class HcnTransport implements HnsTransport {
  readonly name: string;
  readonly #api: HcnApi;
  readonly #queue: PQueue;

  constructor(api: HcnApi) {
    this.name = api.name;
    this.#api = api;
    this.#queue = new PQueue({ concurrency: api.concurrency });
  }

  async version(signal: AbortSignal): Promise<HnsVersion> {
    const call = { op: "hns", method: "GET", path: "/globals/version", request: "" } as const;
    return versionOf(await this.#call(call, signal), "ask HNS for its version");
  }

  async list(kind: HnsKind, signal: AbortSignal): Promise<readonly unknown[]> {
    const doing = `list ${WORDS[kind]}s`;
    const ids = idsOf(await this.#call({ op: "enumerate", kind, query: QUERY }, signal), doing);
    // Once one has failed, the list has: what still waits is not asked any more, what is under way
    // ends first.
    const stop = new AbortController();
    const asked = ids.map(async (id) => {
      try {
        return await this.#getIfThere(kind, id, signal, stop.signal);
      } catch (error) {
        stop.abort(error);
        throw error;
      }
    });
    await Promise.allSettled(asked);
    stop.signal.throwIfAborted();
    return (await Promise.all(asked)).flat();
  }

  get(kind: HnsKind, id: string, signal: AbortSignal): Promise<unknown> {
    return this.#get(kind, id, signal, signal);
  }

  async create(creation: HnsCreation, signal: AbortSignal): Promise<unknown> {
    const { kind, id, document } = creation;
    const settings = JSON.stringify(document);
    const call: HcnCall = creation.kind === "endpoint"
      ? { op: "create-endpoint", networkId: creation.networkId, id, settings, query: QUERY }
      : { op: "create-load-balancer", id, settings, query: QUERY };
    return jsonOf(await this.#call(call, signal), `create ${WORDS[kind]} ${id}`);
  }

  async modifyLoadBalancer(
    id: string,
    document: HostComputeLoadBalancer,
    signal: AbortSignal,
  ): Promise<void> {
    const settings = JSON.stringify(document);
    const answer = await this.#call({ op: "modify-load-balancer", id, settings }, signal);
    outputOf(answer, `modify load balancer ${id}`);
  }

  async delete(
    kind: "endpoint" | "load-balancer",
    id: string,
    signal: AbortSignal,
  ): Promise<void> {
    outputOf(await this.#call({ op: "delete", kind, id }, signal), `delete ${WORDS[kind]} ${id}`);
  }

  watch(listener: (event: HnsEvent) => void): () => void {
    return this.#api.watch(listener);
  }

  async close(): Promise<void> {
    await this.#api.close();
  }

  async #get(
    kind: HnsKind,
    id: string,
    signal: AbortSignal,
    stop: AbortSignal,
  ): Promise<unknown> {
    const answer = await this.#call({ op: "query", kind, id, query: QUERY }, signal, stop);
    return jsonOf(answer, `get ${WORDS[kind]} ${id}`);
  }

  /** The document in a list of its own; none for an object that went away since it was listed. */
  async #getIfThere(
    kind: HnsKind,
    id: string,
    signal: AbortSignal,
    stop: AbortSignal,
  ): Promise<readonly unknown[]> {
    try {
      return [await this.#get(kind, id, signal, stop)];
    } catch (error) {
      if (error instanceof HnsError && error.class === "not-found") return [];
      throw error;
    }
  }

  /**
   * Calls when there is room.
   *
   * @param signal Lets the caller go at once; a call that is under way ends by itself.
   * @param stop Keeps a call that still waits from being made.
   */
  #call(call: HcnCall, signal: AbortSignal, stop = signal): Promise<HcnAnswer> {
    const answer = this.#queue.add(() => {
      stop.throwIfAborted();
      signal.throwIfAborted();
      return this.#api.call(call);
    });
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    return Promise.race([answer, aborted]).finally(() =>
      signal.removeEventListener("abort", abort)
    );
  }
}

const WORDS: Readonly<Record<HnsKind, string>> = {
  "network": "network",
  "endpoint": "endpoint",
  "load-balancer": "load balancer",
};
