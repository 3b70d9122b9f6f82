/**
 * The KPNG server: the first Sync of one client and of many, what an idle client costs, how fast a
 * change reaches all. Server and clients are processes of their own, on loopback.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { linesOf } from "../cluster_side/orders.ts";
import type { Case, Prepared, Suite } from "../harness.ts";

/** The suite. */
export const kpng: Suite = {
  name: "kpng",
  title: "The KPNG server: first Sync, idle clients, changes, over gRPC on loopback",
  groups: ({ quick }) => {
    const services = quick ? 1000 : 10_000;
    return [
      () => firstSyncs(services, 1, { seconds: 2, megabytes: null }),
      () => firstSyncs(services, quick ? 10 : 50, { seconds: 15, megabytes: 1200 }),
      () => idleClients(quick ? 100 : 1000),
    ];
  },
};

/** A process that obeys a line and answers with a line. */
class Obedient implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;

  /** Starts a script of this benchmark. */
  constructor(script: string, ...args: readonly number[]) {
    this.#process = new Deno.Command("deno", {
      args: [
        "run",
        "--quiet",
        "--allow-net=127.0.0.1",
        fileURLToPath(new URL(`../kpng/${script}`, import.meta.url)),
        ...args.map(String),
      ],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#answers = linesOf(this.#process.stdout);
    this.#orders = this.#process.stdin.getWriter();
  }

  /** Gives an order. */
  async order(line: string): Promise<void> {
    await this.#orders.write(new TextEncoder().encode(`${line}\n`));
  }

  /** The numbers in the next line of its answer. */
  async numbers(): Promise<readonly number[]> {
    const { value, done } = await this.#answers.next();
    if (done) throw new Error("A process of the benchmark has ended early");
    return value.split(" ").map(Number).filter((each) => !Number.isNaN(each));
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
    await this.#orders.abort().catch(() => {}); // its reader is gone
    await this.#process.stdout.cancel().catch(() => {}); // it is locked while lines are read
  }
}

async function memoryOf(
  server: Obedient,
): Promise<{ readonly now: number; readonly most: number }> {
  await server.order("memory");
  const [now = NaN, most = NaN] = await server.numbers();
  return { now, most };
}

/** Each sample has a server of its own: nothing is encoded yet. */
function firstSyncs(
  services: number,
  count: number,
  most: { readonly seconds: number; readonly megabytes: number | null },
): readonly Case[] {
  const what = `${services} services × 10 endpoints to ${count} ${
    count === 1 ? "client" : "clients at once"
  }`;
  let peak = NaN;
  return [
    {
      name: `${what}: first Sync`,
      unit: "s",
      rounds: 3,
      target: { kind: "figure", atMost: most.seconds },
      sample: async () => {
        await using server = new Obedient("server.ts", services, 10);
        const [port = 0] = await server.numbers();
        await using clients = new Obedient("clients.ts", port, count);
        const [ms = NaN] = await clients.numbers();
        peak = (await memoryOf(server)).most;
        return [ms / 1000];
      },
    },
    {
      name: `${what}: most memory of the server (RSS)`,
      unit: "MB",
      rounds: 3,
      ...(most.megabytes === null ? {} : { target: { kind: "figure", atMost: most.megabytes } }),
      sample: () => [peak],
    },
  ];
}

async function idleClients(count: number): Promise<Prepared> {
  const server = new Obedient("server.ts", 1000, 5);
  const [port = 0] = await server.numbers();
  {
    await using one = new Obedient("clients.ts", port, 1);
    await one.numbers(); // what is shared is there from now on
  }
  const before = (await memoryOf(server)).now;
  const clients = new Obedient("clients.ts", port, count);
  await clients.numbers();
  const each = ((await memoryOf(server)).now - before) / count;
  const what = `${count} idle clients of 1000 services × 5 endpoints`;
  return {
    cases: [
      {
        name: `${what}: memory for each`,
        unit: "MB",
        rounds: 1,
        target: { kind: "figure", atMost: 1 },
        sample: () => [each],
      },
      {
        name: `${what}: one change reaches all`,
        unit: "ms",
        rounds: 10,
        target: { kind: "figure", atMost: 1000 },
        sample: async () => {
          await clients.order("ask");
          await clients.numbers(); // all have asked
          const start = performance.now();
          await server.order("change");
          await clients.numbers(); // all were told
          return [performance.now() - start];
        },
      },
    ],
    async [Symbol.asyncDispose]() {
      await clients[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
