import assert from "node:assert/strict";
import { freePort } from "../../backends/test_ports.ts";
import { main } from "../main.ts";
import { fakeIo } from "../test_io.ts";
import { parseText } from "../metrics/test_parse_text.ts";
import { SILENT } from "../../core/mod.ts";
import { startApiServer } from "../simulate/api/api_server.ts";

const HERE = "127.5.11.1"; // nobody else listens here

/** Runs a command line until the test has seen enough, and answers with what it logged. */
async function running(
  args: readonly string[],
  look: (urls: { readonly healthz: string; readonly metrics: string }) => Promise<void>,
  sign = /"Synced"/,
): Promise<string> {
  const io = fakeIo({ hostname: "n1" });
  const code = main([
    ...args,
    ...(args.includes("to-api") ? [] : ["--node-name=n1", "--data-path=deno", "--workers=0"]),
    "-v=2",
    `--healthz-bind-address=${HERE}:0`,
    `--metrics-bind-address=${HERE}:0`,
  ], io);
  const portOf = (server: string) =>
    new RegExp(`"Listening" server="${server}" .*port=(\\d+)`).exec(io.err())?.[1] ?? "";
  await io.until(() => portOf("healthz") !== "" && portOf("metrics") !== "" && sign.test(io.err()));
  await look({
    healthz: `http://${HERE}:${portOf("healthz")}`,
    metrics: `http://${HERE}:${portOf("metrics")}`,
  });
  io.signal("SIGTERM");
  assert.equal(await code, 0);
  return io.err();
}

async function get(
  url: string,
): Promise<{ readonly status: number; readonly type: string; readonly text: string }> {
  const response = await fetch(url);
  const type = response.headers.get("content-type") ?? "";
  return { status: response.status, type, text: await response.text() };
}

const OBJECTS = (port: number, checkPort: number) => [
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "default" },
    spec: {
      type: "LoadBalancer",
      clusterIP: "127.5.11.2",
      clusterIPs: ["127.5.11.2"],
      ipFamilies: ["IPv4"],
      externalTrafficPolicy: "Local",
      healthCheckNodePort: checkPort,
      ports: [{ port, protocol: "TCP", targetPort: 8080 }],
    },
  },
  {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: "web-1",
      namespace: "default",
      labels: { "kubernetes.io/service-name": "web" },
    },
    addressType: "IPv4",
    ports: [{ name: "", port: 8080, protocol: "TCP" }],
    endpoints: [{ addresses: ["127.5.11.3"], nodeName: "n1", conditions: { ready: true } }],
  },
];

