/**
 * A listener that lives in a worker.
 *
 * @module
 */
import type { Listener } from "../data_path.ts";
import type { ListenerSpec } from "../spec.ts";
import { WorkerGone } from "./link.ts";
import type { Shard } from "./shard.ts";

/** A listener that lives in a worker, and in its successors. */
export class RemoteListener implements Listener {
  /** The number by which the worker knows it. */
  readonly number: number;
  /** Whether the worker that is up knows it. */
  isThere = false;
  readonly #shard: Pick<Shard, "ask" | "cut">;
  readonly #ended = Promise.withResolvers<void>();
  #spec: ListenerSpec;
  #isOpen = true;

  /** Speaks of a listener that the worker has opened. */
  constructor(number: number, spec: ListenerSpec, shard: Pick<Shard, "ask" | "cut">) {
    this.number = number;
    this.#spec = spec;
    this.#shard = shard;
  }

  /** What it is. */
  get spec(): ListenerSpec {
    return this.#spec;
  }

  /** Whether a successor of the worker has to open it again. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Resolves when it is stopped and its last connection has come to its end. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Makes it this from now on. */
  async update(spec: ListenerSpec): Promise<void> {
    this.#spec = spec;
    const type = this.isThere ? "update" : "open";
    await this.#shard.ask({ type, listener: this.number, spec });
    this.isThere = true;
  }

  /** Stops accepting; resolves when the address is free again. */
  stop(): Promise<void> {
    return this.#end("stop");
  }

  /** Stops accepting, at the end of all. */
  drain(): Promise<void> {
    return this.#end("drain");
  }

  /** Closes the live connections. */
  cut(): void {
    this.#shard.cut(this.number);
  }

  /** It has come to its end, or its worker has. */
  over(): void {
    this.#isOpen = false;
    this.#ended.resolve();
  }

  async #end(type: "stop" | "drain"): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      if (this.isThere) await this.#shard.ask({ type, listener: this.number });
      else this.over();
    } catch (error) {
      if (!(error instanceof WorkerGone)) throw error;
      this.over(); // its sockets went with the worker
    }
  }
}
