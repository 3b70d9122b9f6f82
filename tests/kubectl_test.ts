/**
 * A real kubectl as a client of the simulation's API server: it is the strictest reader of the
 * protocol that there is. Skipped where there is no kubectl; needs `run`, `env` (PATH) and `write`
 * (a temporary home).
 *
 * @module
 */
import assert from "node:assert/strict";
import { delimiter, join } from "node:path";
import { type ApiServer, startApiServer } from "../agent/simulate/api/api_server.ts";
import type { JsonObject } from "../agent/simulate/api/json.ts";
import { type LogFields, type Logger, SILENT } from "../core/mod.ts";

const KUBECTL = await findKubectl();

function test(name: string, fn: (cluster: Cluster) => Promise<void>): void {
  const why = KUBECTL === null ? " (skipped: there is no kubectl on the PATH)" : "";
  Deno.test({
    name: `kubectl ${name}${why}`,
    ignore: KUBECTL === null,
    async fn() {
      await using cluster = await startCluster();
      await fn(cluster);
    },
  });
}

const WEB: JsonObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web" },
  spec: { type: "NodePort", ports: [{ name: "http", port: 80, targetPort: 8080 }] },
};

const SLICE: JsonObject = {
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { name: "web-1", labels: { "kubernetes.io/service-name": "web" } },
  addressType: "IPv4",
  ports: [{ name: "http", port: 8080 }],
  endpoints: [{ addresses: ["10.244.1.5"], conditions: { ready: true }, nodeName: "n1" }],
};

const NODE: JsonObject = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "n1", labels: { "node-role.kubernetes.io/worker": "" } },
  status: {
    conditions: [{ type: "Ready", status: "True" }],
    nodeInfo: { kubeletVersion: "v1.32.0" },
  },
};

test("finds out what there is, and prints it as of a real cluster", async ({ server, kubectl }) => {
  for (const object of [WEB, SLICE, NODE]) server.store.create(object);
  assert.deepEqual(await table(kubectl("api-resources", "--sort-by=name")), [
    ["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"],
    ["endpointslices", "discovery.k8s.io/v1", "true", "EndpointSlice"],
    ["events", "ev", "events.k8s.io/v1", "true", "Event"],
    ["namespaces", "ns", "v1", "false", "Namespace"],
    ["nodes", "no", "v1", "false", "Node"],
    ["pods", "po", "v1", "true", "Pod"],
    ["services", "svc", "v1", "true", "Service"],
  ]);
  assert.deepEqual(await table(kubectl("get", "svc", "-A")), [
    ["NAMESPACE", "NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE"],
    ["default", "web", "NodePort", "10.96.0.1", "<none>", "80:30000/TCP", "0s"],
  ]);
  assert.deepEqual(await table(kubectl("get", "nodes")), [
    ["NAME", "STATUS", "ROLES", "AGE", "VERSION"],
    ["n1", "Ready", "worker", "0s", "v1.32.0"],
  ]);
  assert.deepEqual(await table(kubectl("get", "endpointslices", "-l", "!headless")), [
    ["NAME", "ADDRESSTYPE", "PORTS", "ENDPOINTS", "AGE"],
    ["web-1", "IPv4", "8080", "10.244.1.5", "0s"],
  ]);
  const yaml = await kubectl("get", "svc", "web", "-o", "yaml");
  assert.match(yaml.stdout, /^kind: Service$/m);
  assert.match(yaml.stdout, /^ {2}clusterIP: 10\.96\.0\.1$/m);
  const description = await kubectl("describe", "svc", "web");
  assert.match(description.stdout, /^NodePort: +http +30000\/TCP$/m);
  // before 1.31, kubectl looked at Endpoints, which this server does not have
  assert.match(description.stdout, /^Endpoints: +(10\.244\.1\.5:8080|<none>)$/m);
  assert.match((await kubectl("describe", "node", "n1")).stdout, /^Roles: +worker$/m);
});

test("reads a list in pages", async ({ server, kubectl }) => {
  const letters = ["a", "b", "c", "d", "e"];
  for (const name of letters) server.store.create({ ...WEB, metadata: { name } });
  const { stdout } = await kubectl("get", "svc", "--chunk-size=2", "-o", "name");
  assert.deepEqual(stdout.trim().split("\n"), letters.map((name) => `service/${name}`));
});