/** A port of the range of node ports that somebody has already. */
function nodePortInUse(): Deno.TcpListener {
  for (let port = 32_000; port < 32_700; port++) {
    try {
      return Deno.listen({ hostname: "0.0.0.0", port });
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error("Cannot find a node port that is free");
}

Deno.test("a proxy from files can be watched by its health, metrics and status pages", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const checkPort = freePort();
    const objects = OBJECTS(freePort(), checkPort);
    await Deno.writeTextFile(
      `${folder}/all.json`,
      JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }),
    );
    await running(
      ["file", "to-userspace", `--input=${folder}/all.json`],
      async ({ healthz, metrics }) => {
        const health = await get(`${healthz}/healthz`);
        assert.equal(health.status, 200);
        assert.deepEqual(Object.keys(JSON.parse(health.text)), [
          "lastUpdated",
          "currentTime",
          "nodeEligible",
          "healthy",
          "status",
        ]);
        const page = await get(`${metrics}/metrics`);
        assert.equal(page.type, "text/plain; version=0.0.4; charset=utf-8");
        const families = parseText(page.text);
        const value = (name: string) => families.get(name)?.samples[0]?.value;
        assert.equal(value("windlass_ready"), 1);
        assert.equal(value("kubeproxy_proxy_healthz_total"), 1);
        assert.equal(value("kubernetes_build_info"), 1);
        assert.equal(value("windlass_service_ports"), 1);
        assert.ok((value("process_resident_memory_bytes") ?? 0) > 1e6);
        assert.ok(
          families.get("windlass_listener_endpoints")?.samples.some(({ labels }) =>
            labels["service_port"] === "default/web"
          ),
        );
        assert.deepEqual(await get(`${metrics}/proxyMode`), {
          status: 200,
          type: "text/plain; charset=utf-8",
          text: "userspace",
        });
        assert.equal((await get(`${metrics}/healthz`)).text, "ok");
        assert.match(
          (await get(`${metrics}/flagz`)).text,
          /^\nwindlass flagz\nWarning: [^]*\nmetrics-detail=listener\n/,
        );
        assert.match(
          (await get(`${metrics}/statusz`)).text,
          /^\nwindlass statusz\n[^]*\nUp: 0 hr 00 min [^]*\nPaths: \/configz /,
        );
        assert.equal(
          JSON.parse((await get(`${metrics}/configz`)).text).windlass["node-name"],
          "n1",
        );
        assert.equal(JSON.parse((await get(`${metrics}/version`)).text).major, "1");
        const check = await get(`http://127.0.0.1:${checkPort}/`);
        assert.equal(check.status, 200);
        assert.equal(JSON.parse(check.text).localEndpoints, 1);
      },
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("from files nothing is served unless it is asked for, and a bad address is refused", async () => {
  const io = fakeIo();
  const code = await main(
    ["file", "to-userspace", "--input=x.yaml", "--metrics-bind-address=here"],
    io,
  );
  assert.equal(code, 2);
  assert.match(io.err(), /Cannot read flag --metrics-bind-address: "here" is not an IP address/);
});

Deno.test("with --bind-address-hard-fail a server that cannot listen ends the program", async () => {
  const taken = Deno.listen({ hostname: HERE, port: 0 });
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/a.json`, JSON.stringify(OBJECTS(1, 0)[1]));
    const io = fakeIo();
    const code = await main([
      "file",
      "to-userspace",
      `--input=${folder}/a.json`,
      "--data-path=deno",
      `--healthz-bind-address=${HERE}:${taken.addr.port}`,
      "--bind-address-hard-fail",
    ], io);
    assert.equal(code, 1);
    assert.match(io.err(), /windlass: Cannot listen on 127\.5\.11\.1:\d+ for healthz: .*hard-fail/);
  } finally {
    taken.close();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the cluster hears of it before --bind-address-hard-fail ends the program", async () => {
  const server = await startApiServer({ now: () => new Date(), log: SILENT });
  await using _ = { [Symbol.asyncDispose]: () => server.close() };
  const taken = Deno.listen({ hostname: HERE, port: 0 });
  const io = fakeIo();
  const code = await main([
    "kube",
    "to-userspace",
    `--server=${server.url}`,
    "--node-name=n1",
    "--data-path=deno",
    `--metrics-bind-address=${HERE}:${taken.addr.port}`,
    "--bind-address-hard-fail",
  ], io);
  taken.close();
  assert.equal(code, 1);
  assert.doesNotMatch(io.err(), /tried again/);
  const { text } = await get(`${server.url}/apis/events.k8s.io/v1/namespaces/default/events`);
  const [event] = JSON.parse(text).items;
  assert.deepEqual([event.reason, event.type], ["FailedToStartMetricServer", "Warning"]);
});

Deno.test("a cluster's Node decides on health, and requests to its API server are counted", async () => {
  const server = await startApiServer({ now: () => new Date(), log: SILENT });
  await using _ = { [Symbol.asyncDispose]: () => server.close() };
  const post = async (path: string, body: unknown) => {
    const response = await fetch(server.url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    assert.equal(response.status, 201, await response.text());
  };
  await post("/api/v1/nodes", {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "n1" },
    spec: { taints: [{ key: "ToBeDeletedByClusterAutoscaler", effect: "NoSchedule" }] },
  });
  using taken = nodePortInUse();
  await post("/api/v1/namespaces/default/services", {
    ...OBJECTS(80, 0)[0],
    spec: {
      type: "NodePort",
      clusterIP: "10.96.0.77",
      ports: [{ port: 80, nodePort: taken.addr.port, protocol: "TCP" }],
    },
  });
  await post("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", OBJECTS(80, 0)[1]);
  const reasons = async () => {
    const { text } = await get(`${server.url}/apis/events.k8s.io/v1/namespaces/default/events`);
    return JSON.parse(text).items.map((each: Record<string, unknown>) => each["reason"]);
  };
  await running(
    ["kube", "to-userspace", `--server=${server.url}`],
    async ({ healthz, metrics }) => {
      while (!(await reasons()).includes("FailedToOpenNodePort")) {
        await new Promise((turn) => setTimeout(turn));
      }
      assert.ok((await reasons()).includes("Starting"));
      assert.equal((await get(`${healthz}/healthz`)).status, 503);
      assert.equal((await get(`${healthz}/livez`)).status, 200);
      const families = parseText((await get(`${metrics}/metrics`)).text);
      const requests = families.get("rest_client_requests_total")?.samples ?? [];
      assert.ok(requests.some(({ labels, value }) => labels["code"] === "200" && value >= 3));
      assert.ok((families.get("windlass_list_duration_seconds")?.samples.length ?? 0) > 0);
    },
  );
});

Deno.test("a brain is healthy without a Node of its own, and tells how many clients it has", async () => {
  const server = await startApiServer({ now: () => new Date(), log: SILENT });
  await using _ = { [Symbol.asyncDispose]: () => server.close() };
  await running(
    ["kube", "to-api", `--server=${server.url}`, `--listen=tcp://${HERE}:0`],
    async ({ healthz, metrics }) => {
      assert.equal((await get(`${healthz}/healthz`)).status, 200);
      assert.equal((await get(`${metrics}/proxyMode`)).text, "to-api");
      const families = parseText((await get(`${metrics}/metrics`)).text);
      assert.deepEqual(families.get("windlass_kpng_clients")?.samples.map(({ value }) => value), [
        0,
      ]);
    },
    /"Serving/,
  );
});
