/**
 * Ten thousand connections at once. Clients, proxy and endpoints are three processes, for each may
 * have only so many descriptors.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { onEachDataPath } from "./data_paths.ts";
import { connectTo, exchange, tcpListener, times, until } from "./_loopback.ts";
import { startProxy } from "./_proxy.ts";

const WANTED = 10_000;
/** What a process needs for itself. */
const OWN = 128;
/** A few, so that their queues of connections to accept do not overflow. */
const ENDPOINTS = 8;
/** For the portable path, which may keep a small buffer for each direction. */
const MOST_BYTES_EACH = 64 * 1024;

/** A machine with other work may take long over as many dials; it is not speed that counts here. */
const PATIENT = { dialTimeoutsMs: [5000, 10_000, 20_000] };

const limit = hardLimit();
const count = Math.min(WANTED, Math.floor((limit - OWN) / 2));
const scaled = count < WANTED ? `, as many as ${limit} descriptors a process allow` : "";

/** How many descriptors a process may have here. */
function hardLimit(): number {
  if (Deno.build.os === "windows") return Infinity;
  const { stdout } = new Deno.Command("sh", { args: ["-c", "ulimit -Hn"] }).outputSync();
  const text = new TextDecoder().decode(stdout).trim();
  return text === "unlimited" ? Infinity : Number(text);
}

onEachDataPath(
  `${count} connections at once${scaled}: each is served, and again later`,
  async (dataPath) => {
    await using endpoints = await startEndpoints();
    const descriptors = limit === Infinity ? {} : { descriptors: limit };
    await using proxy = startProxy({ dataPath, ...descriptors, options: PATIENT });
    const listener = await proxy.listen(tcpListener(endpoints.addresses));
    const before = await proxy.health();

    const clients = await Promise.all(times(count, () => connectTo(listener)));
    for (const round of ["first", "second"]) {
      const answers = await Promise.all(clients.map((conn, i) => exchange(conn, `${round} ${i}`)));
      const wrong = answers.filter((answer, i) => answer !== `${round} ${i}`);
      assert.deepEqual(wrong, []);
    }
    const { active, accepted, broken, cut } = await proxy.listener();
    assert.deepEqual({ active, accepted, broken, cut }, {
      active: count,
      accepted: count,
      broken: 0,
      cut: 0,
    });
    const { rss } = await proxy.health();
    const each = (rss - before.rss) / count;
    assert.ok(each < MOST_BYTES_EACH, `${Math.round(each)} bytes of memory for each connection`);

    for (const conn of clients) conn.close();
    const after = await until(proxy.listener, (now) => now.active === 0);
    assert.equal(after.accepted, count);
  },
);

/** Endpoints in a process of their own. */
async function startEndpoints() {
  const main = fileURLToPath(new URL("_endpoint_main.ts", import.meta.url));
  const args = ["run", "--no-check", "--quiet", "--allow-net=127.0.0.0/8", main, `${ENDPOINTS}`];
  const child = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped" })
    .spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "[]" } = await reader.read();
  return {
    addresses: JSON.parse(value) as readonly string[], // our own program's words
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await child.status;
      await reader.cancel();
    },
  };
}
