import assert from "node:assert/strict";
import { SILENT } from "../../core/mod.ts";
import {
  ask,
  connect,
  echoPod,
  exchange,
  first,
  keeper,
  namedPod,
  readAll,
  rig,
  spec,
} from "./_loopback.ts";
import { PLATFORM_SOCKETS, type Sockets, type TcpServer, type TcpStream } from "./sockets.ts";

Deno.test("an endpoint that hangs does not hold up other clients", async () => {
  const stuck = Promise.withResolvers<void>();
  await using live = namedPod("live");
  const sockets: Sockets = {
    listen: PLATFORM_SOCKETS.listen,
    connect(ip, port, signal) {
      if (ip !== "192.0.2.1") return PLATFORM_SOCKETS.connect(ip, port, signal);
      stuck.resolve();
      return new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      );
    },
  };
  await using subject = await rig(spec([live.address, "192.0.2.1:80"].sort()), {
    sockets,
    dialTimeoutsMs: [60_000],
    random: () => 0.99,
  });
  using first = await connect(subject.backend);
  await stuck.promise;
  assert.equal(await ask(subject.backend), "live");
  const rejected = subject.event("rejected");
  await subject.backend.close(AbortSignal.abort());
  const event = await rejected;
  assert.equal(event.type === "rejected" && event.why, "stopped");
  assert.equal((await readAll(first)).length, 0);
});

Deno.test("a connection's events and log lines tell its whole way", async () => {
  await using echo = echoPod();
  const { lines, log } = keeper();
  const listener = spec([echo.address]);
  await using subject = await rig(listener, { log });
  using conn = await connect(subject.backend);
  await exchange(conn, "hello");
  const closed = subject.event("closed");
  await conn.closeWrite();
  const { client } = await closed;
  const common = { listener: listener.key, client, backend: echo.address };
  assert.deepEqual(subject.events, [
    { type: "mapped", ...common },
    { type: "closed", ...common, bytesIn: 5, bytesOut: 5, how: "ended" },
  ]);
  assert.deepEqual(lines.map(([line]) => line), [
    "Proxying for service",
    "Accepted TCP connection",
    "Mapped service to endpoint",
    "Creating proxy",
    "Proxied connection is over",
  ]);
});

Deno.test("a hook that throws is told of and takes no connection with it", async () => {
  await using live = namedPod("live");
  const { lines, log } = keeper();
  const onConnection = () => {
    throw new Error("full");
  };
  await using subject = await rig(spec([live.address]), { log, onConnection });
  assert.equal(await ask(subject.backend), "live");
  assert.ok(lines.some(([line]) => line.includes('onConnection threw "full"')));
});

Deno.test("an accept that fails is tried again after a pause, and told once", async () => {
  const failures = Array.from(
    { length: 3 },
    () => Object.assign(new Error("Too many open files (os error 24)"), { code: "EMFILE" }),
  );
  const sockets: Sockets = {
    ...PLATFORM_SOCKETS,
    listen(ip, port): TcpServer {
      const server = PLATFORM_SOCKETS.listen(ip, port);
      return {
        addr: server.addr,
        accept() {
          const failure = failures.shift();
          return failure === undefined ? server.accept() : Promise.reject(failure);
        },
        close: () => server.close(),
      };
    },
  };
  const errors: string[] = [];
  const log = { ...SILENT, error: (line: string) => void errors.push(line) };
  await using live = namedPod("live");
  await using subject = await rig(spec([live.address]), { sockets, log });
  assert.equal(await ask(subject.backend), "live");
  assert.equal((await first(subject.backend)).acceptFailures, 3);
  assert.deepEqual(errors, [
    "Cannot accept on TCP/127.0.0.1:0: Too many open files (os error 24); trying again",
  ]);
});

Deno.test("a connection that lasts gets keep-alive on both sides, one that is over needs none", async () => {
  const kept: TcpStream[] = [];
  const both = Promise.withResolvers<void>();
  const watched = (stream: TcpStream): TcpStream =>
    Object.assign(stream, {
      setKeepAlive: () => {
        if (kept.push(stream) === 2) both.resolve();
      },
    });
  const sockets: Sockets = {
    listen(ip, port): TcpServer {
      const server = PLATFORM_SOCKETS.listen(ip, port);
      return {
        addr: server.addr,
        accept: async () => watched(await server.accept()),
        close: () => server.close(),
      };
    },
    connect: async (...to) => watched(await PLATFORM_SOCKETS.connect(...to)),
  };
  await using echo = echoPod();
  await using subject = await rig(spec([echo.address]), { sockets });
  const over = subject.event("closed");
  using short = await connect(subject.backend);
  assert.equal(await exchange(short, "short"), "short");
  await short.closeWrite();
  await over;
  using lasting = await connect(subject.backend);
  assert.equal(await exchange(lasting, "lasting"), "lasting");
  await both.promise;
  const { port } = lasting.localAddr;
  assert.deepEqual(kept.map(({ remoteAddr }) => remoteAddr.port === port), [true, false]);
  assert.equal(kept.length, 2);
});
