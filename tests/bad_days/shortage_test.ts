/**
 * A process that runs out of descriptors: it goes on when it has some again, and does not spin in
 * between.
 */
import assert from "node:assert/strict";
import { type DataPathCase, onEachDataPath } from "./data_paths.ts";
import { connectTo, echo, exchange, tcpListener, times, until } from "./_loopback.ts";
import { startProxy } from "./_proxy.ts";

/** Enough for the runtime and a few dozen connections. */
const DESCRIPTORS = 96;
/** More connections than that leaves room for: each takes two, or waits to be accepted. */
const CLIENTS = 100;
/** Each client is tried four times, and accept rests longer and longer; who spins fails far more. */
const MOST_FAILURES = { accept: 100, dial: 4 * CLIENTS };

for (const how of ["in one burst", "one by one"]) {
  onEachDataPath(
    `of more clients than descriptors, ${how}, nobody hangs, and the next is served`,
    (dataPath) => outrun(dataPath, how === "in one burst"),
    { ignore: Deno.build.os === "windows" },
  );
}

async function outrun(dataPath: DataPathCase, burst: boolean): Promise<void> {
  await using good = echo();
  await using proxy = startProxy({ dataPath, descriptors: DESCRIPTORS });
  const listener = await proxy.listen(tcpListener([good.address]));
  const clients: Deno.TcpConn[] = [];
  if (burst) clients.push(...await Promise.all(times(CLIENTS, () => connectTo(listener))));
  else while (clients.length < CLIENTS) clients.push(await connectTo(listener));
  const { acceptFailures, dialFailures } = await until(
    proxy.listener,
    (now) => now.acceptFailures >= 4 || now.dialFailures.shortage >= 4,
  );
  assert.ok(acceptFailures < MOST_FAILURES.accept, `accept failed ${acceptFailures} times`);
  assert.ok(dialFailures.shortage <= MOST_FAILURES.dial);

  // Each that is done gives its descriptors to one that waits; who waits too long is let go.
  const answers = await Promise.all(clients.map(async (conn, i) => {
    const answer = await exchange(conn, `client ${i}`).catch(emptyIfReset);
    conn.close();
    return answer === `client ${i}` ? "served" : answer === "" ? "let go" : answer;
  }));
  const served = answers.filter((how) => how === "served").length;
  assert.equal(answers.filter((how) => how === "let go").length, CLIENTS - served);
  assert.ok(served > 0);

  using late = await connectTo(listener);
  assert.equal(await exchange(late, "afterwards"), "afterwards");
  const after = await until(proxy.listener, ({ active }) => active === 1);
  assert.ok(after.acceptFailures < MOST_FAILURES.accept, `${after.acceptFailures} times`);
  assert.ok(after.dialFailures.shortage <= MOST_FAILURES.dial);
  assert.ok(after.acceptFailures + after.dialFailures.shortage > 0, "it was short of some");
}

function emptyIfReset(error: unknown): string {
  const { ConnectionReset, BrokenPipe } = Deno.errors;
  if (error instanceof ConnectionReset || error instanceof BrokenPipe) return "";
  throw error;
}
