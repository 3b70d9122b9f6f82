import assert from "node:assert/strict";
import { type EndpointSlice, readObject, SILENT } from "../../core/mod.ts";
import { takeAddressBlock } from "./address_block.ts";
import { type ApiServer, startApiServer } from "./api/api_server.ts";
import { ClientConnection } from "./client.ts";
import { type Clock, realClock } from "./clock.ts";
import { Cluster } from "./cluster.ts";
import { describeHappening } from "./happenings.ts";
import { Ledger } from "./ledger.ts";
import { isReady, type SimService } from "./model.ts";
import { seededRandom } from "./random.ts";

interface Scene extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly api: ApiServer;
  readonly ledger: Ledger;
  readonly said: readonly string[];
  readonly signal: AbortSignal;
}

/** A clock on which nobody waits: what takes time in a cluster is over at once. */
const HASTY: Clock = { ...realClock(), sleep: () => Promise.resolve() };

async function open(
  size: { readonly services: number; readonly podsPerService: number; readonly nodes: number },
  clock = HASTY,
): Promise<Scene> {
  const api = await startApiServer({ now: () => clock.wall(), log: SILENT });
  const random = seededRandom(1);
  const block = takeAddressBlock(random);
  const ledger = new Ledger();
  const said: string[] = [];
  const cluster = new Cluster({
    ...size,
    store: api.store,
    block,
    random,
    clock,
    ledger,
    onHappening: (happening) => said.push(describeHappening(happening)),
    onError: (error) => assert.fail(`the cluster met ${error}`),
  });
  cluster.populate();
  return {
    cluster,
    api,
    ledger,
    said,
    signal: new AbortController().signal,
    async [Symbol.asyncDispose]() {
      await cluster.close();
      block[Symbol.dispose]();
      await api.close();
    },
  };
}

/** The slices as the agent would read them. */
function slices({ api }: Scene): readonly EndpointSlice[] {
  return api.store.list("EndpointSlice").map((json) => {
    const result = readObject(json);
    assert.equal(result.outcome, "object");
    assert.deepEqual(result.outcome === "object" ? result.findings : null, []);
    assert.ok(result.outcome === "object" && result.object.kind === "EndpointSlice");
    return result.object;
  });
}

function only(cluster: Cluster): SimService {
  const [service] = cluster.services;
  assert.ok(service !== undefined);
  return service;
}

Deno.test("a new cluster has its nodes, services and ready endpoints in the API", async () => {
  await using scene = await open({ services: 3, podsPerService: 2, nodes: 2 });
  const { api, cluster } = scene;
  assert.deepEqual(
    api.store.list("Node").map(({ metadata }) => metadata.name),
    ["node-1", "node-2"],
  );
  for (const json of [...api.store.list("Service"), ...api.store.list("Node")]) {
    const result = readObject(json);
    assert.deepEqual(result.outcome === "object" ? result.findings : result, []);
  }
  assert.deepEqual(slices(scene).map(({ service }) => service), ["cart", "catalog", "web"]);
  for (const service of cluster.services) {
    const slice = slices(scene).find((each) => each.service === service.name);
    const endpoints = slice?.endpoints.map(({ addresses: [ip], ready }) => ({ ip, ready }));
    assert.deepEqual(endpoints, service.pods.map(({ ip }) => ({ ip, ready: true })));
    assert.deepEqual(service.frontends.map(({ kind }) => kind), ["ClusterIP", "NodePort"]);
    assert.equal(new Set(service.pods.map(({ node }) => node)).size, 2, "spread over the nodes");
  }
});

Deno.test("a service of 250 pods has three slices of at most 100 endpoints", async () => {
  await using scene = await open({ services: 1, podsPerService: 250, nodes: 1 });
  const sizes = slices(scene).map(({ endpoints }) => endpoints.length).sort();
  assert.deepEqual(sizes, [100, 100, 50]);
});

