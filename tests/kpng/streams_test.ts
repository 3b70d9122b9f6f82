// Many watches on one connection, as all channels of a Python process and the clients of a gateway have.
import assert from "node:assert/strict";
import { connect } from "node:http2";
import { frame } from "../../proto/kpng/frames.ts";
import { guardSession } from "../../proto/kpng/guard.ts";
import { LOCAL_PATH, localRequest } from "../../proto/kpng/local_source.ts";
import { portOf, testServer, WEB } from "./harness.ts";

const HEADERS = {
  ":method": "POST",
  ":path": LOCAL_PATH,
  "content-type": "application/grpc",
  "te": "trailers",
};

Deno.test("a connection that many watches share carries well over a thousand", async () => {
  await using server = await testServer();
  server.put(WEB);
  const session = connect(`http://127.0.0.1:${portOf(server)}`);
  guardSession(session);
  const watches = Array.from({ length: 1500 }, () => session.request(HEADERS));
  for (const watch of watches) watch.write(frame(localRequest("n1")));
  await Promise.all(watches.map((watch) => new Promise((resolve) => watch.once("data", resolve))));
  assert.deepEqual(server.load(), { clients: 1, streams: 1500 });
  const closed = new Promise((resolve) => session.once("close", resolve));
  session.destroy();
  await closed;
});
