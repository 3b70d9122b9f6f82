/**
 * A clock that is set back.
 */
import assert from "node:assert/strict";
import { userspaceBackend, type UserspaceOp } from "../../backends/mod.ts";
import { onEachDataPath } from "./data_paths.ts";
import { connectTo, datagrams, echo, exchange, tcpListener, times, until } from "./_loopback.ts";
import { startProxy } from "./_proxy.ts";

const HOUR_MS = 3_600_000;

onEachDataPath(
  "the time of day may go back as it likes: affinity holds, idle flows end",
  async (dataPath) => {
    await using pods = { all: [echo(), echo()], [Symbol.asyncDispose]: () => closeAll(pods.all) };
    const addresses = pods.all.map(({ address }) => address);
    await using proxy = startProxy({
      dataPath,
      wallClockGoesBack: true,
      options: { udpIdleTimeoutMs: 20 },
    });
    const listener = await proxy.listen(tcpListener(addresses, { affinitySeconds: 60 }));
    for (const i of times(6, (i) => i)) {
      using conn = await connectTo(listener);
      assert.equal(await exchange(conn, `${i}`), `${i}`);
    }
    assert.deepEqual(pods.all.map(({ taken }) => taken).sort(), [0, 6], "one pod for the client");

    const sink = datagrams();
    assert.ok(sink.addr.transport === "udp");
    const address = `${sink.addr.hostname}:${sink.addr.port}`;
    const udp = await proxy.listen(tcpListener([address], { protocol: "UDP", key: "UDP/idle" }));
    const client = datagrams();
    const to = { transport: "udp", hostname: udp.ip, port: udp.port } as const;
    await client.send(new TextEncoder().encode("hello"), to);
    const ended = await until(
      async () => (await proxy.health()).stats.listeners.find(({ key }) => key === "UDP/idle"),
      (now) => now?.udp?.flowsEnded.idle === 1,
    );
    assert.equal(ended?.active, 0);
    client.close();
    sink.close();
  },
);

Deno.test("a monotonic clock that goes back after all harms no connection, flow or affinity", async () => {
  let now = 10 * HOUR_MS;
  await using pods = { all: [echo(), echo()], [Symbol.asyncDispose]: () => closeAll(pods.all) };
  const addresses = pods.all.map(({ address }) => address);
  const backend = userspaceBackend({ now: () => now });
  const { signal } = new AbortController();
  const listener = tcpListener(addresses, { affinitySeconds: 60 });
  const op: UserspaceOp = { op: "open", key: listener.key, after: [], because: "test", listener };
  assert.deepEqual(await backend.apply(op, signal), { ok: true });
  const [opened] = (await backend.stats()).listeners;
  assert.ok(opened !== undefined);
  using live = await connectTo(opened);
  assert.equal(await exchange(live, "before"), "before");

  now -= HOUR_MS;
  assert.equal(await exchange(live, "still there"), "still there");
  using next = await connectTo(opened);
  assert.equal(await exchange(next, "after"), "after");
  assert.deepEqual(pods.all.map(({ taken }) => taken).sort(), [0, 2], "affinity holds");
  await backend.close(AbortSignal.abort());
});

Deno.test("no part of the userspace backend reads the time of day", async () => {
  const readers: string[] = [];
  let files = 0;
  const look = async (folder: URL): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) await look(new URL(`${name}/`, folder));
      if (!name.endsWith(".ts") || name.endsWith("_test.ts")) continue;
      files++;
      const text = await Deno.readTextFile(new URL(name, folder));
      if (/\bDate\b/.test(text)) readers.push(name);
    }
  };
  await look(new URL("../../backends/userspace/", import.meta.url));
  assert.ok(files > 30, "there are files to look at");
  assert.deepEqual(readers, []);
});

async function closeAll(all: readonly AsyncDisposable[]): Promise<void> {
  await Promise.all(all.map((each) => each[Symbol.asyncDispose]()));
}
