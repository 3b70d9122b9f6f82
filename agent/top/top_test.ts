import assert from "node:assert/strict";
import { main } from "../main.ts";
import { fakeIo } from "../test_io.ts";
import { eventText } from "../ui/update_stream.ts";
import type { Overview, Update } from "../ui/wire.ts";
import { eventData } from "./event_lines.ts";

const OVERVIEW: Overview = {
  version: "0.1.0",
  node: "n1",
  backend: "userspace",
  startedAt: 0,
  now: 1000,
  verdict: { level: "good", rule: "in-sync", why: "all is well" },
  services: 2,
  syncs: 1,
  lastSyncAt: 1,
  source: { name: "file", state: "ok", problems: 0 },
  ops: { pending: 0, inFlight: 0, succeeded: 1, troubled: 0, troubles: [] },
  traffic: null,
  platform: null,
  clients: null,
};
const ROW = {
  service: "default/web",
  type: "ClusterIP",
  verdict: { level: "good", rule: "proxied", why: "" },
  frontends: [],
  more: 0,
  endpoints: 1,
  used: 1,
} as const;
const UPDATES: readonly Update[] = [
  { reset: true, overview: OVERVIEW },
  { rows: [ROW, { ...ROW, service: "default/db" }], counts: [], complete: true },
  { overview: { ...OVERVIEW, now: 2000 }, counts: [["default/web", 1, 7, 0, 0]] },
];

/** A windlass that tells these updates, then nothing more. */
function told(updates: readonly Update[]) {
  const abort = new AbortController();
  const streams = new Set<ReadableStreamDefaultController<Uint8Array>>();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    signal: abort.signal,
    onListen() {},
  }, (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/ui/api/find") return Response.json([`default/${searchParams.get("q")}`]);
    if (pathname !== "/ui/api/events") return new Response("nothing", { status: 404 });
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        streams.add(controller);
        for (const each of updates) controller.enqueue(new TextEncoder().encode(eventText(each)));
      },
      cancel() {},
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
  return {
    address: `127.0.0.1:${server.addr.port}`,
    /** Cuts all who listen. */
    cut() {
      for (const stream of streams) stream.close();
      streams.clear();
    },
    async [Symbol.asyncDispose]() {
      abort.abort();
      await server.finished;
    },
  };
}

Deno.test("top --once prints the state with its rates, and ends", async () => {
  await using windlass = told(UPDATES);
  const io = fakeIo();
  assert.equal(await main(["top", "--once", `--address=${windlass.address}`], io), 0);
  assert.match(io.out(), /^windlass top {2}n1 {2}userspace/);
  assert.match(io.out(), /default\/web .* 1 +7\.0 +0 B\n.*default\/db /);
});

Deno.test("top --once -o json prints one document, and tells a bad way by its exit code", async () => {
  const bad: Overview = { ...OVERVIEW, verdict: { level: "bad", rule: "x", why: "" } };
  await using windlass = told([...UPDATES, { overview: bad }, { overview: bad }]);
  const io = fakeIo();
  const args = ["top", "--once", "-o", "json", "--search=db", `--address=${windlass.address}`];
  assert.equal(await main(args, io), 0);
  const { services, totals, overview } = JSON.parse(io.out());
  assert.deepEqual(services.map((each: { service: string }) => each.service), ["default/db"]);
  assert.deepEqual([totals.services, overview.node], [2, "n1"]);
  await using other = told(
    UPDATES.map((update) => update.overview === undefined ? update : { ...update, overview: bad }),
  );
  assert.equal(await main(["top", "--once", `--address=${other.address}`], fakeIo()), 1);
});

Deno.test("top goes on until it is told to end, and finds a windlass that was away", async () => {
  await using windlass = told(UPDATES);
  const io = fakeIo();
  const code = main(["top", `--address=${windlass.address}`], io);
  const pictures = () => io.out().split("windlass top").length - 1;
  await io.until(() => pictures() >= 2);
  windlass.cut();
  await io.until(() => io.out().includes("trying again"));
  const before = pictures();
  await io.until(() => pictures() >= before + 2);
  io.signal("SIGINT");
  assert.equal(await code, 130);
});

Deno.test("top ends in silence when nobody reads it any more", async () => {
  await using windlass = told(UPDATES);
  const io = fakeIo();
  io.closeOut();
  assert.equal(await main(["top", `--address=${windlass.address}`], io), 0);
  assert.equal(io.err(), "");
});

Deno.test("top says whom it cannot ask, or that it is somebody else", async () => {
  const io = fakeIo();
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr;
  free.close();
  assert.equal(await main(["top", `--address=127.0.0.1:${port}`], io), 1);
  assert.match(io.err(), /^windlass: Cannot ask a running windlass at .*--metrics-bind-address/);

  const abort = new AbortController();
  const other = Deno.serve(
    { hostname: "127.0.0.1", port: 0, signal: abort.signal, onListen() {} },
    () => new Response("hello"),
  );
  const stranger = fakeIo();
  assert.equal(await main(["top", `--address=127.0.0.1:${other.addr.port}`], stranger), 1);
  assert.match(stranger.err(), /its content type is text\/plain/);
  abort.abort();
  await other.finished;
});

Deno.test.each([
  { flag: "--address=here", says: /"here" is not an IP address/ },
  { flag: "--address=", says: /"" is no address/ },
  { flag: "--sort=age", says: /--sort/ },
])("top refuses $flag", async ({ flag, says }) => {
  const io = fakeIo();
  assert.equal(await main(["top", flag], io), 2);
  assert.match(io.err(), says);
});

Deno.test("events are read whole, however they are cut on their way", async () => {
  const bytes = new TextEncoder().encode("retry: 2000\n\ndata: {é}\n\ndata: 2\n\n");
  for (let size = 1; size < bytes.length; size++) {
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) {
          controller.enqueue(bytes.slice(at, at + size));
        }
        controller.close();
      },
    });
    assert.deepEqual(await Array.fromAsync(eventData(body)), ["{é}", "2"]);
  }
});
