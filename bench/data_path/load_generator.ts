/**
 * The load generator: servers in one worker, clients in others, all on the native data path's system
 * layer, so that nothing but Deno is needed and the generator is not what limits a measurement.
 *
 * @module
 */
import { openSys, selfTest } from "../../backends/userspace/native/mod.ts";
import { COUNT, type Counts, type Figures, type Load, newCounts } from "./load.ts";
import type { LoadAnswer, LoadOrder } from "./load_worker.ts";
import type { ServerOrder, ServerPorts } from "./server_worker.ts";

/** How many echoes there are: each port of each address has its own supply of client ports. */
export const ECHOES = 4;

/** Why loads cannot be generated here; `null` if they can. */
export function whyNoLoad(): string | null {
  try {
    using sys = openSys();
    const result = selfTest(sys);
    return result.ok ? null : result.why;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Puts loads on targets. */
export class LoadGenerator implements Disposable {
  /** Where the servers are. */
  readonly servers: ServerPorts;
  /** What they count. */
  readonly counts: Counts;
  /** Clients that have nothing to do. */
  readonly #idle: Worker[] = [];
  readonly #clients = new Set<Worker>();

  private constructor(servers: ServerPorts, counts: Counts) {
    this.servers = servers;
    this.counts = counts;
  }

  /** Starts the servers. */
  static async start(): Promise<LoadGenerator> {
    const server = workerOf("server_worker.ts");
    const counts = newCounts();
    const order: ServerOrder = { counts, echoes: ECHOES };
    const servers = await ask<ServerPorts>(server, order);
    return new LoadGenerator(servers, counts);
  }

  /** Puts a load on a target, beside others if they are under way. */
  async run(load: Load): Promise<Figures> {
    const client = this.#idle.pop() ?? this.#newClient();
    try {
      return await this.#order(client, load);
    } finally {
      this.#idle.push(client);
    }
  }

  /** Opens idle connections, and closes them when disposed of. */
  async hold(load: Load & { readonly kind: "idle" }): Promise<AsyncDisposable> {
    const client = this.#idle.pop() ?? this.#newClient();
    await this.#order(client, load);
    return {
      [Symbol.asyncDispose]: async () => {
        await this.#order(client, null);
        this.#idle.push(client);
      },
    };
  }

  /** Ends all workers. */
  [Symbol.dispose](): void {
    this.counts[COUNT.stop] = 1;
    for (const client of this.#clients) client.terminate();
  }

  async #order(client: Worker, load: Load | null): Promise<Figures> {
    const order: LoadOrder = { load, counts: this.counts };
    const answer = await ask<LoadAnswer>(client, order);
    if (answer.ok) return answer.figures;
    throw new Error(`Cannot measure ${load?.kind}: ${answer.why}`);
  }

  #newClient(): Worker {
    const client = workerOf("load_worker.ts");
    this.#clients.add(client);
    return client;
  }
}

function workerOf(file: string): Worker {
  return new Worker(new URL(file, import.meta.url), { type: "module", name: file });
}

/** Sends a message, and waits for the one that answers it. */
export function ask<Answer>(worker: Worker, order: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    worker.postMessage(order);
  });
}
