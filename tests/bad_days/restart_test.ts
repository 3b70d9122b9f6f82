/**
 * The death of the process, and its next life.
 */
import assert from "node:assert/strict";
import { onEachDataPath } from "./data_paths.ts";
import { connectTo, datagrams, echo, exchange, tcpListener } from "./_loopback.ts";
import { startProxy } from "./_proxy.ts";

/** The client's half of a connection that a process's death has ended. */
async function isOver(conn: Deno.TcpConn): Promise<boolean> {
  return await conn.read(new Uint8Array(1)).catch((error) => {
    if (error instanceof Deno.errors.ConnectionReset) return null;
    throw error;
  }) === null;
}

onEachDataPath(
  "after kill -9 the next process listens at once where the first did, and traffic goes on",
  async (dataPath) => {
    await using good = echo();
    await using pod = echoDatagrams();
    await using first = startProxy({ dataPath });
    const { port } = await first.listen(tcpListener([good.address]));
    const tcp = tcpListener([good.address], { port });
    const udp = tcpListener([pod.address], { protocol: "UDP", port });
    await first.listen(udp);
    const live = await Promise.all(Array.from({ length: 50 }, () => connectTo(tcp)));
    for (const conn of live) assert.equal(await exchange(conn, "before"), "before");
    using client = askerOf(udp);
    assert.equal(await client.ask("before"), "before");
    await first.kill();
    for (const conn of live) assert.ok(await isOver(conn), "nobody hangs on the dead");

    await using second = startProxy({ dataPath });
    await second.listen(tcp); // throws if the port is not free
    await second.listen(udp);
    using conn = await connectTo(tcp);
    assert.equal(await exchange(conn, "after"), "after");
    assert.equal(await client.ask("after"), "after", "the same client, on its old socket");
    for (const conn of live) conn.close();
  },
);

/** A UDP endpoint that sends back what it gets. */
function echoDatagrams() {
  const socket = datagrams();
  let closed = false;
  const serving = (async () => {
    while (!closed) {
      try {
        const [datagram, from] = await socket.receive();
        await socket.send(datagram, from);
      } catch (error) {
        const { ConnectionRefused, ConnectionReset } = Deno.errors; // the killed proxy's flow
        const gone = error instanceof ConnectionRefused || error instanceof ConnectionReset;
        if (!closed && !gone) throw error;
      }
    }
  })();
  const { addr } = socket;
  assert.ok(addr.transport === "udp");
  return {
    address: `${addr.hostname}:${addr.port}`,
    async [Symbol.asyncDispose]() {
      closed = true;
      socket.close();
      await serving;
    },
  };
}

/** A UDP client of a listener. */
function askerOf({ ip: hostname, port }: { readonly ip: string; readonly port: number }) {
  const socket = datagrams();
  return {
    async ask(text: string): Promise<string> {
      await socket.send(new TextEncoder().encode(text), { transport: "udp", hostname, port });
      const [reply] = await socket.receive();
      return new TextDecoder().decode(reply);
    },
    [Symbol.dispose]: () => socket.close(),
  };
}
