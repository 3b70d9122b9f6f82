import assert from "node:assert/strict";
import { SILENT } from "../../core/mod.ts";
import { agentUrl, callAgent } from "./agents.ts";
import type { Column } from "./model.ts";
import type { Order } from "./prober.ts";
import { PROBE_PATH, startProbeServer } from "./server.ts";

const ORDER: Order = { services: [], kinds: ["ClusterIP"], allNodes: false, times: 1 };
const COLUMN: Column = { from: "n1", cells: [], leftOut: [] };

function agent(probe: (order: Order, signal: AbortSignal) => Promise<Column>) {
  const server = startProbeServer({
    address: { hostname: "127.0.0.1", port: 0 },
    ...{ tls: false, token: null, insecure: false, probe, log: SILENT },
  });
  const name = `127.0.0.1:${server.address.port}`;
  return { server, name, url: `http://${name}${PROBE_PATH}` };
}

async function post(url: string, body: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  return { status: response.status, text: await response.text() };
}

const CALL = { token: null, ca: null, signal: new AbortController().signal };

Deno.test("an order is carried out as it was given, and the answer comes back", async () => {
  const orders: Order[] = [];
  const { server, name } = agent((order) => {
    orders.push(order);
    return Promise.resolve(COLUMN);
  });
  await using _ = server;
  assert.deepEqual(await callAgent(name, ORDER, CALL), { ok: true, column: COLUMN });
  assert.deepEqual(orders, [ORDER]);
});

Deno.test("an order cannot name an address: what is not in it is not heard", async () => {
  const orders: Order[] = [];
  const { server, url } = agent((order) => {
    orders.push(order);
    return Promise.resolve(COLUMN);
  });
  await using _ = server;
  const more = { targets: [{ ip: "169.254.169.254", port: 80 }], ip: "169.254.169.254" };
  await post(url, JSON.stringify({ ...ORDER, ...more }));
  assert.deepEqual(orders, [ORDER]);
});

Deno.test("one order at a time; the next one is told to come back", async () => {
  const begun = Promise.withResolvers<void>();
  const end = Promise.withResolvers<Column>();
  const { server, name } = agent(() => {
    begun.resolve();
    return end.promise;
  });
  await using _ = server;
  const first = callAgent(name, ORDER, CALL);
  await begun.promise;
  const second = await callAgent(name, ORDER, CALL);
  assert.ok(!second.ok && second.why.startsWith("it answers 429: Another order"), String(second));
  end.resolve(COLUMN);
  assert.equal((await first).ok, true);
  assert.equal((await callAgent(name, ORDER, CALL)).ok, true);
});

Deno.test.each([
  { what: "no JSON", body: "{", status: 400, says: /^Cannot read the order: / },
  { what: "no order", body: "{}", status: 400, says: /services is not a list/ },
  { what: "too much", body: "x".repeat(300_000), status: 413, says: /at most 262144 bytes/ },
])("$what is refused with $status", async ({ body, status, says }) => {
  const { server, url } = agent(() => Promise.reject(new Error("it was carried out")));
  await using _ = server;
  const answer = await post(url, body);
  assert.equal(answer.status, status);
  assert.match(answer.text, says);
});

Deno.test("another path, another method and another type get nothing done", async () => {
  const { server, url } = agent(() => Promise.reject(new Error("it was carried out")));
  await using _ = server;
  const order = JSON.stringify(ORDER);
  assert.equal((await post(url.replace("v1", "v2"), order)).status, 404);
  assert.equal((await post(url, order, { "content-type": "text/plain" })).status, 415);
  const got = await fetch(url, { headers: { "content-type": "application/json" } });
  assert.equal(got.status, 405);
  await got.body?.cancel();
});

Deno.test.each([
  { text: "127.0.0.1:1", url: "http://127.0.0.1:1/v1/probe" },
  { text: "[::1]:1", url: "http://[::1]:1/v1/probe" },
  { text: "n1:12091", url: "https://n1:12091/v1/probe" },
  { text: "http://192.0.2.1:1", url: "http://192.0.2.1:1/v1/probe" },
])("agent $text is called at $url", ({ text, url }) => {
  assert.equal(agentUrl(text).href, url);
});

Deno.test.each(["", "http://", "n1/path", "user@n1:1"])("%s is no agent", (text) => {
  assert.throws(() => agentUrl(text), { name: "TypeError", message: /is none of HOST:PORT/ });
});

const TLS = new URL("../../tests/kpng/testdata/", import.meta.url);

Deno.test("over TLS an agent is believed if its certificate comes from the authority that is given", async () => {
  const pem = (name: string) => Deno.readTextFile(new URL(name, TLS));
  const [key, cert] = [await pem("servera.key"), await pem("servera.crt")];
  await using server = startProbeServer({
    address: { hostname: "127.0.0.1", port: 0 },
    pem: { key, cert },
    ...{ tls: true, token: "0123456789abcdef", insecure: false },
    probe: () => Promise.resolve(COLUMN),
    log: SILENT,
  });
  const url = `https://127.0.0.1:${server.address.port}`;
  const call = { ...CALL, token: "0123456789abcdef" };
  assert.equal((await callAgent(url, ORDER, { ...call, ca: await pem("caa.crt") })).ok, true);
  const stranger = await callAgent(url, ORDER, { ...call, ca: await pem("cab.crt") });
  assert.ok(!stranger.ok && stranger.why.startsWith("it cannot be asked: "), String(stranger));
});
