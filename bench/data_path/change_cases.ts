/**
 * How long a change of one endpoint takes to reach traffic: from the event of the source until a new
 * connection comes to the new endpoint, with no rest between syncs.
 *
 * @module
 */
import { startAgent } from "../../agent/mod.ts";
import { userspaceBackend } from "../../backends/mod.ts";
import { type ClusterEvent, type EndpointSlice, SILENT } from "../../core/mod.ts";
import type { Source, SourceSink } from "../../proto/mod.ts";
import { clusterJson, listsOf } from "../cluster.ts";
import type { GroupOptions, Prepared } from "../harness.ts";

/** The first octets of the Services' addresses: loopback, so that all can be listened on. */
const SERVICE_NET = "127.48";

/** The address of the first Service. */
const FIRST_SERVICE = { hostname: `${SERVICE_NET}.0.0`, port: 80 };

/** How long a change may take until the benchmark gives up. */
const PATIENCE_MS = 5000;

const MOST_MS = 5;

/** An endpoint that says its name to whoever connects. */
class Endpoint implements AsyncDisposable {
  readonly listener: Deno.TcpListener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #served: Promise<void>;

  constructor(name: number) {
    this.#served = this.#serve(Uint8Array.of(name));
  }

  async #serve(name: Uint8Array): Promise<void> {
    for await (using connection of this.listener) {
      await connection.write(name);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.listener.close();
    await this.#served;
  }
}

/** Makes the case. */
export async function changes({ quick }: GroupOptions): Promise<Prepared> {
  const services = quick ? 100 : 1000;
  const things = new AsyncDisposableStack();
  const ports = [1, 2].map((name) => things.use(new Endpoint(name)).listener.addr.port);
  const lists = listsOf(clusterJson({ services, endpoints: 1, serviceNet: SERVICE_NET }));
  const slice = sliceOf(lists);
  const sink = Promise.withResolvers<SourceSink>();
  const source: Source = {
    name: "bench",
    run: (to, signal) => {
      sink.resolve(to);
      return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
    },
  };
  const agent = startAgent({
    source,
    backend: userspaceBackend(),
    nodeName: "bench",
    minSyncPeriodMs: 0,
    log: SILENT,
  });
  things.defer(() => agent.stop(AbortSignal.abort()));
  const { events } = await sink.promise;
  events(lists);
  await agent.firstSync;
  let name = 0;
  const flip = async () => {
    name = name === 1 ? 2 : 1;
    const startedAt = performance.now();
    events([{ type: "upsert", object: leadingTo(slice, ports[name - 1] ?? 0) }]);
    while (await answerer() !== name) {
      if (performance.now() > startedAt + PATIENCE_MS) {
        throw new Error(`A changed endpoint was not used within ${PATIENCE_MS} ms`);
      }
    }
    return performance.now() - startedAt;
  };
  await flip();
  return {
    cases: [{
      name: `one endpoint of ${services} Services changes, until traffic follows: windlass deno`,
      unit: "ms",
      target: { kind: "figure", atMost: MOST_MS },
      sample: async () => {
        const samples: number[] = [];
        for (let i = 0; i < 5; i++) samples.push(await flip());
        return samples;
      },
    }],
    [Symbol.asyncDispose]: () => things.disposeAsync(),
  };
}

/** Who answers a new connection; `null`: nobody. */
async function answerer(): Promise<number | null> {
  using connection = await Deno.connect(FIRST_SERVICE);
  const name = new Uint8Array(1);
  try {
    return await connection.read(name) === 1 ? name[0] ?? null : null;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionReset) return null;
    throw error;
  }
}

/** The first Service's slice. */
function sliceOf(lists: readonly ClusterEvent[]): EndpointSlice {
  for (const event of lists) {
    const [first] = event.type === "list" ? event.objects : [];
    if (first?.kind === "EndpointSlice") return first;
  }
  throw new Error("The cluster has no slices");
}

/** The slice with its one endpoint on this machine. */
function leadingTo(slice: EndpointSlice, port: number): EndpointSlice {
  return {
    ...slice,
    ports: slice.ports.map((each) => ({ ...each, port })),
    endpoints: slice.endpoints.map((each) => ({ ...each, addresses: ["127.0.0.1"] })),
  };
}
