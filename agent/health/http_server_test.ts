import assert from "node:assert/strict";
import { FakeLog } from "../test_fakes.ts";
import { FakeTimers } from "../test_timers.ts";
import { startHttpServer } from "./http_server.ts";
import { plain } from "./router.ts";

const HERE = "127.0.0.1";

function start(port: number, handler: (request: Request) => Response | Promise<Response>) {
  const log = new FakeLog();
  const timers = new FakeTimers();
  const server = startHttpServer({
    name: "test",
    address: { hostname: HERE, port },
    handler,
    retryMs: (failures) => failures * 1000,
    log,
    timers,
  });
  return { log, timers, server };
}

Deno.test("a server whose port is taken tries again, and says so once each way", async () => {
  const taken = Deno.listen({ hostname: HERE, port: 0 });
  const { port } = taken.addr;
  const { server, timers, log } = start(port, () => plain(200, "here"));
  assert.equal(server.address(), null);
  await timers.advance(1000);
  assert.equal(server.address(), null);
  taken.close();
  await timers.advance(2000);
  assert.equal((await server.listening).port, port);
  assert.equal(await (await fetch(`http://${HERE}:${port}/`)).text(), "here");
  await server.stop();
  assert.deepEqual(log.lines.map((line) => line.split(" ")[0]), ["error", "info", "info", "info"]);
  assert.match(
    log.lines[0] ?? "",
    new RegExp(`Cannot listen on ${HERE}:${port} for test: .*tried again`),
  );
});

Deno.test("stopping gives the port free and tries no more", async () => {
  const { server } = start(0, () => plain(200, "here"));
  const { port } = await server.listening;
  await server.stop();
  Deno.listen({ hostname: HERE, port }).close();
  const taken = Deno.listen({ hostname: HERE, port: 0 });
  const second = start(taken.addr.port, () => plain(200, ""));
  await second.server.stop();
  assert.equal(second.timers.waiting, 0);
  taken.close();
});

Deno.test("bodies are read before the answer, and those that are too large are refused", async () => {
  const { server } = start(0, async (request) => plain(200, await request.text()));
  const { port } = await server.listening;
  const send = async (body: BodyInit) => {
    const response = await fetch(`http://${HERE}:${port}/`, { method: "PUT", body });
    return `${response.status} ${(await response.text()).length}`;
  };
  assert.equal(await send("hello"), "200 5");
  assert.equal(await send("x".repeat(1 << 20)), `200 ${1 << 20}`);
  assert.equal(await send("x".repeat((1 << 20) + 1)), "413 18");
  await server.stop();
});

Deno.test("a handler that throws is answered for with 500, and the server goes on", async () => {
  let bad = true;
  const { server, log } = start(0, () => {
    if (bad) throw new Error("bad day");
    return plain(200, "good");
  });
  const { port } = await server.listening;
  const first = await fetch(`http://${HERE}:${port}/`);
  assert.deepEqual([first.status, await first.text()], [500, "Internal Server Error\n"]);
  bad = false;
  assert.equal(await (await fetch(`http://${HERE}:${port}/`)).text(), "good");
  assert.match(log.lines.join("\n"), /^error Cannot answer a request.*err=bad day/m);
  await server.stop();
});
