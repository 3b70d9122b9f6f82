import assert from "node:assert/strict";
import { loadKubeConnection } from "../../proto/mod.ts";
import { getNode } from "./wait_for_node.ts";

Deno.test("a server that takes the connection and says nothing is not waited for", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const taken: Deno.Conn[] = [];
  const taking = (async () => {
    for await (const connection of listener) taken.push(connection);
  })();
  const connection = await loadKubeConnection({
    server: `http://127.0.0.1:${listener.addr.port}`,
    env: () => undefined,
  });
  await assert.rejects(
    getNode(connection, "n1", new AbortController().signal, 50),
    /Cannot get Node "n1": the server has not answered within 50 ms/,
  );
  assert.equal(taken.length, 1);
  connection.close();
  listener.close();
  await taking;
  for (const each of taken) each.close();
});

Deno.test("who is told to stop hears why, and not of the server", async () => {
  const stop = new AbortController();
  const asked = getNode(
    {
      server: "http://127.0.0.1:1",
      notes: [],
      get: (_, signal) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      renew() {},
      close() {},
    },
    "n1",
    stop.signal,
  );
  stop.abort(new Error("the end"));
  await assert.rejects(asked, /^Error: the end$/);
});
