// The two sources against our server: what they tell is what the server was told, and a server that
// goes away, comes back or says strange things does no harm.
import assert from "node:assert/strict";
import {
  type ApiSnapshot,
  applyEvents,
  EMPTY_SNAPSHOT,
  isViewEvent,
  type PipelineEvent,
  type PipelineState,
  startPipeline,
  stepPipeline,
  viewToJson,
} from "../../core/mod.ts";
import { GrpcServer, type Handler } from "../../proto/kpng/grpc_server.ts";
import { deleteOp, RESET, setOp, SYNC } from "../../proto/kpng/operations.ts";
import {
  type Address,
  kpngGlobalSource,
  kpngLocalSource,
  NO_TLS,
  type Source,
  type SourceReport,
  type Timing,
} from "../../proto/mod.ts";
import { SILENT } from "../../core/mod.ts";
import { portOf, serviceJson, sliceJson, snapshotOf, testServer, WEB } from "./harness.ts";

/** A source that runs, with the pipeline behind it. */
function follow(source: Source<PipelineEvent>, node = "n1") {
  const abort = new AbortController();
  const reports: SourceReport[] = [];
  const watchers = new Set<() => void>();
  let state: PipelineState = startPipeline(node);
  let snapshot: ApiSnapshot = EMPTY_SNAPSHOT;
  const changes: string[][] = [];
  const look = () => watchers.forEach((each) => each());
  const done = source.run({
    events(batch) {
      const step = stepPipeline(state, batch);
      state = step.state;
      snapshot = applyEvents(snapshot, batch.filter((event) => !isViewEvent(event)));
      changes.push(step.changes.map(({ type, key }) => `${type} ${key}`));
      look();
    },
    report(report) {
      reports.push(report);
      look();
    },
  }, abort.signal);
  return {
    done,
    changes,
    reports,
    state: () => state,
    snapshot: () => snapshot,
    until: (holds: () => boolean) =>
      new Promise<void>((resolve) => {
        const check = () => {
          if (!holds()) return;
          watchers.delete(check);
          resolve();
        };
        watchers.add(check);
        check();
      }),
    async [Symbol.asyncDispose]() {
      abort.abort();
      await done;
    },
  };
}

/** Waits that are over at once, and are taken note of. */
function hastyTiming(waits: number[]): Timing {
  return {
    now: () => 0,
    random: () => 0.5,
    after(ms, then) {
      waits.push(ms);
      const timer = setTimeout(then, 0);
      return () => clearTimeout(timer);
    },
  };
}

function localOf(address: Address, timing?: Timing): Source<PipelineEvent> {
  const connection = { address, tls: NO_TLS, ...(timing === undefined ? {} : { timing }) };
  return kpngLocalSource({ connection, nodeName: "n1", once: false });
}

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
    objects: Iterable<ApiObject>,
  ): PipelineEvent => ({
    type: "list",
    kind,
    objects: [...objects],
    unreadable: [],
  });
  type ApiObject = Extract<PipelineEvent, { type: "upsert" }>["object"];
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

/** A server that answers each request with the next round of messages. */
async function scripted(...rounds: readonly (readonly Uint8Array[])[]) {
  const watch: Handler = async ({ requests, send, signal }) => {
    let index = 0;
    for await (const _ of requests) {
      const round = rounds[index++];
      if (round === undefined) {
        return await new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
      }
      await send(round);
    }
  };
  const server = new GrpcServer({
    methods: { "/localv1.Sets/Watch": watch },
    tls: null,
    log: SILENT,
    patienceMs: 10_000,
    pingMs: 10_000,
  });
  const host = "127.0.0.1";
  const port = await server.listen({ network: "tcp", host, port: 0 });
  return {
    address: { network: "tcp", host, port } as const,
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** `default/NAME` with a ClusterIP and one TCP port, and a port of a protocol from the future. */
function serviceBytes(name: string): Uint8Array {
  const text = (field: number, value: string) => {
    const bytes = new TextEncoder().encode(value);
    return [field << 3 | 2, bytes.length, ...bytes];
  };
  const ips = [0x0a, 0x0c, ...text(1, "10.96.0.10")];
  return new Uint8Array([
    ...text(1, "default"),
    ...text(2, name),
    ...text(3, "ClusterIP"),
    ...[0x22, ips.length, ...ips],
    ...[0x32, 0x06, 0x10, 0x01, 0x18, 0x50, 0x28, 0x50],
    ...[0x32, 0x09, ...text(1, "new"), 0x10, 0x63, 0x18, 0x51],
    ...[0xfa, 0x06, 0x02, 0x68, 0x69], // field 111, which nobody knows
  ]);
}

const ENDPOINT = Uint8Array.fromHex("120a0a0831302e312e302e312a0408011001");

Deno.test("what a newer server may say is tolerated: operations, sets, fields, protocols", async () => {
  const unknownOp = new Uint8Array([0, 0, 0, 0, 3, 0x4a, 0x01, 0x61]);
  await using server = await scripted([
    RESET,
    unknownOp,
    setOp("ServicesSet", "default/web", serviceBytes("web")),
    setOp("EndpointsSet", "default/web/a", ENDPOINT),
    setOp("GlobalNodeInfos", "|n1||", new Uint8Array([1, 2, 3])),
    SYNC,
  ]);
  await using client = follow(localOf(server.address));
  await client.until(() => client.changes.length === 1);
  assert.deepEqual(client.changes[0], ["add default/web/TCP/IPv4"]);
  assert.deepEqual(client.reports, []);
});

Deno.test("an operation that cannot be used is reported, and the others are", async () => {
  await using server = await scripted(
    [
      RESET,
      setOp("ServicesSet", "default/web", serviceBytes("web")),
      setOp("ServicesSet", "nonsense", serviceBytes("x")),
      setOp("EndpointsSet", "default/web", ENDPOINT),
      setOp("ServicesSet", "default/bad", new Uint8Array([0x0a, 0x7f])),
      setOp("ServicesSet", "default/liar", serviceBytes("other")),
      setOp("EndpointsSet", "default/orphan/a", ENDPOINT),
      SYNC,
    ],
    [setOp("ServicesSet", "default/web", new Uint8Array([0x0a, 0x7f])), SYNC],
    [
      deleteOp("ServicesSet", "default/web"),
      SYNC,
    ],
  );
  await using client = follow(localOf(server.address));
  await client.until(() => client.changes.length === 3);
  assert.deepEqual(client.changes, [
    ["add default/web/TCP/IPv4"],
    [],
    ["remove default/web/TCP/IPv4"],
  ]);
  assert.deepEqual(client.reports.map(({ severity }) => severity), Array(5).fill("problem"));
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
    /^SourceError: Cannot read from the KPNG server at tcp:\/\/127\.0\.0\.1:\d+: /,
  );
});
