import assert from "node:assert/strict";
import { ClientConnection } from "./client.ts";
import { realClock } from "./clock.ts";
import { DatagramClient } from "./datagram_client.ts";
import { Ledger } from "./ledger.ts";
import { type PodServer, startPodServer } from "./pod.ts";

const LOOPBACK = "127.0.0.1";

function startPod(ledger: Ledger): PodServer {
  const onError = (error: unknown) => assert.fail(`the pod met ${error}`);
  return startPodServer({ ip: LOOPBACK, port: 0, ledger, onError });
}

function connectTo(pod: PodServer, ledger: Ledger): ClientConnection {
  const frontend = { kind: "ClusterIP", ip: LOOPBACK, port: pod.port } as const;
  return new ClientConnection({ frontend, ledger, clock: realClock(), patienceMs: 2000 });
}

Deno.test("a pod answers each request with its name and the same bytes", async () => {
  const ledger = new Ledger();
  const pod = startPod(ledger);
  const client = connectTo(pod, ledger);
  for (const bytes of [0, 1, 300, 64 * 1024]) {
    const { sight, endpoint } = await client.ask(bytes);
    assert.deepEqual({ sight, endpoint }, { sight: "reply", endpoint: pod.endpoint });
  }
  assert.equal(ledger.read(client.number).endpoint, pod.endpoint);
  client.close();
  await pod.finish();
  assert.equal(ledger.size, 0);
});

Deno.test("a client that closes its half still gets its last reply, and the end", async () => {
  const ledger = new Ledger();
  const pod = startPod(ledger);
  const client = connectTo(pod, ledger);
  const exchange = await client.ask(5000, true);
  assert.equal(exchange.sight, "reply");
  client.close();
  await pod.finish();
});

Deno.test("a pod that finishes closes idle connections and says that it was the one", async () => {
  const ledger = new Ledger();
  const pod = startPod(ledger);
  const client = connectTo(pod, ledger);
  await client.ask(10);
  await pod.finish();
  assert.equal(ledger.read(client.number).closedByPod, true);
  assert.equal((await client.ask(10)).sight, "end");
  client.close();
});

Deno.test("a pod that finishes answers who was let in and has not asked yet", async () => {
  const ledger = new Ledger();
  const pod = startPod(ledger);
  const early = await Deno.connect({ hostname: LOOPBACK, port: pod.port, autoSelectFamily: false });
  const settled = connectTo(pod, ledger);
  await settled.ask(1); // its reply shows that the pod has let the earlier connection in
  const finished = pod.finish();
  await early.write(new TextEncoder().encode("99 0 0\n"));
  const reply = new Uint8Array(100);
  const length = await early.read(reply) ?? 0;
  const text = new TextDecoder().decode(reply.subarray(0, length));
  assert.equal(text, `${pod.endpoint} 99 0 0\n`);
  await finished;
  early.close();
  settled.close();
});

Deno.test("a pod that dies takes its connections along and takes no new ones", async () => {
  const ledger = new Ledger();
  const pod = startPod(ledger);
  const client = connectTo(pod, ledger);
  await client.ask(10);
  await pod.crash();
  assert.equal(ledger.read(client.number).closedByPod, true);
  assert.equal((await client.ask(10)).sight, "end");
  client.close();
  const late = connectTo(pod, ledger);
  assert.equal((await late.ask(10)).sight, "no-connection");
  late.close();
});

Deno.test("a pod that dies while a request comes in has not got it", async () => {
  const claims: number[] = [];
  const ledger = new Ledger();
  ledger.claim = (connection) => {
    claims.push(connection);
    dying = pod.crash(); // the other request has been read by now, and waits for its turn
  };
  const pod = startPod(ledger);
  let dying = Promise.resolve();
  const options = { hostname: LOOPBACK, port: pod.port, autoSelectFamily: false };
  const clients = [await Deno.connect(options), await Deno.connect(options)];
  await Promise.all(clients.map((client, index) => {
    return client.write(new TextEncoder().encode(`${index} 0 0\n`));
  }));
  for (const client of clients) {
    assert.equal(await client.read(new Uint8Array(10)).catch(() => null), null);
    client.close();
  }
  await dying;
  assert.equal(claims.length, 1);
});

Deno.test("a pod closes on a peer that does not speak its language", async () => {
  const pod = startPod(new Ledger());
  const conn = await Deno.connect({ hostname: LOOPBACK, port: pod.port, autoSelectFamily: false });
  await conn.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  assert.equal(await conn.read(new Uint8Array(10)).catch(() => null), null);
  conn.close();
  await pod.finish();
});

function senderTo(pod: PodServer, ledger: Ledger, patienceMs = 2000): DatagramClient {
  const frontend = { kind: "ClusterIP", ip: LOOPBACK, port: pod.port } as const;
  return new DatagramClient({ frontend, ledger, clock: realClock(), patienceMs });
}

Deno.test("a pod answers each datagram with its name and the same bytes", async () => {
  const ledger = new Ledger();
  const pod = startPod(ledger);
  const client = senderTo(pod, ledger);
  for (const bytes of [0, 1, 300, 16 * 1024]) {
    const { sight, endpoint } = await client.ask(bytes);
    assert.deepEqual({ sight, endpoint }, { sight: "reply", endpoint: pod.endpoint });
  }
  await client.close();
  await pod.finish();
  assert.equal(ledger.size, 0);
});

Deno.test("a pod answers no datagram that is no request", async () => {
  const pod = startPod(new Ledger());
  const hostname = LOOPBACK;
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  const to = { transport: "udp", hostname, port: pod.port } as const;
  for (const text of ["GET /", "1 0 x\n", "", "7 0 0\n"]) {
    await socket.send(new TextEncoder().encode(text), to);
  }
  const [first] = await socket.receive();
  assert.equal(new TextDecoder().decode(first), `${pod.endpoint} 7 0 0\n`);
  socket.close();
  await pod.finish();
});

Deno.test.each([{ end: "finish" }, { end: "crash" }] as const)(
  "after $end() a pod answers no datagram, and its client gives up after some tries",
  async ({ end }) => {
    const ledger = new Ledger();
    const pod = startPod(ledger);
    const client = senderTo(pod, ledger, 50);
    await client.ask(10);
    await pod[end]();
    const { sight, retries } = await client.ask(10);
    assert.deepEqual({ sight, retries }, { sight: "hang", retries: 4 });
    await client.close();
  },
);
