import assert from "node:assert/strict";
import {
  type ClusterEvent,
  type IpFamily,
  type KubeObject,
  type NodeView,
  readObject,
  SILENT,
  startPipeline,
  stepPipeline,
} from "../../core/mod.ts";
import { freePort } from "../../backends/test_ports.ts";
import { listOf, upsert } from "../test_fakes.ts";
import { FakeTimers } from "../test_timers.ts";
import { ServiceHealthServers, wildcardAddresses } from "./service_health.ts";
import { type HealthCheckChange, healthCheckChanges } from "./service_health_plan.ts";

const HERE = "127.5.10.1"; // nobody else listens here, so a port that is free stays so

function read(value: unknown): KubeObject {
  const result = readObject(value);
  if (result.outcome !== "object") throw new TypeError(JSON.stringify(result));
  return result.object;
}

function balanced(name: string, healthCheckNodePort: number, policy = "Local"): KubeObject {
  return read({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "default" },
    spec: {
      type: "LoadBalancer",
      clusterIP: `10.96.0.${name.length}`,
      externalTrafficPolicy: policy,
      healthCheckNodePort,
      ports: [{ name: "a", port: 80 }, { name: "b", port: 81 }],
    },
  });
}

function slice(
  service: string,
  endpoints: readonly Readonly<Record<string, unknown>>[],
): KubeObject {
  return read({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: `${service}-1`,
      namespace: "default",
      labels: { "kubernetes.io/service-name": service },
    },
    addressType: "IPv4",
    ports: [{ name: "a", port: 8080 }, { name: "b", port: 8081 }],
    endpoints,
  });
}

const MINE = { nodeName: "n1", addresses: ["10.244.1.5"] };
const MINE_TOO = { nodeName: "n1", addresses: ["10.244.1.6"] };
const ENDING = {
  nodeName: "n1",
  addresses: ["10.244.1.7"],
  conditions: { ready: false, serving: true, terminating: true },
};
const THEIRS = { nodeName: "n2", addresses: ["10.244.2.5"] };

/** Views one after the other, as the pipeline makes them. */
function views(...steps: readonly (readonly ClusterEvent[])[]): readonly NodeView[] {
  let state = startPipeline("n1");
  return [
    state.view,
    ...steps.map((events) => {
      state = stepPipeline(state, events).state;
      return state.view;
    }),
  ];
}

function changesOf(...steps: readonly (readonly ClusterEvent[])[]): readonly string[] {
  const all = views(...steps);
  const last = all.at(-1);
  const before = all.at(-2);
  assert.ok(last !== undefined && before !== undefined);
  return healthCheckChanges(before, last).map(({ service, now }) =>
    `${service} ${now === null ? "gone" : `${now.port} ${JSON.stringify([...now.endpoints])}`}`
  );
}

const START = [
  listOf("Service", balanced("web", 30100), balanced("other", 30200)),
  listOf("EndpointSlice", slice("web", [MINE, MINE_TOO, ENDING, THEIRS]), slice("other", [THEIRS])),
];

Deno.test("distinct local ready addresses count once over all ports; terminating ones do not count", () => {
  assert.deepEqual(changesOf(START), [
    'default/other 30200 [["IPv4",0]]',
    'default/web 30100 [["IPv4",2]]',
  ]);
});

Deno.test("only what a health check says counts as a change", () => {
  assert.deepEqual(changesOf(START, [upsert(slice("web", [MINE, MINE_TOO]))]), []);
  assert.deepEqual(changesOf(START, [upsert(slice("web", [MINE]))]), [
    'default/web 30100 [["IPv4",1]]',
  ]);
  assert.deepEqual(changesOf(START, [upsert(balanced("web", 30101))]), [
    'default/web 30101 [["IPv4",2]]',
  ]);
  assert.deepEqual(changesOf(START, [upsert(balanced("web", 30100, "Cluster"))]), [
    "default/web gone",
  ]);
  assert.deepEqual(changesOf(START, [{ type: "delete", ref: balanced("web", 1) }]), [
    "default/web gone",
  ]);
});

function change(name: string, port: number, count: number): HealthCheckChange {
  const now = { namespace: "default", name, port, endpoints: new Map([["IPv4" as const, count]]) };
  return { service: `default/${name}`, now };
}

function start() {
  const state = { healthy: true };
  const failures: string[] = [];
  const timers = new FakeTimers();
  const servers = new ServiceHealthServers({
    healthy: () => state.healthy,
    log: SILENT,
    timers,
    addresses: () => [HERE],
    onFailure: ({ name, port }) => void failures.push(`${name} ${port}`),
  });
  return { state, failures, timers, servers };
}

async function ask(
  port: number,
): Promise<{ readonly code: number; readonly weight: string | null; readonly text: string }> {
  const response = await fetch(`http://${HERE}:${port}/any/path`);
  assert.equal(response.headers.get("content-type"), "application/json");
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  return {
    code: response.status,
    weight: response.headers.get("x-load-balancing-endpoint-weight"),
    text: await response.text(),
  };
}

