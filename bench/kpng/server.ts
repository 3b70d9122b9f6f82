/**
 * The KPNG server of the benchmark, in a process of its own so that its memory is its own:
 * `server.ts SERVICES ENDPOINTS`. Prints its port; then, for each line on standard input, `change` turns
 * one endpoint over and `memory` prints the memory in use and the most that was, in MB.
 *
 * @module
 */
import { type ApiSnapshot, applyEvents, EMPTY_SNAPSHOT, SILENT } from "../../core/mod.ts";
import { NO_TLS, startKpngServer } from "../../proto/mod.ts";
import { linesOf } from "../cluster_side/orders.ts";
import { clusterJson, flipped, listsOf } from "../cluster.ts";

const NOTHING = { labels: () => false, annotations: () => false };

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

const [services = 0, endpoints = 0] = Deno.args.map(Number);
let snapshot: ApiSnapshot = applyEvents(
  EMPTY_SNAPSHOT,
  listsOf(clusterJson({ services, endpoints })),
);
const server = await startKpngServer({
  listen: { network: "tcp", host: "127.0.0.1", port: 0 },
  tls: NO_TLS,
  insecureListenAny: false,
  localApi: true,
  globalApi: true,
  kept: { services: NOTHING, nodes: NOTHING },
  log: SILENT,
});
server.put(snapshot);
const megabytes = () => Deno.memoryUsage().rss / 1e6;
let peak = 0;
setInterval(() => peak = Math.max(peak, megabytes()), 20);
say(String(server.address.network === "tcp" ? server.address.port : 0));

let changes = 0;
for await (const order of linesOf(Deno.stdin.readable)) {
  if (order === "memory") say(`${megabytes()} ${Math.max(peak, megabytes())}`);
  if (order !== "change") continue;
  const slices = [...snapshot.slices.values()];
  const slice = slices[changes++ % slices.length];
  if (slice === undefined) continue;
  snapshot = applyEvents(snapshot, [{ type: "upsert", object: flipped(slice, 0) }]);
  server.put(snapshot);
}
Deno.exit(0);
