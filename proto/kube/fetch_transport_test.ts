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

/** Prints the first line of a request to a plain server on loopback. */
const ASK = `
import { fetchTransport } from ${
  JSON.stringify(new URL("./fetch_transport.ts", import.meta.url).href)
};
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const url = \`http://127.0.0.1:\${listener.addr.port}/api/v1/services\`;
const credentials = { ca: null, cert: null, key: null, headers: {} };
const { signal } = new AbortController();
fetchTransport(null).send(url, credentials, signal, null).catch(() => {});
const client = await listener.accept();
const buffer = new Uint8Array(1024);
const count = await client.read(buffer);
console.log(new TextDecoder().decode(buffer.subarray(0, count)).split("\\r\\n")[0].replace(url, "URL"));
Deno.exit(0);
`;

Deno.test.each([
  { known: "no proxy", proxy: "", asks: "/api/v1/services" },
  { known: "a proxy", proxy: "http://127.0.0.1:1", asks: "URL" },
])("where $known is set, a plain server on loopback is asked itself", async ({ proxy, asks }) => {
  const none = { ALL_PROXY: "", all_proxy: "", http_proxy: "" };
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-net=127.0.0.1", "--allow-env", "--ext=ts", "-"],
    env: { ...none, HTTP_PROXY: proxy },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await new Blob([ASK]).stream().pipeTo(child.stdin);
  const { stdout, stderr } = await child.output();
  const line = `GET ${asks} HTTP/1.1`;
  assert.equal(new TextDecoder().decode(stdout).trim(), line, new TextDecoder().decode(stderr));
});
