// The program as a process of its own: signals, draining, exit codes.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { freePort } from "../backends/test_ports.ts";
import { clusterText } from "./test_cluster.ts";

const MAIN = fileURLToPath(new URL("../mod.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** A pod that answers with what it hears. */
function echoPod() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = (async () => {
    for await (const connection of listener) {
      await connection.readable.pipeTo(connection.writable).catch(() => {}); // the proxy may cut it
    }
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepted;
    },
  };
}

/** Runs windlass; what it writes to standard error can be waited for. */
function windlass(...args: readonly string[]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-P=windlass", MAIN, ...args],
    cwd: ROOT,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let text = "";
  let look = (): void => {};
  const read = (async () => {
    for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      look();
    }
  })();
  return {
    kill: (signal: Deno.Signal) => child.kill(signal),
    /** Resolves when standard error has had the pattern; rejects if it ends without. */
    async until(pattern: RegExp): Promise<void> {
      const seen = new Promise<void>((resolve) => {
        look = () => void (pattern.test(text) && resolve());
        look();
      });
      const ended = read.then(() => assert.match(text, pattern));
      await Promise.race([seen, ended]);
    },
    async ended(): Promise<{ readonly code: number; readonly err: string }> {
      const { code } = await child.status;
      await read;
      return { code, err: text };
    },
    /** Ends the process, should a test have left it alive. */
    async [Symbol.asyncDispose]() {
      await child[Symbol.asyncDispose]();
      await read;
    },
  };
}

async function echo(connection: Deno.Conn, text: string): Promise<string> {
  await connection.write(new TextEncoder().encode(text));
  return await hear(connection);
}

async function hear(connection: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(100);
  const n = await connection.read(buffer);
  return n === null ? "(end)" : new TextDecoder().decode(buffer.subarray(0, n));
}

/** Windlass proxies a pod on a port of loopback. */
async function proxying(...flags: readonly string[]) {
  const pod = echoPod();
  const port = freePort();
  const input = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(input, clusterText("127.0.0.1", port, pod.port));
  const program = windlass("file", "to-userspace", `--input=${input}`, "-v=2", ...flags);
  await program.until(/Proxying for service/);
  return {
    port,
    program,
    connect: () => Deno.connect({ hostname: "127.0.0.1", port }),
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await pod[Symbol.asyncDispose]();
      await Deno.remove(input);
    },
  };
}

/** The line in the log comes an instant before the socket is closed. */
async function untilRefused(connect: () => Promise<Deno.Conn>): Promise<void> {
  for (let tries = 0; tries < 1000; tries++) {
    try {
      (await connect()).close();
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionRefused) return;
      // one that was on its way in when the socket was closed
      assert(error instanceof Deno.errors.ConnectionReset, String(error));
    }
  }
  assert.fail("New connections are still taken");
}

const ignore = Deno.build.os === "windows"; // no signal can be sent to another process there

Deno.test({
  name: "SIGTERM: no new connections, live ones go on to their end, then exit code 0",
  ignore,
  async fn() {
    await using web = await proxying();
    using live = await web.connect();
    assert.equal(await echo(live, "before"), "before");
    web.program.kill("SIGTERM");
    await web.program.until(/Stopping service/);
    await untilRefused(web.connect);
    assert.equal(await echo(live, "after"), "after");
    live.close();
    const { code, err } = await web.program.ended();
    assert.equal(code, 0, err);
  },
});

Deno.test({
  name: "SIGINT: a second one cuts what still lives, and the exit code is 130",
  ignore,
  async fn() {
    await using web = await proxying();
    using live = await web.connect();
    assert.equal(await echo(live, "before"), "before");
    web.program.kill("SIGINT");
    await web.program.until(/Stopping service/);
    web.program.kill("SIGINT");
    const { code, err } = await web.program.ended();
    assert.equal(code, 130, err);
    assert.match(err, /Stopping at once/);
  },
});

Deno.test({
  name: "what still lives after --drain-timeout is cut",
  ignore,
  async fn() {
    await using web = await proxying("--drain-timeout=50ms");
    using live = await web.connect();
    assert.equal(await echo(live, "before"), "before");
    web.program.kill("SIGTERM");
    const { code, err } = await web.program.ended();
    assert.equal(code, 0, err);
    assert.match(err, /Closed connections that did not end/);
  },
});

Deno.test("a VIP that cannot be bound is told with what to do, and --once ends with 1", async () => {
  await using pod = echoPod();
  const input = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(input, clusterText("192.0.2.10", freePort(), pod.port));
  const args = ["file", "to-userspace", "--once", `--input=${input}`];
  await using program = windlass(...args);
  const { code, err } = await program.ended();
  await Deno.remove(input);
  assert.equal(code, 1, err);
  assert.match(
    err,
    /Cannot listen on TCP 192\.0\.2\.10:\d+ for the ClusterIP of default\/web: .*assign/,
  );
});
