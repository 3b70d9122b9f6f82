// The command lines that speak KPNG, through the program itself.
import assert from "node:assert/strict";
import { main } from "../main.ts";
import { type FakeIo, fakeIo } from "../test_io.ts";

const CLUSTER = JSON.stringify({
  apiVersion: "v1",
  kind: "List",
  items: [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", annotations: { note: "hi" } },
      spec: { clusterIP: "10.96.0.10", ports: [{ name: "http", port: 80, targetPort: 8080 }] },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: "web-1", labels: { "kubernetes.io/service-name": "web" } },
      addressType: "IPv4",
      ports: [{ name: "http", port: 8080 }],
      endpoints: [{ addresses: ["10.1.0.1"], targetRef: { kind: "Pod", name: "web-0" } }],
    },
  ],
});

const LINE =
  '{"Service":{"Namespace":"default","Name":"web","Type":"ClusterIP","Annotations":{"note":"hi"},' +
  '"IPs":{"ClusterIPs":{"V4":["10.96.0.10"]},"ExternalIPs":{}},' +
  '"Ports":[{"Name":"http","Protocol":1,"Port":80,"TargetPort":8080}],"SessionAffinity":null},' +
  '"Endpoints":[{"IPs":{"V4":["10.1.0.1"]},"PortOverrides":[{"Name":"http","Port":8080}],' +
  '"Scopes":{"Internal":true,"External":true}}]}\n';

async function inputFile() {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(path, CLUSTER);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

/** A brain at work, and the words that reach it. */
async function brain(...flags: readonly string[]) {
  const input = await inputFile();
  const io = fakeIo();
  const done = main(
    ["file", "to-api", "--input", input.path, "--listen", "tcp://127.0.0.1:0", ...flags],
    io,
  );
  const serving = /Serving KPNG's API" address="tcp:\/\/(127\.0\.0\.1:\d+)"/;
  await io.until(() => serving.test(io.err()));
  return {
    api: `--api=${serving.exec(io.err())?.[1]}`,
    async [Symbol.asyncDispose]() {
      io.signal("SIGTERM");
      assert.equal(await done, 0);
      await input[Symbol.asyncDispose]();
    },
  };
}

async function run(...args: readonly string[]): Promise<{ code: number; io: FakeIo }> {
  const io = fakeIo();
  return { code: await main(args, io), io };
}

Deno.test("what a node does over a brain is what it does with the file itself", async () => {
  await using input = await inputFile();
  await using server = await brain();
  const own = await run("view", "file", "--input", input.path, "--node-name", "n1");
  assert.match(own.io.out(), /10\.1\.0\.1:8080/);
  for (const more of [[], ["--global"]]) {
    const told = await run("view", "api", server.api, "--node-name", "n1", ...more);
    assert.deepEqual([told.code, told.io.out()], [0, own.io.out()], told.io.err());
  }
});

Deno.test("explain asks the global API, which tells why", async () => {
  await using server = await brain();
  const { code, io } = await run("explain", "api", "default/web", server.api, "--node-name", "n1");
  assert.equal(code, 0, io.err());
  assert.match(io.out(), /internal: used \(ready\)/);
});

Deno.test.each([
  { words: ["file", "to-json"], from: "file" },
  { words: ["file", "to-local", "to-json"], from: "file" },
  { words: ["file", "--to-local=to-json"], from: "file" },
  { words: ["api", "to-json"], from: "api" },
  { words: ["local", "to-json"], from: "api" },
  { words: ["local", "to-local", "to-json"], from: "api" },
  { words: ["local", "--to-local=to-json"], from: "api" },
  { words: ["api", "to-local", "to-json"], from: "api" },
])("$words prints the lines of kpng-json", async ({ words, from }) => {
  await using input = await inputFile();
  await using server = await brain();
  const source = from === "file" ? ["--input", input.path] : [server.api];
  const { code, io } = await run(...words, ...source, "--once", "--node-name", "n1");
  assert.deepEqual([code, io.out()], [0, LINE], io.err());
});

Deno.test("a state file goes out and comes in again", async () => {
  await using server = await brain();
  const path = await Deno.makeTempFile({ suffix: ".yaml" });
  const written = await run(
    ...["api", "to-file", server.api, "--once", "--output", path, "--file-format", "kpng"],
  );
  assert.equal(written.code, 0, written.io.err());
  assert.match(await Deno.readTextFile(path), /^nodes: \[\]\nservices:\n- service:\n/);
  const { code, io } = await run("file", "to-json", "--input", path, "--once");
  assert.equal(code, 0, io.err());
  assert.match(io.out(), /"V4":\["10\.1\.0\.1"\]/);
  await Deno.remove(path);
});

Deno.test("a program is run with the state on its standard input", async () => {
  await using input = await inputFile();
  const program = [Deno.execPath(), "eval", "Deno.stdin.readable.pipeTo(Deno.stdout.writable)"];
  const { code, io } = await run(
    ...["file", "to-exec", "--input", input.path, "--once", "--", ...program],
  );
  assert.deepEqual([code, io.out()], [0, LINE], io.err());
});

Deno.test("a program that fails is told of, and prints nothing", async () => {
  await using input = await inputFile();
  const { code, io } = await run(
    ...["file", "to-exec", "--input", input.path, "--once", "--"],
    ...[Deno.execPath(), "eval", "console.log('no'); Deno.exit(7)"],
  );
  assert.deepEqual([code, io.out()], [0, ""]);
  assert.match(io.err(), /The program has failed; it runs again at the next change/);
});

Deno.test("a program that is not there ends it all", async () => {
  await using input = await inputFile();
  const { code, io } = await run(
    ...["file", "to-exec", "--input", input.path, "--once", "--", "no-such-program"],
  );
  assert.equal(code, 1);
  assert.match(io.err(), /Cannot run "no-such-program": there is no such program/);
});

Deno.test.each([
  {
    args: ["file", "to-exec", "--once"],
    code: 2,
    message: /COMMAND is missing: windlass file to-exec \[flags\] -- COMMAND/,
  },
  {
    args: ["file", "to-api", "--input", "x.yaml", "--listen", "tcp://0.0.0.0:0"],
    code: 2,
    message: /without TLS: .*--insecure-listen-any/,
  },
  {
    args: ["file", "to-api", "--input", "x.yaml", "--tls-key", "no.key", "--tls-crt", "no.crt"],
    code: 2,
    message: /Cannot use TLS: the key cannot be read/,
  },
  {
    args: ["api", "to-print", "--api", "nowhere"],
    code: 2,
    message: /Cannot connect to "nowhere": write HOST:PORT/,
  },
  {
    args: ["view", "api", "--api", "127.0.0.1:1"],
    code: 1,
    message: /Cannot read from the KPNG server at tcp:\/\/127\.0\.0\.1:1: /,
  },
])("$args is refused", async ({ args, code, message }) => {
  const result = await run(...args);
  assert.match(result.io.err(), message);
  assert.equal(result.code, code);
});