test("applies a file, and applies it again when it has changed", async ({ server, kubectl, file }) => {
  const apply = async (ports: readonly JsonObject[]) => {
    const list = {
      apiVersion: "v1",
      kind: "List",
      items: [{ ...WEB, spec: { type: "NodePort", ports } }, SLICE],
    };
    const { stdout } = await kubectl("apply", "--validate=false", "-f", await file(list));
    return stdout.split("\n")[0];
  };
  const portsNow = () => server.store.get("Service", "default", "web")?.["spec"];
  const http = { name: "http", port: 80, targetPort: 8080 };
  const dns = { name: "dns", port: 53, protocol: "UDP" };
  assert.equal(await apply([http]), "service/web created");
  assert.equal(await apply([http]), "service/web unchanged");
  assert.equal(await apply([{ ...http, targetPort: 9090 }, dns]), "service/web configured");
  assert.deepEqual(ports(portsNow()), ["80>9090:30000/TCP", "53>53:30001/UDP"], "node port kept");
  assert.equal(await apply([dns]), "service/web configured");
  assert.deepEqual(ports(portsNow()), ["53>53:30001/UDP"]);
  assert.equal(server.store.list("EndpointSlice").length, 1);
});

test("patches in three ways, labels, annotates and deletes", async ({ server, kubectl }) => {
  server.store.create(WEB);
  const now = () => server.store.get("Service", "default", "web");
  const patch = async (type: string, value: unknown) => {
    await kubectl("patch", "svc", "web", `--type=${type}`, "-p", JSON.stringify(value));
    return ports(now()?.["spec"]);
  };
  const strategic = { spec: { ports: [{ port: 80, targetPort: 1 }] } };
  assert.deepEqual(await patch("strategic", strategic), ["80>1:30000/TCP"]);
  assert.deepEqual(await patch("merge", { spec: { ports: [{ port: 80 }] } }), ["80>80:30000/TCP"]);
  const json = [{ op: "replace", path: "/spec/ports/0/targetPort", value: 2 }];
  assert.deepEqual(await patch("json", json), ["80>2:30000/TCP"]);

  await kubectl("label", "svc", "web", "tier=front");
  await kubectl("annotate", "svc", "web", "note=hello");
  assert.deepEqual(now()?.metadata["labels"], { tier: "front" });
  assert.deepEqual(now()?.metadata["annotations"], { note: "hello" });
  await kubectl("label", "svc", "web", "tier-");
  assert.deepEqual(now()?.metadata["labels"], {});
  const status = { status: { loadBalancer: {}, conditions: [{ type: "a", status: "True" }] } };
  await kubectl(
    ...["patch", "svc", "web", "--subresource=status", "--type=merge"],
    ...["-p", JSON.stringify(status)],
  );
  assert.deepEqual(now()?.["status"], status.status);

  const { stdout } = await kubectl("delete", "svc", "web"); // waits until it is gone
  assert.match(stdout, /service "web" deleted/);
  assert.equal(now(), null);
});

test("taints and cordons a node", async ({ server, kubectl }) => {
  server.store.create(NODE);
  await kubectl("taint", "node", "n1", "dedicated=infra:NoSchedule");
  await kubectl("cordon", "n1");
  assert.deepEqual(server.store.get("Node", "", "n1")?.["spec"], {
    taints: [{ key: "dedicated", value: "infra", effect: "NoSchedule" }],
    unschedulable: true,
  });
});

test("watches: what is there, then what is added, modified, deleted", async ({ server, spawn }) => {
  server.store.create(WEB);
  await using watch = spawn("get", "svc", "-w", "--output-watch-events");
  await watch.line(/^EVENT +NAME +TYPE/);
  await watch.line(/^ADDED +web +NodePort/);
  server.store.create({ ...WEB, metadata: { name: "api" } });
  await watch.line(/^ADDED +api +NodePort +10\.96\.0\.2 +<none> +80:30001\/TCP/);
  server.store.patch("Service", "default", "api", { spec: { externalIPs: ["192.0.2.1"] } });
  await watch.line(/^MODIFIED +api +NodePort +10\.96\.0\.2 +192\.0\.2\.1/);
  server.store.delete("Service", "default", "web");
  await watch.line(/^DELETED +web/);
});

test("watches only what is new, through a selector", async ({ server, spawn, watchOpened }) => {
  server.store.create(WEB);
  await using watch = spawn(
    ...["get", "svc", "--watch-only", "--output-watch-events", "-l", "on"],
  );
  await watchOpened;
  const label = (on: string | null) =>
    server.store.patch("Service", "default", "web", { metadata: { labels: { on } } });
  label("1");
  await watch.line(/^ADDED +web/);
  label("2");
  await watch.line(/^MODIFIED +web/);
  label(null);
  await watch.line(/^DELETED +web/);
});

