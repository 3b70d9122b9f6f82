// The program as a process whose log nobody reads: its connections must not wait for that.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { clusterText } from "../test_cluster.ts";

const MAIN = fileURLToPath(new URL("../../mod.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** More connections than a pipe has room for the lines about them. */
const CONNECTIONS = 400;

/** Sends a greeting and wants it back. */
async function greet(port: number): Promise<void> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode("hello"));
  const buffer = new Uint8Array(16);
  const n = await connection.read(buffer);
  assert.equal(new TextDecoder().decode(buffer.subarray(0, n ?? 0)), "hello");
}

const TEST = {
  name: "connections go on while nobody reads the log, and its lines come later",
  ignore: Deno.build.os === "windows", // no signal can be sent to another process there
};

Deno.test(TEST, async () => {
  const pod = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const echoes = (async () => {
    for await (const connection of pod) await connection.readable.pipeTo(connection.writable);
  })();
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr;
  free.close();
  const input = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(input, clusterText("127.0.0.1", port, pod.addr.port));
  // no workers: the thread that writes the log is the one that carries the bytes
  const line = ["file", "to-userspace", `--input=${input}`, "-v=4", "--workers=0"];
  await using child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--no-prompt", "-P=windlass", MAIN, ...line],
    cwd: ROOT,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const log = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const readOn = async (): Promise<boolean> => {
    const { value = "", done } = await log.read();
    text += value;
    return !done;
  };
  while (!/Proxying for service/.test(text)) assert(await readOn(), text);

  for (let n = 0; n < CONNECTIONS; n++) await greet(port); // and the log is not read

  child.kill("SIGTERM");
  while (await readOn()); // all that was held back, to the last line
  await child.status;
  pod.close();
  await echoes;
  await Deno.remove(input);
  assert.equal(text.match(/"Accepted TCP connection"/g)?.length, CONNECTIONS);
});
