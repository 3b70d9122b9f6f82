/**
 * A client that asks for a gigabyte and does not read it.
 */
import assert from "node:assert/strict";
import { onEachDataPath } from "./data_paths.ts";
import { connectTo, echo, endpoint, exchange, tcpListener } from "./_loopback.ts";
import { startProxy } from "./_proxy.ts";

const MIB = 1024 * 1024;
const ALL = 1024 * MIB;
/** The socket buffers of four sockets as large as systems let them grow, and the proxy's own. */
const MOST_TAKEN = 64 * MIB;
const MOST_MEMORY = 32 * MIB;
/** So many requests of another client show that the proxy had time to take more. */
const REQUESTS = 200;

onEachDataPath(
  "a client that never reads 1 GB holds up its endpoint, and nobody else",
  async (dataPath) => {
    let given = 0;
    await using source = endpoint(async (conn) => {
      const chunk = new Uint8Array(256 * 1024);
      while (given < ALL) given += await conn.write(chunk);
    });
    await using good = echo();
    await using proxy = startProxy({ dataPath });
    const other = await proxy.listen(tcpListener([good.address], { key: "TCP/other" }));
    const listener = await proxy.listen(tcpListener([source.address]));
    using quick = await connectTo(other);
    assert.equal(await exchange(quick, "before"), "before");
    const before = await proxy.health();

    using lazy = await connectTo(listener);
    let seen = -1;
    while (seen !== given || given === 0) {
      seen = given;
      for (let i = 0; i < REQUESTS; i++) assert.equal(await exchange(quick, `${i}`), `${i}`);
      assert.ok(given < MOST_TAKEN, `${given / MIB} MiB taken from the endpoint`);
    }
    const { rss } = await proxy.health();
    assert.ok(rss - before.rss < MOST_MEMORY, `${(rss - before.rss) / MIB} MiB more memory`);

    // When it reads after all, it gets all of it.
    const buffer = new Uint8Array(256 * 1024);
    let got = 0;
    for (let n = await lazy.read(buffer); n !== null; n = await lazy.read(buffer)) got += n;
    assert.equal(got, given);
    assert.ok(got >= ALL);
  },
);