Deno.test("the answer is kube-proxy's, and follows counts and the proxy's health in place", async () => {
  const { servers, state } = start();
  const port = freePort();
  await servers.update([change("web", port, 2)]);
  assert.deepEqual(await ask(port), {
    code: 200,
    weight: "2",
    text:
      '{\n\t"service": {\n\t\t"namespace": "default",\n\t\t"name": "web"\n\t},\n\t"localEndpoints": 2,\n\t"serviceProxyHealthy": true\n}',
  });
  await servers.update([change("web", port, 0)]);
  assert.deepEqual([(await ask(port)).code, (await ask(port)).weight], [503, "0"]);
  await servers.update([change("web", port, 1)]);
  state.healthy = false;
  const { code, text } = await ask(port);
  assert.equal(code, 503);
  assert.match(text, /"serviceProxyHealthy": false/);
  await servers.stop();
});

Deno.test("a port that changes is left, one that is gone is closed and may be had by another Service at once", async () => {
  const { servers } = start();
  const [first, second] = [freePort(), freePort()];
  await servers.update([change("web", first, 1)]);
  await servers.update([change("web", second, 1)]);
  assert.equal((await ask(second)).code, 200);
  await servers.update([change("other", first, 3)]);
  assert.equal((await ask(first)).weight, "3");
  await servers.update([{ service: "default/other", now: null }, change("third", first, 4)]);
  assert.equal((await ask(first)).weight, "4");
  assert.deepEqual(servers.counts(), { listening: 2, retrying: 0 });
  await servers.stop();
  assert.deepEqual(servers.counts(), { listening: 0, retrying: 0 });
  Deno.listen({ hostname: HERE, port: first }).close();
});

Deno.test("other families and then another port, at once: one socket, on the last port", async () => {
  const { servers, failures } = start();
  const [first, second] = [freePort(), freePort()];
  const web = (port: number, ...families: readonly IpFamily[]): HealthCheckChange => ({
    service: "default/web",
    now: {
      namespace: "default",
      name: "web",
      port,
      endpoints: new Map(families.map((family) => [family, 1])),
    },
  });
  await servers.update([web(first, "IPv4")]);
  await servers.update([web(first, "IPv4", "IPv6")]);
  await servers.update([web(first, "IPv6")]);
  await servers.update([web(second, "IPv6")]);
  await servers.update([change("other", first, 3)]); // waits for what is being closed
  assert.equal((await ask(second)).code, 200);
  assert.equal((await ask(first)).weight, "3");
  assert.deepEqual(servers.counts(), { listening: 2, retrying: 0 });
  assert.deepEqual(failures, []);
  await servers.stop();
  for (const port of [first, second]) Deno.listen({ hostname: HERE, port }).close();
});

Deno.test("a port in use is told of, tried again, and stops no other", async () => {
  const { servers, failures, timers } = start();
  const taken = Deno.listen({ hostname: HERE, port: 0 });
  const free = freePort();
  await servers.update([change("taken", taken.addr.port, 1), change("web", free, 1)]);
  assert.deepEqual(failures, [`taken ${taken.addr.port}`]);
  assert.deepEqual(servers.counts(), { listening: 1, retrying: 1 });
  assert.equal((await ask(free)).code, 200);
  taken.close();
  await timers.advance(1000);
  assert.deepEqual(servers.counts(), { listening: 2, retrying: 0 });
  assert.equal((await ask(taken.addr.port)).code, 200);
  await servers.stop();
});

Deno.test("a dual-stack Service needs one socket, but for Windows where it needs two", () => {
  assert.deepEqual(wildcardAddresses(["IPv4", "IPv6"], "linux"), ["::"]);
  assert.deepEqual(wildcardAddresses(["IPv4", "IPv6"], "windows"), ["0.0.0.0", "::"]);
  assert.deepEqual(wildcardAddresses(["IPv4"], "linux"), ["0.0.0.0"]);
  assert.deepEqual(wildcardAddresses(["IPv6"], "windows"), ["::"]);
});

Deno.test("on a socket for both families each client hears the count of its own", async (t) => {
  const servers = new ServiceHealthServers({
    healthy: () => true,
    log: SILENT,
    timers: new FakeTimers(),
  });
  const port = freePort();
  const endpoints = new Map([["IPv4" as const, 2], ["IPv6" as const, 5]]);
  await servers.update([{
    service: "default/web",
    now: { namespace: "default", name: "web", port, endpoints },
  }]);
  const weight = async (host: string) => {
    const response = await fetch(`http://${host}:${port}/`);
    await response.body?.cancel();
    return response.headers.get("x-load-balancing-endpoint-weight");
  };
  if (servers.counts().listening === 0) {
    await t.step({ name: "this machine has no IPv6", ignore: true, fn() {} });
  } else {
    assert.equal(await weight(HERE), "2");
    assert.equal(await weight("[::1]"), "5");
  }
  await servers.stop();
});
