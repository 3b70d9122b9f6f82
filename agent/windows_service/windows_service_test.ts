// The program as a real service of Windows (or of Wine): installed, started, stopped, removed.
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../backends/test_ports.ts";

const MAIN = fileURLToPath(new URL("../../mod.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));
const ignore = Deno.build.os !== "windows";

/** Runs `windlass service ACTION` for the service of a test. */
async function service(name: string, action: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", `--config=${CONFIG}`, "-P=windlass-windows", MAIN].concat(
      ["service", action, `--service-name=${name}`, ...args],
    ),
    stdin: "null",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out: out ?? "", err: err ?? "" };
}

async function status(name: string): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse((await service(name, "status", "-o", "json")).out);
}

/** A pod that gives back what it gets. */
function echoPod() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = (async () => {
    for await (const connection of listener) {
      await connection.readable.pipeTo(connection.writable).catch(() => {}); // it may be cut
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

function cluster(port: number, podPort: number): string {
  const service = { clusterIP: "127.0.0.1", ports: [{ port, targetPort: podPort }] };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "List",
    items: [
      { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: service },
      {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: { name: "web-1", labels: { "kubernetes.io/service-name": "web" } },
        addressType: "IPv4",
        ports: [{ port: podPort }],
        endpoints: [{ addresses: ["127.0.0.1"] }],
      },
    ],
  });
}

async function echo(connection: Deno.Conn, text: string): Promise<string> {
  await connection.write(new TextEncoder().encode(text));
  const buffer = new Uint8Array(100);
  const n = await connection.read(buffer);
  return n === null ? "(end)" : new TextDecoder().decode(buffer.subarray(0, n));
}

/** The service says that it runs an instant before its sockets are open. */
async function connect(port: number): Promise<Deno.Conn> {
  for (let tries = 0; tries < 10_000; tries++) {
    try {
      return await Deno.connect({ hostname: "127.0.0.1", port });
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    }
  }
  throw new Error(`Nobody listens on port ${port}`);
}

/** A folder, and a service that is gone at the end of the test. */
async function place(suffix: string) {
  const folder = await Deno.makeTempDir({ prefix: "windlass service " }); // a blank: to be quoted
  const name = `windlass-test-${Deno.pid}-${suffix}`;
  return {
    folder,
    name,
    async [Symbol.asyncDispose]() {
      await service(name, "uninstall");
      await Deno.remove(folder, { recursive: true });
    },
  };
}

Deno.test({
  name:
    "a service is installed, serves, lets a live connection end when it is stopped, and is gone",
  ignore,
  async fn() {
    await using pod = echoPod();
    await using test = await place("life");
    const port = freePort();
    const input = join(test.folder, "cluster.json");
    const logFile = join(test.folder, "windlass.log");
    await Deno.writeTextFile(input, cluster(port, pod.port));
    const line = ["file", "to-userspace", `--input=${input}`, `--log-file=${logFile}`];
    const health = ["--healthz-bind-address=", "--metrics-bind-address="];

    const installed = await service(
      test.name,
      "install",
      "--start=demand",
      "--",
      ...line,
      ...health,
    );
    assert.equal(installed.code, 0, installed.err);
    const before = await status(test.name);
    assert.equal(before.state, "stopped");
    assert.equal(before.start, "demand");
    assert.match(String(before.commandLine), /^".*deno.*" run .*--windows-service/);
    const again = await service(test.name, "install", "--", ...line);
    assert.equal(again.code, 1);
    assert.match(again.err, /there is a service of that name already/);

    const started = await service(test.name, "start");
    assert.equal(started.code, 0, started.err);
    assert.match(started.out, /runs as process \d+/);
    assert.equal((await status(test.name)).state, "running");
    const connection = await connect(port);
    assert.equal(await echo(connection, "before"), "before");

    const stopping = service(test.name, "stop");
    const log = async (): Promise<string> => await Deno.readTextFile(logFile);
    while (!(await log()).includes("Stopping")) await echo(connection, "still there");
    assert.equal(await echo(connection, "after"), "after");
    connection.close();
    const stopped = await stopping;
    assert.equal(stopped.code, 0, stopped.err);
    const after = await status(test.name);
    assert.equal(after.state, "stopped");
    assert.equal(after.exitCode, 0);

    assert.equal((await service(test.name, "uninstall")).code, 0);
    const gone = await service(test.name, "status");
    assert.equal(gone.code, 1);
    assert.match(gone.out, /is not installed/);
  },
});

Deno.test({
  name: "a service that cannot do its work ends with the exit code of the program",
  ignore,
  async fn() {
    await using test = await place("bad");
    const input = join(test.folder, "missing.json");
    const installed = await service(
      test.name,
      "install",
      "--start=demand",
      "--",
      "file",
      "to-print",
      "--once",
      `--input=${input}`,
      `--log-dir=${test.folder}`,
    );
    assert.equal(installed.code, 0, installed.err);
    const started = await service(test.name, "start");
    // It may be seen while it runs, for it does until it finds that it cannot.
    if (started.code === 1) {
      assert.match(started.err, /has ended with code 2 instead of running/);
    } else assert.match(started.out, /runs as process \d+/);
    let now = await status(test.name);
    while (now.state !== "stopped") now = await status(test.name);
    assert.equal(now.exitCode, 2);
  },
});

Deno.test({
  name: "--windows-service without the service control manager says what to do",
  ignore,
  async fn() {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", `--config=${CONFIG}`, "-P=windlass-windows", MAIN].concat(
        ["file", "to-print", "--windows-service"],
      ),
      stdin: "null",
    }).output();
    assert.equal(code, 1);
    assert.match(new TextDecoder().decode(stderr), /not started by the service control manager/);
  },
});
