/**
 * Everything that the program can be asked for, asked on the Windows build of Deno under Wine with the
 * exe's permissions: each command, source and sink does a small job to its end.
 *
 * @module
 */
import assert from "node:assert/strict";
import { SILENT } from "../../../core/mod.ts";
import { resolve } from "../../../agent/cli/resolve.ts";
import {
  commandNames,
  HNS_ACTIONS,
  SERVICE_ACTIONS,
  SHELLS,
  sinkNames,
  sourceNames,
} from "../../../agent/cli/words.ts";
import { startApiServer } from "../../../agent/simulate/api/api_server.ts";
import type { JsonObject } from "../../../agent/simulate/api/json.ts";
import { overlayNode, podEndpoint } from "../../../backends/hns/test_node.ts";
import { freePort } from "../../../backends/test_ports.ts";
import { brainLine, linesFor, type Place, proxyLine } from "./_lines.ts";
import { onWine, Running, WHY_SKIPPED, windlass } from "./_windlass.ts";

const NOWHERE: Place = {
  folder: "",
  loopback: "cluster.json",
  server: "http://127.0.0.1:8080",
  api: "127.0.0.1:12090",
  metrics: "127.0.0.1:10249",
  service: "windlass",
};

/** What a command line asks for, part by part. */
function partsOf(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  const words = (end < 0 ? args : args.slice(0, end)).filter((arg) => !arg.startsWith("-"));
  const { run, source, sink, rest } = resolve(words);
  return [run, `${run} ${rest[0] ?? ""}`, `source ${source}`, `sink ${sink}`];
}

Deno.test("there is a command line for every command and action, every source and sink", () => {
  const lines = linesFor(NOWHERE).map(({ args }) => args);
  const asked = new Set([...lines, proxyLine(NOWHERE), brainLine(NOWHERE)].flatMap(partsOf));
  const known = [
    ...commandNames(),
    ...HNS_ACTIONS.map((action) => `hns ${action}`),
    ...SERVICE_ACTIONS.map((action) => `service ${action}`),
    ...SHELLS.map((shell) => `completion ${shell}`),
    ...sourceNames().map((source) => `source ${source}`),
    ...sinkNames().map((sink) => `sink ${sink}`),
  ];
  assert.deepEqual(known.filter((part) => !asked.has(part)), []);
});

/** A service with one endpoint, both of which the caller names. */
function web(spec: JsonObject, ip: string, port: number): readonly JsonObject[] {
  return [
    { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: "web-1", labels: { "kubernetes.io/service-name": "web" } },
      addressType: "IPv4",
      ports: [{ name: "http", port, protocol: "TCP" }],
      endpoints: [{ addresses: [ip], nodeName: "n1", conditions: { ready: true } }],
    },
  ];
}

/** A pod that takes connections and has nothing to say. */
function silentPod() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = (async () => {
    for await (const connection of listener) connection.close();
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
    },
  };
}

Deno.test({
  name: "each command line does its work under Wine" +
    (WHY_SKIPPED === "" ? "" : ` (skipped: ${WHY_SKIPPED})`),
  ignore: WHY_SKIPPED !== "",
  async fn(test) {
    await using stack = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir({ prefix: "windlass commands " }); // a blank: to be quoted
    stack.defer(() => Deno.remove(folder, { recursive: true }));
    const pod = stack.use(silentPod());
    const ports = [{ name: "http", port: freePort(), targetPort: pod.port }];
    const items = web({ clusterIP: "127.0.0.1", ports }, "127.0.0.1", pod.port);
    const cluster = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    await Deno.writeTextFile(`${folder}/cluster.json`, cluster);
    const node = overlayNode({ Endpoints: [podEndpoint("10.244.1.5")] });
    await Deno.writeTextFile(`${folder}/hns.json`, JSON.stringify(node));
    const server = await startApiServer({ now: () => Date.now(), log: SILENT });
    stack.defer(() => server.close());
    const inCluster = { ports: [{ name: "http", port: 80, targetPort: 8080 }] };
    for (const object of web(inCluster, "10.244.1.5", 8080)) server.store.create(object);

    const loopback = onWine(`${folder}/cluster.json`);
    const proxy = stack.use(new Running(proxyLine({ loopback })));
    const brain = stack.use(new Running(brainLine({ server: server.url })));
    const metrics = await proxy.says(/"Listening" server="metrics" .*port=(\d+)/);
    await proxy.says(/"Proxying for service" service="default\/web:http"/);
    const place: Place = {
      folder: onWine(`${folder}/`),
      loopback,
      server: server.url,
      api: await brain.says(/"Serving KPNG's API" address="tcp:\/\/([^"]+)"/),
      metrics: `127.0.0.1:${metrics}`,
      service: `windlass-commands-${Deno.pid}`,
    };
    let failed = false;
    for (const { args, code = 0, says, file } of linesFor(place)) {
      const passed = await test.step(args.join(" "), async () => {
        const ended = await windlass(args);
        assert.equal(ended.code, code, ended.text);
        assert.match(
          file === undefined ? ended.text : await Deno.readTextFile(`${folder}/${file}`),
          says,
        );
      });
      failed ||= !passed;
    }
    // Wine keeps a service whose own command line to remove it did not.
    if (failed) await windlass(["service", "uninstall", `--service-name=${place.service}`]);
  },
});
