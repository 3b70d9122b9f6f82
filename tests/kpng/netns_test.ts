// The brain in one network namespace, the backend in another, and the wire between them cut and healed.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { serviceJson, sliceJson } from "./harness.ts";
import { TextLineStream } from "./lines.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BRAIN = `kpng-brain-${Deno.pid}`;
const NODE = `kpng-node-${Deno.pid}`;
const BRAIN_LINK = `kb${Deno.pid}`;
const NODE_LINK = `kn${Deno.pid}`;

async function ip(...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("ip", { args: [...args] }).output();
  if (!success) throw new Error(`ip ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

/** Why no namespaces can be made here; `null` if they can. */
async function whyNot(): Promise<string | null> {
  if (Deno.build.os !== "linux") return "needs Linux";
  try {
    await ip("netns", "add", BRAIN);
    await ip("netns", "delete", BRAIN);
    return null;
  } catch (error) {
    return `cannot make a network namespace: ${error instanceof Error ? error.message : error}`;
  }
}

/** Two namespaces with a wire between them. */
async function twoHosts() {
  await ip("netns", "add", BRAIN);
  await ip("netns", "add", NODE);
  await ip(
    "link",
    "add",
    BRAIN_LINK,
    "netns",
    BRAIN,
    "type",
    "veth",
    "peer",
    NODE_LINK,
    "netns",
    NODE,
  );
  for (const [host, link, address] of [[BRAIN, BRAIN_LINK, "1"], [NODE, NODE_LINK, "2"]] as const) {
    await ip("-n", host, "address", "add", `198.51.100.${address}/24`, "dev", link);
    await ip("-n", host, "link", "set", link, "up");
  }
  return {
    cut: () => ip("-n", BRAIN, "link", "set", BRAIN_LINK, "down"),
    heal: () => ip("-n", BRAIN, "link", "set", BRAIN_LINK, "up"),
    async [Symbol.asyncDispose]() {
      await ip("netns", "delete", BRAIN);
      await ip("netns", "delete", NODE);
    },
  };
}

/** Windlass in a namespace. Its log is read for a brain, its output for a node. */
function windlass(host: string, read: "stdout" | "stderr", ...args: readonly string[]) {
  const child = new Deno.Command("ip", {
    args: [
      "netns",
      "exec",
      host,
      Deno.execPath(),
      "run",
      "--no-prompt",
      "-P=windlass",
      "mod.ts",
      ...args,
    ],
    cwd: ROOT,
    stdin: "null",
    stdout: read === "stdout" ? "piped" : "null",
    stderr: read === "stderr" ? "piped" : "null",
  }).spawn();
  const lines = child[read].pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  const reader = lines.getReader();
  return {
    /** The next line that matches. */
    async line(pattern: RegExp): Promise<string> {
      for (;;) {
        const { value } = await reader.read();
        assert.ok(value !== undefined, `windlass has ended without a line like ${pattern}`);
        if (pattern.test(value)) return value;
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
    },
  };
}

function brainWith(input: string) {
  return windlass(
    BRAIN,
    "stderr",
    ...["file", "to-api", `--input=${input}`, "--listen=tcp://:12090", "--insecure-listen-any"],
  );
}

async function writeCluster(path: string, ...ips: readonly string[]): Promise<void> {
  const items = [serviceJson("web"), sliceJson("web", ips)];
  await Deno.writeTextFile(
    `${path}.new`,
    JSON.stringify({ apiVersion: "v1", kind: "List", items }),
  );
  await Deno.rename(`${path}.new`, path);
}

const reason = await whyNot();

Deno.test({
  name: `the wire between brain and backend is cut and healed${
    reason === null ? "" : ` (skipped: ${reason})`
  }`,
  ignore: reason !== null,
  async fn() {
    const folder = await Deno.makeTempDir();
    const input = `${folder}/cluster.json`;
    await writeCluster(input, "10.1.0.1");
    await using wire = await twoHosts();
    await using node = await (async () => {
      await using brain = brainWith(input);
      await brain.line(/Serving KPNG's API/);
      const node = windlass(
        NODE,
        "stdout",
        ...["api", "to-print", "--api=198.51.100.1:12090", "--node-name=n1", "-o=json"],
      );
      assert.match(await node.line(/web/), /10\.1\.0\.1/);

      await wire.cut();
      await writeCluster(input, "10.1.0.1", "10.1.0.2");
      await wire.heal();
      assert.match(await node.line(/web/), /10\.1\.0\.2/);
      await wire.cut();
      return node; // and the brain goes, unheard of
    })();

    await writeCluster(input, "10.1.0.3");
    await using brain = brainWith(input);
    await brain.line(/Serving KPNG's API/);
    await wire.heal();
    const line = await node.line(/web/);
    assert.match(line, /10\.1\.0\.3/);
    assert.match(line, /"update"|update/);
    await Deno.remove(folder, { recursive: true });
  },
});
