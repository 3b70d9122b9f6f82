// Many watches on one connection, as all channels of a Python process and the clients of a gateway
// have; and streams that end with theirs.
import assert from "node:assert/strict";
import { type ClientHttp2Session, connect } from "node:http2";
import { frame } from "../../proto/kpng/frames.ts";
import { messagesOf } from "../../proto/kpng/grpc_stream.ts";
import { guardSession } from "../../proto/kpng/guard.ts";
import { LOCAL_PATH, localRequest } from "../../proto/kpng/local_source.ts";
import { GrpcError } from "../../proto/kpng/status.ts";
import { portOf, testServer, WEB } from "./harness.ts";

const HEADERS = {
  ":method": "POST",
  ":path": LOCAL_PATH,
  "content-type": "application/grpc",
  "te": "trailers",
};

/** A connection of which several streams can be had. */
function shared(port: number): ClientHttp2Session & AsyncDisposable {
  const session = connect(`http://127.0.0.1:${port}`);
  guardSession(session);
  const hangUp = () =>
    new Promise<void>((resolve) => {
      session.once("close", () => resolve());
      session.destroy();
    });
  return Object.assign(session, { [Symbol.asyncDispose]: hangUp });
}

Deno.test("a connection that many watches share carries well over a thousand", async () => {
  await using server = await testServer();
  server.put(WEB);
  await using session = shared(portOf(server));
  const watches = Array.from({ length: 1500 }, () => session.request(HEADERS));
  for (const watch of watches) watch.write(frame(localRequest("n1")));
  await Promise.all(watches.map((watch) => new Promise((resolve) => watch.once("data", resolve))));
  assert.deepEqual(server.load(), { clients: 1, streams: 1500 });
});

Deno.test("a stream that fails with its connection says that the other side is gone", async () => {
  await using server = await testServer();
  server.put(WEB);
  await using session = shared(portOf(server));
  const stream = session.request(HEADERS);
  stream.write(frame(localRequest("n1")));
  const messages = messagesOf(stream, 1024);
  await messages.next();
  stream.destroy(new Error("read ECONNRESET"));
  const rest = Array.fromAsync(messages);
  await assert.rejects(rest, new GrpcError(1, "The other side is gone: read ECONNRESET"));
});