Deno.test("a pod is told as not ready before it is told as ready", async () => {
  await using scene = await open({ services: 1, podsPerService: 1, nodes: 1 });
  const adding = scene.cluster.addPods(only(scene.cluster), 1, scene.signal);
  const told = () => slices(scene).flatMap(({ endpoints }) => endpoints.map(({ ready }) => ready));
  assert.deepEqual(told(), [true, false]);
  await adding;
  assert.deepEqual(told(), [true, true]);
  assert.match(scene.said.at(-1) ?? "", /^web: \+ web-\w{5} \(127\..*\) ready$/);
});

Deno.test("a pod that retires is told as terminating and serving, answers, and is removed", async () => {
  const grace = Promise.withResolvers<void>();
  const clock = { ...HASTY, sleep: () => grace.promise };
  await using scene = await open({ services: 1, podsPerService: 2, nodes: 1 }, clock);
  const { cluster, ledger } = scene;
  const [pod] = only(cluster).pods;
  assert.ok(pod !== undefined);
  cluster.retire(pod, 1000, scene.signal);
  const [told] = slices(scene)[0]?.endpoints ?? [];
  assert.ok(told !== undefined);
  assert.deepEqual([told.ready, told.serving, told.terminating], [false, true, true]);
  assert.deepEqual([...cluster.readyEndpoints(only(cluster))], [only(cluster).pods[1]?.endpoint]);

  const frontend = { kind: "ClusterIP", ip: pod.ip, port: pod.server.port } as const;
  const client = new ClientConnection({ frontend, ledger, clock: realClock() });
  assert.equal((await client.ask(10)).sight, "reply", "it goes on answering");
  grace.resolve();
  await cluster.idle();
  assert.equal(ledger.read(client.number).closedByPod, true);
  client.close();
  assert.deepEqual(slices(scene).map(({ endpoints }) => endpoints.length), [1]);
  assert.equal(only(cluster).pods.includes(pod), false);
});

Deno.test("a lost node takes its pods at once; the API learns it only when it is noticed", async () => {
  await using scene = await open({ services: 2, podsPerService: 2, nodes: 2 });
  const { cluster, signal } = scene;
  const [, node] = cluster.nodes;
  assert.ok(node !== undefined);
  const before = slices(scene);
  cluster.loseNode(node);
  assert.deepEqual(slices(scene), before);
  const dead = cluster.services.flatMap(({ pods }) => pods.filter(({ alive }) => !alive));
  assert.equal(dead.length, 2);
  for (const pod of dead) {
    const { ip, server: { port } } = pod;
    await assert.rejects(Deno.connect({ hostname: ip, port, autoSelectFamily: false }));
  }
  for (const { lastDeathAt } of cluster.services) assert.ok(lastDeathAt > 0);

  await cluster.replaceLost(node, signal);
  await cluster.idle();
  for (const service of cluster.services) {
    assert.equal(service.pods.length, 2);
    assert.ok(service.pods.every((pod) => pod.alive && isReady(pod) && pod.node !== node));
  }
  assert.equal(slices(scene).flatMap(({ endpoints }) => endpoints).length, 4);
  cluster.returnNode(node);
  await cluster.addPods(only(cluster), 1, signal);
  assert.equal(only(cluster).pods.at(-1)?.node, node, "the node that is back takes the next pod");
});

Deno.test("the last slice of a service stays as a placeholder when it is empty", async () => {
  await using scene = await open({ services: 1, podsPerService: 1, nodes: 1 });
  const [pod] = only(scene.cluster).pods;
  assert.ok(pod !== undefined);
  scene.cluster.retire(pod, 0, scene.signal);
  await scene.cluster.idle();
  assert.deepEqual(slices(scene).map(({ endpoints, ports }) => [endpoints, ports]), [[[], []]]);
  await scene.cluster.addPods(only(scene.cluster), 1, scene.signal);
  assert.deepEqual(slices(scene).map(({ endpoints }) => endpoints.length), [1]);
});
