/**
 * Peers that go away without a word: the system is asked to probe both sides of a connection.
 */
import assert from "node:assert/strict";
import { onEachDataPath } from "./data_paths.ts";
import { connectTo, echo, exchange, tcpListener } from "./_loopback.ts";
import { startProxy } from "./_proxy.ts";

const why = whyNoSs();

onEachDataPath(
  `both sides of a connection are probed while they are silent${why === null ? "" : ` (${why})`}`,
  async (dataPath) => {
    await using pod = echo();
    await using proxy = startProxy({ dataPath });
    const listener = await proxy.listen(tcpListener([pod.address]));
    using client = await connectTo(listener);
    assert.equal(await exchange(client, "hello"), "hello");
    const { hostname, port } = client.localAddr;
    // Deno's sockets are only asked to when the connection has lasted for a second.
    for (let isProbed = false; !isProbed;) {
      const connections = await listConnections();
      const front = connections.filter(({ peer }) => peer === `${hostname}:${port}`);
      const back = connections.filter(({ peer }) => peer === pod.address);
      assert.deepEqual([front.length, back.length], [1, 1]);
      isProbed = [...front, ...back].every((side) => side.isProbed);
    }
  },
  { ignore: why !== null },
);

/** Every established connection of this machine, seen from each of its ends. */
async function listConnections() {
  const { stdout } = await new Deno.Command("ss", { args: ["-tnoH", "state", "established"] })
    .output();
  return new TextDecoder().decode(stdout).trim().split("\n").map((line) => {
    const [, , local = "", peer = "", timer = ""] = line.trim().split(/\s+/);
    return { local, peer, isProbed: timer.startsWith("timer:(keepalive") };
  });
}

function whyNoSs(): string | null {
  if (Deno.build.os !== "linux") return "left out: it asks Linux";
  try {
    return new Deno.Command("ss", { args: ["-V"] }).outputSync().success
      ? null
      : "left out: needs ss";
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return "left out: needs ss of iproute2";
  }
}
