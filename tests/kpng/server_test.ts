// The server over the wire: how streams end, what is served, and peers that do not behave.
import assert from "node:assert/strict";
import { LOCAL_PATH } from "../../proto/kpng/local_source.ts";
import { GrpcError, STATUS } from "../../proto/kpng/status.ts";
import { mapSnapshot } from "../../proto/kpng/from_snapshot.ts";
import {
  drain,
  grpcHeaders,
  HTTP2_BEGIN,
  http2Frame,
  joinedBytes,
  portOf,
  RoundClient,
  serviceJson,
  sliceJson,
  snapshotOf,
  testServer,
  WEB,
  writeAll,
} from "./harness.ts";

const FIRST_ROUND = ["reset", "set default/web", "set default/web/web-0", "sync"];

/** Another client is served as ever. */
async function servesOthers(server: { readonly address: Parameters<typeof portOf>[0]["address"] }) {
  await using client = new RoundClient(server.address);
  client.ask();
  assert.deepEqual(await client.round(), FIRST_ROUND);
}

function connect(server: Parameters<typeof portOf>[0]): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname: "127.0.0.1", port: portOf(server) });
}

function endsWith(status: number, message: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof GrpcError, String(error));
    assert.match(error.message, message);
    assert.equal(error.status, status);
    return true;
  };
}

Deno.test("a change reaches a client in its open round, and only what has changed", async () => {
  await using server = await testServer();
  server.put(WEB);
  await using client = new RoundClient(server.address);
  client.ask();
  assert.deepEqual(await client.round(), FIRST_ROUND);
  client.ask();
  server.put(snapshotOf(
    serviceJson("web"),
    serviceJson("new", "10.96.0.11"),
    sliceJson("web", ["10.1.0.1", "10.1.0.2"]),
  ));
  assert.deepEqual(await client.round(), ["set default/new", "set default/web/web-1", "sync"]);
});

Deno.test("a server that stops drops its clients, as KPNG does", async () => {
  const server = await testServer();
  server.put(WEB);
  await using client = new RoundClient(server.address);
  client.ask();
  await client.round();
  client.ask();
  await server.close();
  await assert.rejects(client.next(), endsWith(STATUS.unavailable, /./));
});

Deno.test("a server that stops says no farewell, which a gRPC client would take for a fault", async () => {
  const server = await testServer();
  server.put(WEB);
  using connection = await connect(server);
  const request = http2Frame(0, 0, 1, new Uint8Array(5));
  const begin = joinedBytes(HTTP2_BEGIN, http2Frame(1, 4, 1, grpcHeaders(LOCAL_PATH)), request);
  await writeAll(connection, begin);
  await untilMessages(connection);
  await server.close();
  assert.equal(await drain(connection), 0);
});

/** Reads until a round has come to its end. */
async function untilMessages(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  const sync = [0, 0, 0, 0, 2, 0x0a, 0];
  for (let seen: number[] = [];;) {
    const n = await connection.read(buffer);
    assert.ok(n !== null, "the server has hung up");
    seen = [...seen, ...buffer.subarray(0, n)];
    if (seen.some((_, at) => sync.every((byte, i) => seen[at + i] === byte))) return;
  }
}

Deno.test("a server that is at its end says so in its open rounds", async () => {
  await using server = await testServer();
  server.put(WEB);
  await using client = new RoundClient(server.address);
  client.ask();
  await client.round();
  client.ask();
  server.end();
  await assert.rejects(client.next(), endsWith(STATUS.ok, /^$/));
});

Deno.test("a client that left is noticed at once, though nothing changes", async () => {
  await using server = await testServer();
  server.put(WEB);
  {
    await using client = new RoundClient(server.address);
    client.ask();
    await client.round();
    client.ask();
    assert.deepEqual(server.load(), { clients: 1, streams: 1 });
  }
  await server.lines.until(/A client is gone/);
  assert.deepEqual(server.load(), { clients: 0, streams: 0 });
});

Deno.test("an unknown method, and an API that is switched off, are not served", async () => {
  await using server = await testServer({ globalApi: false });
  for (const path of ["/localv1.Sets/Watch2", "/globalv1.Sets/Watch"]) {
    await using client = new RoundClient(server.address, path);
    client.ask(new Uint8Array());
    await assert.rejects(client.next(), endsWith(STATUS.unimplemented, /Unknown method/));
  }
  assert.match(server.lines.lines.join("\n"), /something that is not served path=\/globalv1/);
});

Deno.test("a request that is no message ends its stream with INTERNAL", async () => {
  await using server = await testServer();
  server.put(WEB);
  await using client = new RoundClient(server.address);
  client.ask(new Uint8Array([0x0a, 0x05, 0x61]));
  await assert.rejects(client.next(), endsWith(STATUS.internal, /Cannot read a request/));
  await servesOthers(server);
});

