// The brain in one network namespace, the backend in another, and the wire between them cut and healed.
import assert from "node:assert/strict";
import {
  type Host,
  makeHost,
  type Program,
  whyNoNamespaces,
  windlass,
  wire,
} from "../netns/namespaces.ts";
import { serviceJson, sliceJson } from "./harness.ts";

/** Two hosts with a wire between them. */
async function twoHosts() {
  await using made = new AsyncDisposableStack();
  const brain = made.use(await makeHost("kpng-brain"));
  const node = made.use(await makeHost("kpng-node"));
  await wire(
    { host: brain, link: "eth0", addresses: ["198.51.100.1/24"] },
    { host: node, link: "eth0", addresses: ["198.51.100.2/24"] },
  );
  const stack = made.move();
  return {
    brain,
    node,
    cut: () => brain.ip("link", "set", "eth0", "down"),
    heal: () => brain.ip("link", "set", "eth0", "up"),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function brainWith(host: Host, input: string): Program {
  const listen = ["--listen=tcp://:12090", "--insecure-listen-any"];
  return host.start(windlass("file", "to-api", `--input=${input}`, ...listen));
}

async function writeCluster(path: string, ...ips: readonly string[]): Promise<void> {
  const items = [serviceJson("web"), sliceJson("web", ips)];
  await Deno.writeTextFile(
    `${path}.new`,
    JSON.stringify({ apiVersion: "v1", kind: "List", items }),
  );
  await Deno.rename(`${path}.new`, path);
}

const reason = await whyNoNamespaces();

Deno.test({
  name: `the wire between brain and backend is cut and healed${
    reason === null ? "" : ` (skipped: ${reason})`
  }`,
  ignore: reason !== null,
  async fn() {
    const folder = await Deno.makeTempDir();
    const input = `${folder}/cluster.json`;
    await writeCluster(input, "10.1.0.1");
    await using hosts = await twoHosts();
    await using node = await (async () => {
      await using brain = brainWith(hosts.brain, input);
      await brain.line(/Serving KPNG's API/);
      const node = hosts.node.start(
        windlass("api", "to-print", "--api=198.51.100.1:12090", "--node-name=n1", "-o=json"),
        { read: "stdout" },
      );
      assert.match(await node.line(/web/), /10\.1\.0\.1/);

      await hosts.cut();
      await writeCluster(input, "10.1.0.1", "10.1.0.2");
      await hosts.heal();
      assert.match(await node.line(/web/), /10\.1\.0\.2/);
      await hosts.cut();
      return node; // and the brain goes, unheard of
    })();

    await writeCluster(input, "10.1.0.3");
    await using brain = brainWith(hosts.brain, input);
    await brain.line(/Serving KPNG's API/);
    await hosts.heal();
    const line = await node.line(/web/);
    assert.match(line, /10\.1\.0\.3/);
    assert.match(line, /"update"|update/);
    await Deno.remove(folder, { recursive: true });
  },
});
