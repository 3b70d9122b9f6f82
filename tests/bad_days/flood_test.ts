/**
 * A flood of UDP clients that send one datagram each, from a hundred thousand addresses.
 */
import assert from "node:assert/strict";
import { UDP_FLOW_LIMIT } from "../../backends/mod.ts";
import { onEachDataPath } from "./data_paths.ts";
import { datagrams, tcpListener, times, until } from "./_loopback.ts";
import { startProxy } from "./_proxy.ts";

const CLIENTS = 100_000;
/**
 * As many come between two requests of the regular client. What it sends waits in the same queue as
 * what they have sent, so its answer says that the proxy has seen all of theirs.
 */
const BETWEEN = 100;
/** By then every flow of the table is taken, and from then on memory may not grow. */
const FULL = 20_000;
const MIB = 1024 * 1024;
const MOST_GROWTH = 48 * MIB;
/** A flow may hold a buffer for the largest datagram. */
const BYTES_EACH = 64 * 1024;

onEachDataPath(
  "a flood of UDP clients does not fill the memory, nor push a regular client out",
  async (dataPath) => {
    await using pods = namingPods(2);
    await using proxy = startProxy({ dataPath, options: { udpIdleTimeoutMs: 3_600_000 } });
    const spec = tcpListener(pods.addresses, { protocol: "UDP" });
    const listener = await proxy.listen(spec);
    const before = await proxy.health();
    const to = { transport: "udp", hostname: listener.ip, port: listener.port } as const;
    const hello = new TextEncoder().encode("hello");

    const regular = datagrams();
    const answers = new Map<string, number>();
    let full = before;
    for (let sent = 0; sent < CLIENTS; sent += BETWEEN) {
      if (sent === FULL) full = await proxy.health();
      await regular.send(hello, to);
      const [reply] = await regular.receive();
      const name = new TextDecoder().decode(reply);
      answers.set(name, (answers.get(name) ?? 0) + 1);
      await Promise.all(times(BETWEEN, async (i) => {
        const client = datagrams(addressOf(sent + i));
        await client.send(hello, to);
        client.close();
      }));
    }
    regular.close();
    assert.deepEqual([...answers.values()], [CLIENTS / BETWEEN], "one pod, to the last request");

    const { active, accepted, udp } = await until(
      proxy.listener,
      (now) => now.accepted === CLIENTS + 1,
    );
    assert.ok(active <= UDP_FLOW_LIMIT, `${active} flows`);
    assert.equal(udp?.flowsEnded.evicted, accepted - active, "who had to go is counted");
    const { rss } = await proxy.health();
    const grown = (rss - full.rss) / MIB;
    assert.ok(grown < MOST_GROWTH / MIB, `${grown} MiB more memory, after the table was full`);
    assert.ok(
      rss - before.rss < UDP_FLOW_LIMIT * BYTES_EACH,
      `${(rss - before.rss) / MIB} MiB more memory`,
    );
  },
  { ignore: Deno.build.os === "darwin" }, // it has one address of 127.0.0.0/8
);

/** The n-th address of the flood, 127.16.0.0 and what follows. */
function addressOf(n: number): string {
  return `127.${16 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`;
}

/** UDP endpoints that answer with their address. */
function namingPods(count: number) {
  let closed = false;
  const sockets = times(count, () => datagrams());
  const nameOf = ({ addr }: Deno.DatagramConn): string => {
    assert.ok(addr.transport === "udp");
    return `${addr.hostname}:${addr.port}`;
  };
  const serving = sockets.map(async (socket) => {
    const name = new TextEncoder().encode(nameOf(socket));
    while (!closed) {
      try {
        const [, from] = await socket.receive();
        await socket.send(name, from);
      } catch (error) {
        // A flow that had to go has closed its socket before its answer came.
        const { ConnectionRefused, ConnectionReset } = Deno.errors;
        const gone = error instanceof ConnectionRefused || error instanceof ConnectionReset;
        if (!closed && !gone) throw error;
      }
    }
  });
  return {
    addresses: sockets.map(nameOf),
    async [Symbol.asyncDispose]() {
      closed = true;
      for (const socket of sockets) socket.close();
      await Promise.all(serving);
    },
  };
}