Deno.test("a message of 100 MB is refused by its head", async () => {
  await using server = await testServer();
  server.put(WEB);
  using connection = await connect(server);
  const head = new Uint8Array(5);
  new DataView(head.buffer).setUint32(1, 100_000_000);
  await writeAll(
    connection,
    joinedBytes(
      HTTP2_BEGIN,
      http2Frame(1, 4, 1, grpcHeaders(LOCAL_PATH)),
      http2Frame(0, 0, 1, head),
    ),
  );
  await server.lines.until(/has 100000000 bytes, and at most 65536 are taken/);
  await servesOthers(server);
});

Deno.test.each([
  { what: "garbage instead of HTTP/2", bytes: new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n") },
  {
    what: "a frame that is too large",
    bytes: joinedBytes(HTTP2_BEGIN, new Uint8Array([255, 255, 255, 0, 0, 0, 0, 0, 1])),
  },
  {
    what: "data on a stream that is not open",
    bytes: joinedBytes(HTTP2_BEGIN, http2Frame(0, 0, 7, new Uint8Array(3))),
  },
  {
    what: "headers that are none",
    bytes: joinedBytes(HTTP2_BEGIN, http2Frame(1, 4, 1, new Uint8Array([0xff, 0xff, 0xff, 0xff]))),
  },
])("$what ends that connection and no other", async ({ bytes }) => {
  await using server = await testServer();
  server.put(WEB);
  using connection = await connect(server);
  await writeAll(connection, bytes);
  await drain(connection);
  await server.lines.until(/A client('s connection has failed| is gone)/);
  await servesOthers(server);
});

Deno.test("a frame that is cut short, and then nothing: the others don't wait for it", async () => {
  await using server = await testServer();
  server.put(WEB);
  using connection = await connect(server);
  await writeAll(
    connection,
    joinedBytes(HTTP2_BEGIN, http2Frame(1, 4, 1, grpcHeaders(LOCAL_PATH)).subarray(0, 20)),
  );
  await servesOthers(server);
});

Deno.test("a thousand requests at once open their rounds one after the other", async () => {
  await using server = await testServer();
  server.put(WEB);
  await using client = new RoundClient(server.address);
  for (let i = 0; i < 1000; i++) client.ask();
  assert.deepEqual(await client.round(), FIRST_ROUND);
  for (let i = 1; i <= 3; i++) {
    server.put(
      snapshotOf(serviceJson("web", `10.96.0.${100 + i}`), sliceJson("web", ["10.1.0.1"])),
    );
    assert.deepEqual(await client.round(), ["set default/web", "sync"]);
  }
  await servesOthers(server);
});

Deno.test("a client that never reads is cut off in the end, and is sent no more than its window", async () => {
  await using server = await testServer({ patienceMs: 50 });
  const services = Array.from(
    { length: 3000 },
    (_, i) => serviceJson(`s${i}`, `10.96.${i >> 8}.${i & 255}`),
  );
  server.put(snapshotOf(...services));
  using connection = await connect(server);
  const request = new Uint8Array([0, 0, 0, 0, 0]);
  await writeAll(
    connection,
    joinedBytes(
      HTTP2_BEGIN,
      http2Frame(1, 4, 1, grpcHeaders(LOCAL_PATH)),
      http2Frame(0, 0, 1, request),
    ),
  );
  await server.lines.until(/The other side has taken nothing for/);
});

Deno.test("a client that gives no sign of life is cut off", async () => {
  await using server = await testServer({ pingMs: 20 });
  using connection = await connect(server);
  await writeAll(connection, HTTP2_BEGIN);
  await server.lines.until(/gives no sign of life/);
  await drain(connection);
});

Deno.test("without TLS only this machine is listened to, unless it is asked for", async () => {
  const any = { network: "tcp", host: "0.0.0.0", port: 0 } as const;
  await assert.rejects(
    testServer({ listen: any }),
    /Cannot listen on tcp:\/\/0\.0\.0\.0:0 without TLS: .* --insecure-listen-any/,
  );
  await using server = await testServer({ listen: any, insecureListenAny: true });
  assert.ok(portOf(server) > 0);
});

Deno.test("an address that is taken stops the start", async () => {
  await using server = await testServer();
  await assert.rejects(
    testServer({ listen: server.address }),
    /^SourceError: Cannot listen on tcp:\/\/127\.0\.0\.1:\d+: .*; is another server there\?/,
  );
});

Deno.test({
  name: "a Unix socket is served, and one that was left behind is replaced",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    const listen = { network: "unix", path: `${folder}/kpng.sock` } as const;
    for (let run = 0; run < 2; run++) {
      await using server = await testServer({ listen });
      server.put(WEB);
      await servesOthers(server);
    }
    await Deno.writeTextFile(`${folder}/file`, "");
    await assert.rejects(
      testServer({ listen: { network: "unix", path: `${folder}/file` } }),
      /there is a file of that name, and it is no socket/,
    );
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test("what is equal for many nodes is encoded once", () => {
  const all = { labels: () => true, annotations: () => true };
  const { model } = mapSnapshot(WEB, { services: all, nodes: all });
  const service = model.local.get("default/web");
  const on = (name: string) => service?.endpointsFor({ name, zone: "" });
  assert.equal(on("far"), on("away"));
  assert.notEqual(on("n1"), on("far"));
});
