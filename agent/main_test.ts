import assert from "node:assert/strict";
import { join } from "node:path";
import { type FakeIo, fakeIo, type FakeIoOptions } from "./test_io.ts";
import { main } from "./main.ts";

/** What came of a command line. */
interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(args: readonly string[], options?: FakeIoOptions): Promise<Ran> {
  const io = fakeIo(options);
  const code = await main(args, io);
  return { code, out: io.out(), err: io.err() };
}

/** A folder with these files, removed at the end. */
async function folder(files: Readonly<Record<string, string>>) {
  const path = await Deno.makeTempDir();
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(join(path, name), text);
  }
  return {
    file: (name: string) => join(path, name),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

const WEB = `apiVersion: v1
kind: Service
metadata: { name: web, creationTimestamp: "2026-01-01T00:00:00Z" }
spec: { clusterIP: 10.96.0.10, ports: [{ port: 80, targetPort: 8080 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: web-1, labels: { kubernetes.io/service-name: web } }
addressType: IPv4
ports: [{ port: 8080 }]
endpoints: [{ addresses: [10.244.1.5] }]
`;

Deno.test.each([
  { args: [] },
  { args: ["help"] },
  { args: ["-h"] },
  { args: ["--help"] },
])("windlass $args shows the overview and ends with 0", async ({ args }) => {
  const { code, out, err } = await run(args);
  assert.equal(code, 0);
  assert.equal(err, "");
  assert.match(out, /^Windlass, a Kubernetes service proxy/);
  assert.match(out, /^ {2}simulate /m);
});

Deno.test.each([
  { args: ["help", "view"], usage: "windlass view SOURCE [flags]" },
  { args: ["view", "--help"], usage: "windlass view SOURCE [flags]" },
  { args: ["view", "file", "-h"], usage: "windlass view file [flags]" },
  { args: ["-h", "plan"], usage: "windlass plan SOURCE [flags]" },
  { args: ["file", "to-print", "--once=maybe", "-h"], usage: "windlass file to-print [flags]" },
  { args: ["help", "to-winuserspace"], usage: "windlass SOURCE to-userspace [flags]" },
  { args: ["simulate", "--help"], usage: "windlass simulate [flags]" },
  { args: ["explain", "--help"], usage: "windlass explain SOURCE NAMESPACE/NAME [flags]" },
  { args: ["version", "--help"], usage: "windlass version [flags]" },
  { args: ["completion", "--help"], usage: "windlass completion SHELL [flags]" },
  { args: ["help", "help"], usage: "windlass help [COMMAND] [flags]" },
])("windlass $args explains $usage", async ({ args, usage }) => {
  const { code, out } = await run(args);
  assert.equal(code, 0);
  assert(out.includes(`\n  ${usage}\n`), out);
});

Deno.test("version prints Windlass, Deno, V8 and the target, as text and as JSON", async () => {
  const { code, out } = await run(["version"]);
  assert.equal(code, 0);
  assert.match(out, /^windlass \d+\.\d+\.\d+ \(deno \d/);
  assert.match((await run(["version", "-o", "yaml"])).out, /^windlass: \d/);
  const json: unknown = JSON.parse((await run(["version", "-o", "json"])).out);
  assert.deepEqual(Object.keys(Object(json)), ["windlass", "deno", "v8", "target"]);
  assert.match((await run(["--version"])).out, /^Kubernetes v\d+\.\d+\.\d+\+windlass-\d/);
});

Deno.test.each([
  { args: ["vieww"], says: 'Unknown command "vieww"; did you mean view?', help: "help" },
  {
    args: ["file", "to-print", "--inptu", "x"],
    says: "Unknown flag --inptu; did you mean --input?",
    help: "help file to-print",
  },
  { args: ["--enable-dsrr"], says: "Unknown flag --enable-dsrr; did you mean", help: "kube-proxy" },
  { args: ["file", "--bogus", "x", "to-print"], says: "Unknown flag --bogus", help: "help" },
  { args: ["file"], says: "SINK is missing: windlass file SINK", help: "help file" },
  { args: ["view"], says: "SOURCE is missing: windlass view SOURCE", help: "help view" },
  {
    args: ["to-print"],
    says: "SOURCE is missing: windlass SOURCE to-print",
    help: "help to-print",
  },
  { args: ["explain", "file"], says: "NAMESPACE/NAME is missing: ", help: "help explain file" },
  {
    args: ["explain", "file", "web", "--input=x"],
    says: '"web" is not NAMESPACE/NAME; write default/web',
    help: "help explain file",
  },
  {
    args: ["explain", "file", "default/web", "--input=x", "--frontend=web:80"],
    says: 'Cannot read flag --frontend: "web:80" is neither IP:PORT nor a node port',
    help: "help explain file",
  },
  {
    args: ["explain", "file", "default/web", "--input=x", "--client-ip=10.0.0.300"],
    says: 'Cannot read flag --client-ip: "10.0.0.300" is not an IP address',
    help: "help explain file",
  },
  { args: ["completion", "fish"], says: 'Unknown shell "fish"', help: "help completion" },
  {
    args: ["file", "to-print", "--once", "false"],
    says: 'Unexpected argument "false"; a flag that is on or off takes its value with "="',
    help: "help file to-print",
  },
  { args: ["view", "file"], says: "Flag --input is missing", help: "help view file" },
  {
    args: ["file", "to-file", "--input=x"],
    says: "Flag --output is missing",
    help: "help file to-file",
  },
  {
    args: ["file", "to-hns", "--once", "--input=x"],
    says: "Flag --network-name is missing, and $KUBE_NETWORK is not set",
    help: "help to-winkernel",
  },
  { args: ["view", "file", "--input=x", "--node-name= "], says: "--node-name", help: "view file" },
  {
    args: ["view", "file", "-o", "xml"],
    says: 'Cannot read flag -o: "xml" is not one of text, json, yaml',
    help: "help view file",
  },
])("windlass $args is bad usage", async ({ args, says, help }) => {
  const { code, out, err } = await run(args);
  assert.equal(code, 2);
  assert.equal(out, "");
  assert(err.startsWith("windlass: "), err);
  assert(err.includes(says), err);
  assert(err.trimEnd().split("\n").at(-1)?.includes(help), err);
});

Deno.test("view prints the view as JSON, YAML and a table, for the host in lower case", async () => {
  await using files = await folder({ "web.yaml": WEB });
  const view = ["view", "file", "--input", files.file("web.yaml")];
  const { code, out, err } = await run([...view, "-o", "json"]);
  assert.deepEqual({ code, err }, { code: 0, err: "" });
  const json = Object(JSON.parse(out));
  assert.equal(json.node, "host-1");
  assert.equal(json.servicePorts[0].name, "default/web");
  assert.match((await run([...view, "-o", "yaml"])).out, /^node: host-1\nservicePorts:\n/);
  const table = (await run([...view, "--node-name", "N1"])).out;
  assert.match(table, /^Node n1: 1 service port, 0 services not proxied\n/);
  assert.match(
    table,
    /^default\/web +TCP +IPv4 +ClusterIP +10\.96\.0\.10:80 +10\.244\.1\.5:8080$/m,
  );
  const override = await run([...view, "-o=json", "--hostname-override", " NODE-7 "]);
  assert.equal(Object(JSON.parse(override.out)).node, "node-7");
});

Deno.test("plan prints operations and does nothing", async () => {
  await using files = await folder({ "web.yaml": WEB });
  const plan = ["plan", "file", "--input", files.file("web.yaml"), "--node-name=n1"];
  const { code, out } = await run([...plan, "-o", "json"]);
  assert.equal(code, 0);
  const json = Object(JSON.parse(out));
  assert.equal(json.backend, "userspace");
  assert(json.ops.length > 0);
  for (const field of ["op", "key", "after", "because"]) assert(field in json.ops[0], field);
  assert.match((await run(plan)).out, /^OPERATION +KEY +BECAUSE\n/);
  assert.match((await run([...plan, "-o=yaml"])).out, /^backend: userspace\nops:\n {2}- op: /);
  assert.equal(
    Object(JSON.parse((await run([...plan, "--backend=print", "-o=json"])).out)).backend,
    "print",
  );
});

Deno.test("explain tells about one service, and names near ones for one that is not there", async () => {
  await using files = await folder({ "web.yaml": WEB });
  const explain = (name: string, ...more: string[]) =>
    run(["explain", "file", name, "--input", files.file("web.yaml"), "--node-name=n1", ...more]);
  const { code, out } = await explain("default/web");
  assert.equal(code, 0);
  assert.match(out, /^Service default\/web, as node n1 sees it\n/);
  assert.equal(
    Object(JSON.parse((await explain("default/web", "-o=json")).out)).service,
    "default/web",
  );
  assert.match((await explain("default/web", "-o=yaml")).out, /^service: default\/web\nnode:\n/);
  const typo = await explain("default/wbe");
  assert.equal(typo.code, 1);
  assert.match(typo.err, /no such Service; did you mean default\/web\?/);
  const elsewhere = await explain("production/web");
  assert.match(elsewhere.err, /no such Service; there is default\/web$/m);
});

/** Bad input of the file source: what is said, and that `web` is still there. */
Deno.test.each([
  {
    name: "YAML that does not parse",
    bad: "kind: [Service\n",
    says: [/bad\.yaml/, /YAML|parse/i],
  },
  {
    name: "an object without a name",
    bad: "apiVersion: v1\nkind: Service\nmetadata: {}\n",
    says: [/bad\.yaml/, /metadata\.name/],
  },
  {
    name: "a port of 70000",
    bad:
      "apiVersion: v1\nkind: Service\nmetadata: { name: s }\nspec: { ports: [{ port: 70000 }] }\n",
    says: [/bad\.yaml/, /Service default\/s: spec\.ports\[0\]\.port: 70000 is not a port/],
  },
  {
    name: "a ClusterIP of 10.0.0.300",
    bad: "apiVersion: v1\nkind: Service\nmetadata: { name: s }\n" +
      "spec: { clusterIP: 10.0.0.300, ports: [{ port: 80 }] }\n",
    says: [/bad\.yaml/, /spec\.clusterIP: .*10\.0\.0\.300.* is not an IP address/],
  },
  {
    name: "an endpoint of 10.0.0.300",
    bad: "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n" +
      "metadata: { name: s, labels: { kubernetes.io/service-name: s } }\naddressType: IPv4\n" +
      "endpoints: [{ addresses: [10.0.0.300] }]\n",
    says: [/bad\.yaml/, /endpoints\[0\]\.addresses\[0\]: .*10\.0\.0\.300.* is not an IP address/],
  },
  {
    name: "a slice without a service",
    bad: "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: { name: s }\n" +
      "addressType: IPv4\nendpoints: []\n",
    says: [/bad\.yaml/, /kubernetes\.io\/service-name.* is missing/],
  },
])("$name is reported with its place, and the rest is used", async ({ bad, says }) => {
  await using files = await folder({ "web.yaml": WEB, "bad.yaml": bad });
  const input = `${files.file("web.yaml")},${files.file("bad.yaml")}`;
  const args = ["view", "file", "--input", input, "--node-name=n1", "-o=json"];
  const { code, out, err } = await run(args);
  assert.equal(code, 0);
  for (const pattern of says) assert.match(err, pattern);
  assert.equal(Object(JSON.parse(out)).servicePorts[0]?.name, "default/web");

  const strict = await run([...args, "--strict"]);
  assert.equal(strict.code, 2, strict.err);
  assert.equal(strict.out, "");
  assert.match(strict.err, /Cannot accept the input because of --strict/);
});

Deno.test("two services with one ClusterIP and port: the older keeps it, the other is warned of", async () => {
  const rival = WEB.replaceAll("web", "rival").replace("2026-01", "2026-02");
  await using files = await folder({ "web.yaml": WEB, "rival.yaml": rival });
  const input = `${files.file("web.yaml")},${files.file("rival.yaml")}`;
  const { code, out, err } = await run(["view", "file", "--input", input, "--node-name=n1"]);
  assert.equal(code, 0);
  assert.match(out, /^default\/rival +TCP +IPv4 +nowhere +none$/m);
  assert.match(
    err,
    /^warning: Service default\/rival.*10\.96\.0\.10:80.*default\/web.*give one of the two another/m,
  );
});

Deno.test("a file that is not there ends with 2 and what to do", async () => {
  for (const words of [["view", "file"], ["file", "to-print"], ["file", "to-print", "--once"]]) {
    const { code, err } = await run([...words, "--input", "no/such.yaml", "--node-name=n1"]);
    assert.equal(code, 2);
    assert.match(err, /^windlass: .*"no\/such\.yaml".*give --input an existing path$/m);
  }
});

Deno.test("with --log-format json a warning is one JSON line", async () => {
  await using files = await folder({ "web.yaml": WEB, "bad.yaml": "kind: [Service\n" });
  const input = `${files.file("web.yaml")},${files.file("bad.yaml")}`;
  const { err } = await run(["view", "file", "--input", input, "--log-format=json"]);
  assert.equal(Object(JSON.parse(err.trim().split("\n")[0] ?? "")).severity, "warn");
});

Deno.test("with --log-format json the last word is a JSON line too", async () => {
  const { code, err } = await run(["view", "file", "--input=no/such.yaml", "--log-format=json"]);
  assert.equal(code, 2);
  const line = Object(JSON.parse(err));
  assert.deepEqual([line.severity, line.caller], ["error", "windlass"]);
  assert.match(line.msg, /no\/such\.yaml/);
});

Deno.test("file to-print --once prints each service port and ends with 0", async () => {
  await using files = await folder({ "web.yaml": WEB });
  const args = ["file", "to-print", "--once", "--input", files.file("web.yaml"), "--node-name=n1"];
  const { code, out, err } = await run(args);
  assert.equal(code, 0, err);
  assert.match(out, /^\+ default\/web IPv4\/TCP ClusterIP 10\.96\.0\.10:80/);
  assert.match(err, /^I1121 .* windlass:1\] "Started" source="file" sink="to-print" node="n1"$/m);
});

Deno.test("file to-file writes a snapshot that gives the same view", async () => {
  await using files = await folder({ "web.yaml": WEB });
  const view = async (name: string) =>
    (await run(["view", "file", "--input", files.file(name), "-o=json"])).out;
  for (const copy of ["copy.yaml", "copy.json"]) {
    const { code, err } = await run([
      ...["file", "to-file", "--once"],
      ...["--input", files.file("web.yaml"), "--output", files.file(copy)],
    ]);
    assert.equal(code, 0, err);
    assert.equal(await view(copy), await view("web.yaml"));
  }
  assert.equal(JSON.parse(await Deno.readTextFile(files.file("copy.json"))).kind, "List");
});

Deno.test("file to-file into a folder that is not there fails and says what to do", async () => {
  await using files = await folder({ "web.yaml": WEB });
  const { code, err } = await run([
    ...["file", "to-file", "--once", "--input", files.file("web.yaml")],
    ...["--output", files.file("no/copy.yaml")],
  ]);
  assert.equal(code, 1);
  assert.match(
    err,
    /^windlass: Cannot write the snapshot to .*name a file in a folder that can be written\n$/m,
  );
});

/** Starts a command line that goes on, waits for its first line, then lets the test act. */
async function during(args: readonly string[], act: (io: FakeIo) => void): Promise<Ran> {
  const io = fakeIo();
  const ended = main(args, io);
  await io.until(() => io.out() !== "");
  act(io);
  return { code: await ended, out: io.out(), err: io.err() };
}

Deno.test.each([
  { signal: "SIGINT" as const, code: 130 },
  { signal: "SIGTERM" as const, code: 0 },
  { signal: "SIGBREAK" as const, code: 0 },
])("$signal ends a running agent cleanly with $code", async ({ signal, code }) => {
  await using files = await folder({ "web.yaml": WEB });
  const args = ["file", "to-print", "--input", files.file("web.yaml")];
  const ran = await during(args, (io) => io.signal(signal));
  assert.equal(ran.code, code);
  assert.match(ran.err, /"Stopping: .*" signal="SIG/);
});

Deno.test.each([
  { signal: "SIGINT" as const, code: 130, says: "" },
  { signal: "SIGTERM" as const, code: 1, says: "windlass: Ended by SIGTERM before there was" },
])(
  "$signal ends a view that waits for the API server with $code",
  async ({ signal, code, says }) => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const io = fakeIo();
    const ended = main(["view", "kube", "--server", `http://127.0.0.1:${listener.addr.port}`], io);
    using _silent = await listener.accept();
    io.signal(signal);
    assert.equal(await ended, code);
    assert.equal(io.out(), "");
    assert(io.err().startsWith(says), io.err());
  },
);

Deno.test("printing ends when nobody reads any more", async () => {
  await using files = await folder({ "web.yaml": WEB });
  const path = files.file("web.yaml");
  const io = fakeIo();
  io.closeOut();
  assert.equal(await main(["file", "to-print", "--input", path], io), 0);
  assert.equal(await main(["view", "file", "--input", path], io), 0);
});
