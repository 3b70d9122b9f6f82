/**
 * Endpoints that do not do what endpoints do.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { onEachDataPath } from "./data_paths.ts";
import {
  connectTo,
  echo,
  type Endpoint,
  endpoint,
  exchange,
  tcpListener,
  times,
  until,
  writeAll,
} from "./_loopback.ts";
import { startProxy } from "./_proxy.ts";

const CLIENTS = 20;

onEachDataPath(
  "who gets an endpoint that never answers waits alone, and is counted",
  async (dataPath) => {
    const silence = Promise.withResolvers<void>();
    await using silent = endpoint(() => silence.promise);
    await using good = echo();
    await using proxy = startProxy({ dataPath });
    const listener = await proxy.listen(tcpListener([silent.address, good.address]));
    const clients = await Promise.all(times(CLIENTS, () => connectTo(listener)));
    let answered = 0;
    const asking = clients.map(async (conn, i) => {
      if (await exchange(conn, `client ${i}`) === `client ${i}`) answered++;
    });

    const { active, endpoints } = await until(proxy.listener, ({ endpoints }) => {
      const [served = 0, waiting = 0] = [good, silent].map(({ address }) =>
        endpoints[address]?.connections
      );
      return served + waiting === CLIENTS && served === answered;
    });
    assert.equal(active, CLIENTS);
    assert.equal(endpoints[silent.address]?.active, CLIENTS - answered);
    assert.ok(answered < CLIENTS, "somebody got the silent one");

    silence.resolve(); // it closes what it holds
    await Promise.all(asking);
    for (const conn of clients) conn.close();
  },
);

onEachDataPath(
  "an endpoint that resets ends its clients' connections, and no others",
  async (dataPath) => {
    await using rude = await resetter();
    await using good = echo();
    await using proxy = startProxy({ dataPath });
    const listener = await proxy.listen(tcpListener([rude.address, good.address]));
    const clients = await Promise.all(times(CLIENTS, () => connectTo(listener)));
    const seen = await Promise.all(clients.map(answerTo));

    assert.equal(seen.filter((what) => what === "answer").length, good.taken);
    assert.equal(good.taken + rude.taken, CLIENTS);
    assert.ok(rude.taken > 0 && good.taken > 0);
    if (dataPath.resets) assert.ok(!seen.includes("end"), "a reset stays a reset");
    const { broken } = await until(proxy.listener, ({ active }) => active === good.taken);
    assert.equal(broken, rude.taken);
    for (const [i, conn] of clients.entries()) {
      if (seen[i] === "answer") assert.equal(await exchange(conn, "still there"), "still there");
      conn.close();
    }
  },
);

/** An endpoint that resets each connection on its first bytes. Deno's own sockets cannot. */
async function resetter(): Promise<Endpoint> {
  let taken = 0;
  const server = createServer((socket) => {
    taken++;
    socket.once("data", () => socket.resetAndDestroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return {
    address: `${address.address}:${address.port}`,
    get taken() {
      return taken;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, "close");
    },
  };
}

/** What comes of a question. */
async function answerTo(conn: Deno.TcpConn): Promise<"answer" | "end" | "reset"> {
  try {
    await writeAll(conn, new TextEncoder().encode("hello"));
    return await conn.read(new Uint8Array(5)) === null ? "end" : "answer";
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionReset) return "reset";
    throw error;
  }
}
