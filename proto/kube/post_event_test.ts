import assert from "node:assert/strict";
import { connect } from "./authenticated.ts";
import { NO_CREDENTIALS, storedCredentials } from "./credentials.ts";
import { fetchTransport, type Transport } from "./fetch_transport.ts";
import { nodeTransport } from "./node_transport.ts";
import { patchEventSeries, postEvent, writerOf } from "./post_event.ts";

const EVENT = { metadata: { namespace: "default", name: "web.1" }, reason: "A" };
const SERIES = { count: 2, lastObservedTime: "2026-01-05T10:00:00.000000Z" };
const { signal } = new AbortController();

/** A server that answers with the given codes, and tells what it was asked. */
function server(
  codes: readonly number[],
  tls: { readonly cert: string; readonly key: string } | object = {},
) {
  const asked: string[] = [];
  const rest = [...codes];
  const running = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {}, ...tls },
    async (request) => {
      const { pathname } = new URL(request.url);
      const type = request.headers.get("content-type");
      const token = request.headers.get("authorization");
      asked.push(`${request.method} ${pathname} ${type} ${token} ${await request.text()}`);
      return new Response('{"message":"so it is"}', { status: rest.shift() ?? 201 });
    },
  );
  return { asked, port: running.addr.port, [Symbol.asyncDispose]: () => running.shutdown() };
}

function connection(url: string, transport: Transport) {
  const stored = { ...NO_CREDENTIALS, token: { text: "secret" } };
  const made = connect({
    server: url,
    notes: [],
    credentials: storedCredentials(stored, () => 0),
    transport,
  });
  const writer = writerOf(made);
  assert.ok(writer !== null);
  return { writer, [Symbol.dispose]: () => made.close() };
}

const file = (name: string) =>
  Deno.readTextFileSync(new URL(`./testdata/${name}`, import.meta.url));

Deno.test.each([{ by: "fetch" }, { by: "node:https" }])(
  "an event and its series are sent by $by, with credentials",
  async ({ by }) => {
    const tls = by === "fetch" ? {} : { cert: file("server.crt"), key: file("server.key") };
    await using api = server([201, 200], tls);
    using to = by === "fetch"
      ? connection(`http://127.0.0.1:${api.port}`, fetchTransport(null))
      : connection(
        `https://127.0.0.1:${api.port}`,
        nodeTransport({ skipVerify: true, serverName: null }),
      );
    await postEvent(to.writer, EVENT, signal);
    await patchEventSeries(to.writer, EVENT, SERIES, signal);
    const path = "/apis/events.k8s.io/v1/namespaces/default/events";
    assert.deepEqual(api.asked, [
      `POST ${path} application/json Bearer secret ${JSON.stringify(EVENT)}`,
      `PATCH ${path}/web.1 application/merge-patch+json Bearer secret ${
        JSON.stringify({ series: SERIES })
      }`,
    ]);
  },
);

Deno.test("an event that is there already is as good as sent, a refusal is told with the server's words", async () => {
  await using api = server([409, 403, 404]);
  using to = connection(`http://127.0.0.1:${api.port}`, fetchTransport(null));
  await postEvent(to.writer, EVENT, signal);
  await assert.rejects(postEvent(to.writer, EVENT, signal), { status: 403, message: /so it is/ });
  await assert.rejects(patchEventSeries(to.writer, EVENT, SERIES, signal), { status: 404 });
});

Deno.test("nothing is sent through a connection that is closed", async () => {
  const to = connection("http://127.0.0.1:1", fetchTransport(null));
  to[Symbol.dispose]();
  await assert.rejects(postEvent(to.writer, EVENT, signal), /the connection is closed/);
});

Deno.test("a connection that can only read is no way to write", () => {
  const readOnly = {
    server: "",
    notes: [],
    get: () => Promise.reject(new Error("unused")),
    renew() {},
    close() {},
  };
  assert.equal(writerOf(readOnly), null);
});
