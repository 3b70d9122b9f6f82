/**
 * The API server of the cluster-side benchmark, in a process of its own: says where it is on standard
 * output, and obeys one order a line on standard input. Needs `net` on loopback.
 *
 *     deno run --allow-net=127.0.0.1 bench/cluster_side/server.ts SERVICES ENDPOINTS
 *
 * @module
 */
import { startApiServer } from "../../agent/simulate/api/api_server.ts";
import { isObject, type Json, type JsonObject } from "../../agent/simulate/api/json.ts";
import { SILENT, unreachable } from "../../core/mod.ts";
import { clusterJson } from "../cluster.ts";
import { type Answer, clock, linesOf, type Order, readOrder } from "./orders.ts";

const [services = 10, endpoints = 10] = Deno.args.map(Number);
const server = await startApiServer({ now: () => Date.now(), log: SILENT });

/** The slices as they are now, by the number of their Service. */
const slices: JsonObject[] = [];
/** How many changes there were. */
let changes = 0;

fill();
tell({ url: server.url });
for await (const line of linesOf(Deno.stdin.readable)) {
  tell(await obey(readOrder(line)));
}
await server.close();

function fill(): void {
  const namespaces = new Set<string>();
  for (const object of clusterJson({ services, endpoints })) {
    const json: Json = JSON.parse(JSON.stringify(object));
    if (!isObject(json)) throw new TypeError("A cluster is made of objects");
    const { namespace } = isObject(json["metadata"]) ? json["metadata"] : {};
    if (typeof namespace === "string" && !namespaces.has(namespace)) {
      server.store.create({ kind: "Namespace", metadata: { name: namespace } });
      namespaces.add(namespace);
    }
    const made = server.store.create(json);
    if (json["kind"] === "EndpointSlice") slices.push(made);
  }
}

async function obey(order: Order): Promise<Answer> {
  switch (order.order) {
    case "change": {
      const sentAt = clock();
      return { sentAt, stalledMs: 0, changed: [change()] };
    }
    case "storm":
      return await storm(order);
    default:
      return unreachable(order);
  }
}

/** So many changes a second, evenly, whatever time each takes. */
async function storm({ perSecond, seconds }: Extract<Order, { order: "storm" }>): Promise<Answer> {
  const sentAt = clock();
  const changed = new Map<number, Answer["changed"][number]>();
  const count = perSecond * seconds;
  let stalledMs = 0;
  let turnedAt = sentAt;
  for (let made = 0; made < count;) {
    const now = clock();
    stalledMs = Math.max(stalledMs, now - turnedAt);
    turnedAt = now;
    const due = Math.min(count, Math.floor(perSecond * (now - sentAt) / 1000));
    for (; made < due; made++) {
      const one = change();
      changed.set(one.service, one);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return { sentAt, stalledMs, changed: [...changed.values()] };
}

/** Turns one endpoint's readiness over, of one Service after the other. */
function change(): Answer["changed"][number] {
  const service = changes % slices.length;
  const round = Math.floor(changes++ / slices.length);
  const slice = slices[service];
  const list = slice?.["endpoints"];
  if (slice === undefined || !Array.isArray(list)) throw new Error("There is no slice to change");
  const turned = list.map((endpoint: Json, i) => {
    if (i !== round % list.length || !isObject(endpoint)) return endpoint;
    const ready = !isReady(endpoint);
    return { ...endpoint, conditions: { ready, serving: ready, terminating: false } };
  });
  // What the store gives back is sealed, so that the next change costs only what it changes.
  slices[service] = server.store.update({ ...slice, endpoints: turned });
  return {
    service,
    ready: turned.filter((endpoint) => isObject(endpoint) && isReady(endpoint)).length,
  };
}

function isReady({ conditions }: JsonObject): boolean {
  return isObject(conditions) && conditions["ready"] === true;
}

function tell(answer: object): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(answer)}\n`));
}
