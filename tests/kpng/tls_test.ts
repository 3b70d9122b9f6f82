// TLS on both sides: who is let in, which files are refused, and files that change while a server runs.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { openCall } from "../../proto/kpng/grpc_client.ts";
import { LOCAL_PATH, localRequest } from "../../proto/kpng/local_source.ts";
import { GrpcError } from "../../proto/kpng/status.ts";
import { loadTls, type TlsFiles } from "../../proto/kpng/tls_files.ts";
import type { Address, TlsPaths } from "../../proto/mod.ts";
import { HTTP2_BEGIN, portOf, testServer, WEB, writeAll } from "./harness.ts";

function file(name: string): string {
  return fileURLToPath(new URL(`./testdata/${name}`, import.meta.url));
}

/** The files of one side, of authority a or b. */
function paths(side: "server" | "client", own: "a" | "b", ca: "a" | "b" | null = own): TlsPaths {
  return {
    key: file(`${side}${own}.key`),
    crt: file(`${side}${own}.crt`),
    ca: ca === null ? null : file(`ca${ca}.crt`),
  };
}

/** How a client fares: the first message's length, or why there is none. */
async function firstMessage(address: Address, tls: TlsFiles | null): Promise<number | string> {
  const options = { address, tls, path: LOCAL_PATH, maxBytes: 1 << 20, connectMs: 5000 };
  await using call = openCall(options, new AbortController().signal);
  call.send(localRequest("n1"));
  try {
    for await (const message of call.messages) return message.length;
  } catch (error) {
    if (error instanceof GrpcError) return error.message;
    throw error;
  }
  return "nothing";
}

Deno.test("with an authority, a server lets in who shows a certificate of it, and nobody else", async () => {
  await using server = await testServer({ tls: paths("server", "a") });
  server.put(WEB);
  assert.equal(await firstMessage(server.address, await loadTls(paths("client", "a"))), 2);
  const authority = await loadTls({ key: null, crt: null, ca: file("caa.crt") });
  const stranger = await loadTls(paths("client", "b", "a"));
  const refusals = [
    { tls: authority, told: /CertificateRequired|it may want a certificate of its clients/ },
    { tls: stranger, told: /alert|it may not take the certificate of --tls-crt/ },
    { tls: null, told: /it has hung up before any answer: it may want TLS; give --tls-ca/ },
  ];
  for (const { tls, told } of refusals) {
    assert.match(String(await firstMessage(server.address, tls)), told);
  }
  assert.match(server.lines.lines.join("\n"), /no TLS connection came about/);
  assert.equal(await firstMessage(server.address, await loadTls(paths("client", "a"))), 2);
});

Deno.test({
  name: "a Unix socket has TLS on both sides where that is asked for",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    const listen = { network: "unix", path: `${folder}/kpng.sock` } as const;
    {
      await using server = await testServer({ listen, tls: paths("server", "a") });
      server.put(WEB);
      assert.equal(await firstMessage(listen, await loadTls(paths("client", "a"))), 2);
      const other = await loadTls(paths("client", "a", "b"));
      assert.match(String(await firstMessage(listen, other)), /certificate/);
    }
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test("without an authority, a server lets in everybody who trusts it", async () => {
  await using server = await testServer({ tls: paths("server", "a", null) });
  server.put(WEB);
  const authority = await loadTls({ key: null, crt: null, ca: file("caa.crt") });
  assert.equal(await firstMessage(server.address, authority), 2);
  const other = await loadTls({ key: null, crt: null, ca: file("cab.crt") });
  assert.match(String(await firstMessage(server.address, other)), /certificate/);
});

Deno.test("a client without TLS on a TLS port is told off, and the others are served", async () => {
  await using server = await testServer({ tls: paths("server", "a", null) });
  server.put(WEB);
  {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: portOf(server) });
    await writeAll(connection, HTTP2_BEGIN);
    await server.lines.until(/no TLS connection came about why=it does not speak TLS/);
  }
  const authority = await loadTls({ key: null, crt: null, ca: file("caa.crt") });
  assert.equal(await firstMessage(server.address, authority), 2);
});

Deno.test("who only looks whether the port is open, as probes do, is no refused client", async () => {
  await using server = await testServer({ tls: paths("server", "a") });
  (await Deno.connect({ hostname: "127.0.0.1", port: portOf(server) })).close();
  await server.lines.until(/A client has gone without a word/);
  assert.doesNotMatch(server.lines.lines.join("\n"), /no TLS connection came about/);
});

Deno.test("a client with TLS is told where a server has none", async () => {
  await using server = await testServer();
  const authority = await loadTls({ key: null, crt: null, ca: file("caa.crt") });
  assert.match(String(await firstMessage(server.address, authority)), /it does not speak TLS/);
});

Deno.test.each<{ what: string; tls: TlsPaths; message: RegExp }>([
  {
    what: "a key that is not there",
    tls: { ...paths("server", "a"), key: file("missing.key") },
    message: /Cannot use TLS: the key cannot be read: .*missing\.key/,
  },
  {
    what: "a certificate that is none",
    tls: { ...paths("server", "a"), crt: file("servera.key") },
    message: /Cannot use TLS: the certificate ".*servera\.key" is not in PEM format/,
  },
  {
    what: "a key of another certificate",
    tls: { ...paths("server", "a"), key: file("serverb.key") },
    message: /the key ".*serverb\.key" is not that of the certificate ".*servera\.crt"/,
  },
  {
    what: "an authority that is none",
    tls: { ...paths("server", "a"), ca: fileURLToPath(import.meta.url) },
    message: /Cannot use TLS: the authority ".*" is not in PEM format/,
  },
  {
    what: "a certificate without its key",
    tls: { ...paths("server", "a"), key: null },
    message: /a server needs a key and a certificate|without its key/,
  },
  {
    what: "an authority alone",
    tls: { key: null, crt: null, ca: file("caa.crt") },
    message: /a server needs a key and a certificate/,
  },
])("$what stops the start", async ({ tls, message }) => {
  await assert.rejects(testServer({ tls }), message);
});

Deno.test("files that change are used for new connections; bad ones are not", async () => {
  const folder = await Deno.makeTempDir();
  const tls = { key: `${folder}/key`, crt: `${folder}/crt`, ca: `${folder}/ca` };
  const install = async (own: "a" | "b") => {
    const from = paths("server", own);
    for (const name of ["key", "crt", "ca"] as const) {
      await Deno.copyFile(from[name] ?? "", tls[name]);
    }
  };
  await install("a");
  await using server = await testServer({ tls });
  server.put(WEB);
  const [a, b] = [await loadTls(paths("client", "a")), await loadTls(paths("client", "b"))];
  assert.equal(await firstMessage(server.address, a), 2);
  assert.equal(await server.checkTls(), false);

  await Deno.writeTextFile(tls.crt, "half a certi");
  assert.equal(await server.checkTls(), false);
  assert.match(
    server.lines.lines.join("\n"),
    /have changed and cannot be used; those from before stay/,
  );
  assert.equal(await firstMessage(server.address, a), 2);

  await install("b");
  assert.equal(await server.checkTls(), true);
  assert.equal(await firstMessage(server.address, b), 2);
  assert.equal(typeof await firstMessage(server.address, a), "string");
  await Deno.remove(folder, { recursive: true });
});