test("understands what the server refuses", async ({ server, kubectl, file }) => {
  server.store.create(WEB);
  const missing = await kubectl.fails("get", "svc", "nope");
  assert.match(missing, /\(NotFound\): services "nope" not found/);
  const unknown = await kubectl.fails("get", "secrets");
  assert.match(unknown, /the server doesn't have a resource type "secrets"/);
  const bad = await file({ ...WEB, spec: { ports: [{ port: 70000 }] } });
  const invalid = await kubectl.fails("replace", "--validate=false", "-f", bad);
  assert.match(invalid, /The Service "web" is invalid/);
  assert.match(invalid, /spec\.ports\[0\]\.port: Invalid value: 70000/);
  const good = await file(WEB);
  const ssa = await kubectl.fails("apply", "--server-side", "--validate=false", "-f", good);
  assert.match(ssa, /Server-side apply not available on the server/);
});

interface Cluster extends AsyncDisposable {
  readonly server: ApiServer;
  /** Resolves when the first watch is open. */
  readonly watchOpened: Promise<void>;
  readonly kubectl: Kubectl;
  /** Starts a kubectl that goes on until it is disposed of. */
  spawn(...args: readonly string[]): Running;
  /** Writes an object into a file, and gives its path. */
  file(object: JsonObject): Promise<string>;
}

interface Kubectl {
  /** Runs to the end, which must be a good one. */
  (...args: readonly string[]): Promise<{ readonly stdout: string }>;
  /** Runs to the end, which must be a bad one, and gives what was said. */
  fails(...args: readonly string[]): Promise<string>;
}

interface Running extends AsyncDisposable {
  /** Waits for a line like that; what comes before it is passed over. */
  line(like: RegExp): Promise<void>;
}

async function startCluster(): Promise<Cluster> {
  const opened = Promise.withResolvers<void>();
  const onAnswer = (_message: string, fields?: LogFields) => {
    if (String(fields?.["url"]).includes("watch=true")) opened.resolve();
  };
  const log: Logger = { ...SILENT, v: () => ({ info: onAnswer }) };
  const server = await startApiServer({ now: () => Date.now(), log });
  const home = await Deno.makeTempDir({ prefix: "windlass-kubectl-" });
  const command = (args: readonly string[]) =>
    new Deno.Command(KUBECTL ?? "kubectl", {
      args: [`--server=${server.url}`, `--cache-dir=${join(home, "cache")}`, ...args],
      env: { HOME: home, USERPROFILE: home, KUBECONFIG: join(home, "none") },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  const run = async (args: readonly string[]) => {
    const { success, stdout, stderr } = await command(args).output();
    const text = new TextDecoder();
    return { success, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  };
  const kubectl = async (...args: readonly string[]) => {
    const { success, stdout, stderr } = await run(args);
    assert.ok(success, `kubectl ${args.join(" ")} failed: ${stderr}`);
    return { stdout };
  };
  const fails = async (...args: readonly string[]) => {
    const { success, stdout, stderr } = await run(args);
    assert.ok(!success, `kubectl ${args.join(" ")} was to fail, and printed: ${stdout}`);
    return stderr;
  };
  let files = 0;
  return {
    server,
    watchOpened: opened.promise,
    kubectl: Object.assign(kubectl, { fails }),
    spawn: (...args) => running(command(args).spawn()),
    async file(object) {
      const path = join(home, `${files++}.json`);
      await Deno.writeTextFile(path, JSON.stringify(object));
      return path;
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await Deno.remove(home, { recursive: true });
    },
  };
}

/** A kubectl that watches. One that says nothing for 20 seconds is ended, so that its test fails. */
function running(child: Deno.ChildProcess): Running {
  const timer = setTimeout(() => child.kill(), 20_000);
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const complaints = child.stderr.pipeThrough(new TextDecoderStream());
  const said = Array.fromAsync(complaints).then((parts) => parts.join(""));
  let buffered = "";
  return {
    async line(like) {
      while (true) {
        const end = buffered.indexOf("\n");
        if (end !== -1) {
          const line = buffered.slice(0, end).trimEnd();
          buffered = buffered.slice(end + 1);
          if (like.test(line)) return;
          continue;
        }
        const { done, value } = await reader.read();
        if (done) assert.fail(`kubectl ended without a line like ${like}: ${await said}`);
        buffered += value;
      }
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      child.kill();
      await Promise.all([reader.cancel(), said, child.status]);
    },
  };
}

async function table(
  output: Promise<{ readonly stdout: string }>,
): Promise<readonly (readonly string[])[]> {
  const { stdout } = await output;
  const rows = stdout.trim().split("\n").map((line) => line.trim().split(/\s+/));
  // an age is the one cell that depends on how fast the test runs
  return rows.map((row) => row.map((cell) => /^\d+s$/.test(cell) ? "0s" : cell));
}

/** The ports of a Service's spec, as `port>targetPort:nodePort/protocol`. */
function ports(spec: unknown): readonly string[] {
  assert.ok(typeof spec === "object" && spec !== null && "ports" in spec);
  assert.ok(Array.isArray(spec.ports));
  return spec.ports.map(({ port, targetPort, nodePort, protocol }) =>
    `${port}>${targetPort}:${nodePort}/${protocol}`
  );
}

async function findKubectl(): Promise<string | null> {
  const name = Deno.build.os === "windows" ? "kubectl.exe" : "kubectl";
  for (const folder of (Deno.env.get("PATH") ?? "").split(delimiter)) {
    if (folder === "") continue;
    const path = join(folder, name);
    try {
      if ((await Deno.stat(path)).isFile) return path;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return null;
}
