import assert from "node:assert/strict";

/** A child process: it needs `gc()` and an `HTTP_PROXY` that leads nowhere. */
const CHILD = `
import { fetchTransport } from ${
  JSON.stringify(new URL("./fetch_transport.ts", import.meta.url).href)
};
const endless = new ReadableStream({ start: (to) => to.enqueue(new Uint8Array([1])) });
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => new Response(endless));
const transport = fetchTransport(null);
const abort = new AbortController();
const credentials = { ca: null, cert: null, key: null, headers: {} };
const { body } = await transport.send(\`http://127.0.0.1:\${server.addr.port}/\`, credentials, abort.signal, null);
const reader = body.getReader();
await reader.read();
for (let i = 0; i < 5; i++) { gc(); await new Promise((done) => setTimeout(done)); }
const ended = reader.read().then(() => "ended", () => "failed");
abort.abort();
console.log(await Promise.race([ended, new Promise((done) => setTimeout(done, 5000, "deaf"))]));
Deno.exit(0);
`;

Deno.test("a stream ends on abort although its Response was collected, and loopback needs no proxy", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-net=127.0.0.1", "--v8-flags=--expose-gc", "--ext=ts", "-"],
    env: { HTTP_PROXY: "http://127.0.0.1:1", NO_PROXY: "" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await new Blob([CHILD]).stream().pipeTo(child.stdin);
  const { stdout, stderr } = await child.output();
  assert.equal(new TextDecoder().decode(stdout).trim(), "failed", new TextDecoder().decode(stderr));
});
