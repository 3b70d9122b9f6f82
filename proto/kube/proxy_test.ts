import assert from "node:assert/strict";
import { join } from "node:path";
import { loadKubeConnection } from "./load_connection.ts";

const pem = (name: string) => Deno.readTextFileSync(new URL(`./testdata/${name}`, import.meta.url));

/** A proxy as companies have them: it opens a tunnel to whatever it is asked for. */
function startTunnel() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const asked: string[] = [];
  const serve = async (client: Deno.Conn): Promise<void> => {
    using _ = client;
    const head = await headOf(client);
    asked.push(head.split("\r\n")[0] ?? "");
    const [, port = "0"] = /^CONNECT 127\.0\.0\.1:(\d+) /.exec(head) ?? [];
    using server = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    await client.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\n"));
    await Promise.allSettled([pump(client, server), pump(server, client)]);
  };
  const served: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const client of listener) served.push(serve(client));
  })();
  return {
    asked,
    url: `http://127.0.0.1:${listener.addr.port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await Promise.all(served);
    },
  };
}

async function headOf(client: Deno.Conn): Promise<string> {
  let text = "";
  const buffer = new Uint8Array(1024);
  while (!text.endsWith("\r\n\r\n")) {
    const count = await client.read(buffer);
    if (count === null) break;
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
  return text;
}

async function pump(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(16_384);
  for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
    await to.write(buffer.subarray(0, count));
  }
  await to.closeWrite();
}

Deno.test("proxy-url: requests go through the proxy, and the server is still checked by its CA", async () => {
  const folder = await Deno.makeTempDir();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    cert: pem("server.crt"),
    key: pem("server.key"),
    onListen() {},
  }, () => new Response("through"));
  try {
    await using tunnel = startTunnel();
    const url = `https://127.0.0.1:${server.addr.port}`;
    const kubeconfig = join(folder, "config");
    const cluster = {
      server: url,
      "proxy-url": tunnel.url,
      "certificate-authority-data": btoa(pem("ca.crt")),
    };
    await Deno.writeTextFile(
      kubeconfig,
      JSON.stringify({
        "current-context": "c",
        contexts: [{ name: "c", context: { cluster: "k", user: "u" } }],
        clusters: [{ name: "k", cluster }],
        users: [{ name: "u", user: {} }],
      }),
    );
    const connection = await loadKubeConnection({ kubeconfig, env: () => undefined });
    const { status, body } = await connection.get("/version", new AbortController().signal);
    assert.deepEqual([status, await new Response(body).text()], [200, "through"]);
    assert.deepEqual(tunnel.asked, [`CONNECT 127.0.0.1:${server.addr.port} HTTP/1.1`]);
    connection.close();
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
});
