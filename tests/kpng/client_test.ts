// The two sources against our server: what they tell is what the server was told, and a server that
// goes away and comes back does no harm.
import assert from "node:assert/strict";
import {
  type ApiSnapshot,
  type KubeObject,
  type PipelineEvent,
  type PipelineState,
  startPipeline,
  stepPipeline,
  viewToJson,
} from "../../core/mod.ts";
import { kpngGlobalSource, kpngLocalSource, NO_TLS } from "../../proto/mod.ts";
import { follow, hastyTiming, localOf } from "./follow.ts";
import { portOf, serviceJson, sliceJson, snapshotOf, testServer, WEB } from "./harness.ts";

const RICH: readonly unknown[] = [
  {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "n1", labels: { "topology.kubernetes.io/zone": "za" } },
  },
  {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "n2", labels: { "topology.kubernetes.io/zone": "zb" } },
  },
  serviceJson("web"),
  sliceJson("web", ["10.1.0.1", "10.1.0.2"]),
  serviceJson("lb", "10.96.0.20", {
    type: "LoadBalancer",
    externalTrafficPolicy: "Local",
    healthCheckNodePort: 31999,
    externalIPs: ["192.0.2.10"],
    loadBalancerSourceRanges: ["198.51.100.0/24"],
    sessionAffinity: "ClientIP",
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 99 } },
    ports: [{ name: "http", port: 80, nodePort: 30080, targetPort: "web" }],
  }),
  sliceJson("lb", ["10.1.1.1", "10.1.1.2"]),
  serviceJson("six", "fd00::a"),
  sliceJson("six", ["fd01::1", "fd01::2"]),
  serviceJson("inside", "10.96.0.30", { internalTrafficPolicy: "Local" }),
  sliceJson("inside", ["10.1.2.1", "10.1.2.2"]),
  serviceJson("ending", "10.96.0.40"),
  sliceJson("ending", [], {
    addressType: "IPv4",
    endpoints: [{
      addresses: ["10.1.3.1"],
      conditions: { ready: false, serving: true, terminating: true },
      nodeName: "n1",
    }],
  }),
  serviceJson("hinted", "10.96.0.50"),
  sliceJson("hinted", [], {
    addressType: "IPv4",
    endpoints: ["za", "zb"].map((zone, index) => ({
      addresses: [`10.1.4.${index + 1}`],
      hints: { forZones: [{ name: zone }] },
      targetRef: { kind: "Pod", name: `hinted-${zone}` },
    })),
  }),
  serviceJson("none", "None"),
];

/** What a node does, without what the wire does not carry. */
function essence(state: PipelineState) {
  return viewToJson(state.view).servicePorts.map((entry) => ({
    name: entry.name,
    family: entry.family,
    frontends: entry.frontends,
    policies: [entry.internalTrafficPolicy, entry.externalTrafficPolicy],
    affinity: entry.sessionAffinity,
    ranges: entry.sourceRanges,
    health: entry.healthCheckNodePort,
    internal: entry.endpoints.filter((each) => each.internal).map(({ ip, port }) =>
      `${ip} ${port}`
    ),
    external: entry.frontends.length === 1
      ? "not reached from outside"
      : entry.endpoints.filter((each) => each.external).map(({ ip, port }) => `${ip} ${port}`),
  }));
}

function derived(snapshot: ApiSnapshot, node: string): PipelineState {
  const list = (
    kind: "Service" | "EndpointSlice",
    objects: Iterable<KubeObject>,
  ): PipelineEvent => ({
    type: "list",
    kind,
    objects: [...objects],
    unreadable: [],
  });
  return stepPipeline(startPipeline(node), [
    list("Service", snapshot.services.values()),
    list("EndpointSlice", snapshot.slices.values()),
    ...[...snapshot.nodes.values()].map((object) => ({ type: "upsert" as const, object })),
  ]).state;
}

for (const node of ["n1", "n2", "elsewhere"]) {
  Deno.test(`over the local API, ${node} does what it would do with the cluster itself`, async () => {
    await using server = await testServer();
    const snapshot = snapshotOf(...RICH);
    server.put(snapshot);
    const connection = { address: server.address, tls: NO_TLS };
    await using client = follow(kpngLocalSource({ connection, nodeName: node, once: false }), node);
    await client.until(() => client.state().ready);
    assert.deepEqual(essence(client.state()), essence(derived(snapshot, node)));
  });
}

Deno.test("over the global API the cluster arrives, but for what the wire does not carry", async () => {
  await using server = await testServer();
  const snapshot = snapshotOf(...RICH);
  server.put(snapshot);
  const source = kpngGlobalSource({
    connection: { address: server.address, tls: NO_TLS },
    once: false,
  });
  await using client = follow(source, "n2");
  await client.until(() => client.state().ready);
  const expected = essence(derived(snapshot, "n2"))
    .map((entry) => entry.name === "default/ending:http" ? { ...entry, internal: [] } : entry);
  assert.deepEqual(essence(client.state()), expected);
  assert.deepEqual([...client.snapshot().nodes.keys()].sort(), ["n1", "n2"]);
  server.put(snapshotOf(...RICH.slice(0, 4)));
  await client.until(() => client.snapshot().services.size === 1);
  assert.deepEqual([...client.snapshot().slices.keys()], ["default/web-x"]);
});

Deno.test("a server that goes away changes nothing, and after its return only true differences come", async () => {
  const first = await testServer();
  first.put(WEB);
  const { address } = first;
  const waits: number[] = [];
  await using client = follow(localOf(address, hastyTiming(waits)));
  await client.until(() => client.changes.length === 1);
  const before = client.state().view;
  await first.close();
  await client.until(() => client.reports.length >= 3);
  assert.equal(client.state().view, before);
  assert.ok(client.reports.every(({ severity }) => severity === "trouble"));
  assert.deepEqual(waits.slice(0, 3), [1200, 2400, 4800]);

  await using second = await testServer({ listen: address });
  second.put(snapshotOf(
    serviceJson("web"),
    sliceJson("web", ["10.1.0.1"]),
    serviceJson("new", "10.96.0.11"),
  ));
  await client.until(() => client.changes.length === 2);
  assert.deepEqual(client.changes[1], ["add default/new:http/TCP/IPv4"]);
  await client.until(() => client.reports.at(-1)?.severity === "recovered");
  assert.equal(
    client.state().view.services.get("default/web"),
    before.services.get("default/web"),
  );
  assert.equal(portOf(second), portOf(first));
});

Deno.test("with --once a server that is not there is an error at once", async () => {
  const { address } = await (async () => {
    await using server = await testServer();
    return server;
  })();
  const source = kpngLocalSource({
    connection: { address, tls: NO_TLS },
    nodeName: "n1",
    once: true,
  });
  await assert.rejects(
    follow(source).done,
    /^SourceError: Cannot read from the KPNG server at tcp:\/\/127\.0\.0\.1:\d+: (?!The pending stream)/,
  );
});
