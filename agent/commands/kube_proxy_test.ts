import assert from "node:assert/strict";
import { join } from "node:path";
import { SILENT } from "../../core/mod.ts";
import { main } from "../main.ts";
import { startApiServer } from "../simulate/api/api_server.ts";
import { type FakeIo, fakeIo } from "../test_io.ts";

/** A folder with these files, removed at the end. */
async function folder(files: Readonly<Record<string, string>> = {}) {
  const path = await Deno.makeTempDir();
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(join(path, name), text);
  }
  return {
    // forward slashes on Windows, too, as the command lines have them
    file: (name: string) => join(path, name).replaceAll("\\", "/"),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** An API server without objects, and a kubeconfig for it. */
async function cluster(files: Readonly<Record<string, string>> = {}) {
  const server = await startApiServer({ now: () => Date.now(), log: SILENT });
  const kubeconfig = `apiVersion: v1
kind: Config
current-context: c
contexts: [{ name: c, context: { cluster: c, user: u } }]
clusters: [{ name: c, cluster: { server: "${server.url}" } }]
users: [{ name: u, user: {} }]
`;
  const config = await folder({ "kubelet.conf": kubeconfig, ...files });
  return {
    ...config,
    server,
    async [Symbol.asyncDispose]() {
      await config[Symbol.asyncDispose]();
      await server.close();
    },
  };
}

/** Addresses for the health and metrics servers that are free and on loopback. */
function servers(): readonly string[] {
  return [`--healthz-bind-address=${freeAddress()}`, `--metrics-bind-address=${freeAddress()}`];
}

function freeAddress(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return `127.0.0.1:${listener.addr.port}`;
}

/** The same for a configuration file. */
function serverFields(): string {
  return `healthzBindAddress: ${freeAddress()}\nmetricsBindAddress: ${freeAddress()}\n`;
}

async function run(...args: readonly string[]) {
  const io = fakeIo();
  const code = await main(args, io);
  return { code, out: io.out(), err: io.err() };
}

/** Runs until the log shows that the node is in step with the cluster, then stops. */
async function runUntilSynced(io: FakeIo, ...args: readonly string[]): Promise<number> {
  const done = main(args, io);
  await Promise.race([io.until((each) => /"Synced"/.test(each.err())), done]);
  io.signal("SIGTERM");
  return await done;
}

Deno.test("the userspace seed's command line works unchanged", async () => {
  await using test = await cluster();
  const io = fakeIo({ env: { USER: "me", USERNAME: "me" }, hostname: "WIN-1" });
  const code = await runUntilSynced(
    io,
    "--proxy-mode=userspace",
    `--kubeconfig=${test.file("kubelet.conf")}`,
    `--log-dir=${test.file("logs")}`,
    "--logtostderr=false",
    "--alsologtostderr",
    "--v=2", // so that the test sees the sync
    ...servers(),
  );
  assert.equal(code, 0, io.err());
  assert.match(io.err(), /"Started" source="kube" sink="to-userspace" node="win-1"/);
  assert.match(io.err(), /^I\d{4} .* sync:1\] "Synced" /m);
  assert.match(io.err(), /The same in own words: windlass kube to-userspace --kubeconfig=/);
  const names: string[] = [];
  for await (const { name } of Deno.readDir(test.file("logs"))) names.push(name);
  const info = names.find((name) => /^kube-proxy(\.exe)?\.WIN-1\..*me\.log\.INFO\./.test(name));
  assert.ok(info, names.join(" "));
  const text = await Deno.readTextFile(test.file(`logs/${info}`));
  assert(text.endsWith(io.err()), "the file has what standard error has");
});

const KERNEL_SEED = [
  "--v=4",
  "--proxy-mode=kernelspace",
  "--enable-dsr=true",
  "--feature-gates=WinDSR=true,WinOverlay=true",
  "--source-vip=10.244.1.2",
];

Deno.test("the kernel seed's command line: a variable that nobody expanded is told", async () => {
  const { code, err } = await run("--hostname-override=$(NODE_NAME)", ...KERNEL_SEED);
  assert.equal(code, 2);
  assert.match(err, /Cannot read flag --hostname-override: "\$\(NODE_NAME\)" has \$\(NODE_NAME\)/);
});

Deno.test("the kernel seed's command line: a variable that is set is the node's name", async () => {
  const io = fakeIo({ env: { NODE_NAME: "WIN-7" } });
  const code = await main([
    "--hostname-override=$(NODE_NAME)",
    ...KERNEL_SEED,
    "--kubeconfig=C:/etc/kubernetes/kubelet.conf",
    ...servers(),
  ], io);
  assert.equal(code, 2, io.err()); // this machine has no such file, and a network is missing
  assert.match(io.err(), /FLAG: --hostname-override="win-7"/);
});

/** HNS as an L2Bridge CNI leaves it. */
const HNS = {
  Networks: [{
    ID: "11111111-2222-4333-8444-555555555555",
    Name: "cbr0",
    Type: "L2Bridge",
    SchemaVersion: { Major: 2, Minor: 0 },
  }],
  Endpoints: [],
  LoadBalancers: [],
};

Deno.test("the kernel seed's command line programs load balancers, and --cleanup takes them off", async () => {
  await using test = await cluster({ "hns.json": JSON.stringify(HNS) });
  test.server.store.create({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "default" },
    spec: { clusterIP: "10.96.0.10", ports: [{ port: 80, targetPort: 8080 }] },
  });
  test.server.store.create({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: "web-1",
      namespace: "default",
      labels: { "kubernetes.io/service-name": "web" },
    },
    addressType: "IPv4",
    ports: [{ port: 8080 }],
    endpoints: [{ addresses: ["10.244.2.5"], nodeName: "n2" }],
  });
  const line = [
    "--hostname-override=n1",
    ...KERNEL_SEED,
    `--kubeconfig=${test.file("kubelet.conf")}`,
    "--network-name=cbr0",
    // a machine without HNS: Windlass' own flags
    `--hns=emulator:${test.file("hns.json")}`,
    ...["--node-ip=192.0.2.1", "--host-mac=00-15-5d-00-00-01"],
    ...servers(),
  ];
  const left = async (): Promise<unknown> => {
    const { LoadBalancers, Endpoints } = JSON.parse(await Deno.readTextFile(test.file("hns.json")));
    const vips = LoadBalancers.map((each: { FrontendVIPs: unknown }) => each.FrontendVIPs);
    return { vips, endpoints: Endpoints.length };
  };
  const made = await run(...line, "--once");
  assert.equal(made.code, 0, made.err);
  assert.deepEqual(await left(), { vips: [["10.96.0.10"]], endpoints: 1 });
  const prepared = await run(...line, "--init-only");
  assert.deepEqual(prepared.code, 0, prepared.err);
  assert.deepEqual(await left(), { vips: [["10.96.0.10"]], endpoints: 1 });
  const cleaned = await run(...line, "--cleanup");
  assert.equal(cleaned.code, 0, cleaned.err);
  assert.deepEqual(await left(), { vips: [], endpoints: 0 });
});

Deno.test.each([{ flag: [] }, { flag: ["--source-vip="] }, { flag: ["--source-vip=auto"] }])(
  "on an overlay network, where kube-proxy refuses to start with $flag, the source VIP is found",
  async ({ flag }) => {
    const [network] = HNS.Networks;
    const overlay = {
      ...HNS,
      Networks: [{ ...network, Name: "Calico", Type: "Overlay" }],
      Endpoints: [{
        ID: "22222222-2222-4333-8444-555555555555",
        Name: "Calico_ep",
        HostComputeNetwork: network?.ID,
        IpConfigurations: [{ IpAddress: "10.244.2.66", PrefixLength: 26 }],
        MacAddress: "00-15-5D-65-21-3A",
        SchemaVersion: { Major: 2, Minor: 0 },
      }],
    };
    await using test = await cluster({ "hns.json": JSON.stringify(overlay) });
    const { code, err } = await run(
      "--proxy-mode=kernelspace",
      "--hostname-override=n1",
      `--kubeconfig=${test.file("kubelet.conf")}`,
      "--network-name=Calico.*",
      `--hns=emulator:${test.file("hns.json")}`,
      ...["--node-ip=192.0.2.1", "--host-mac=00-15-5d-00-00-01", "--once"],
      ...flag,
      ...servers(),
    );
    assert.equal(code, 0, err);
    assert.match(err, /Found the source VIP.*ip="10\.244\.2\.66" rule="calico-endpoint"/);
  },
);

Deno.test("--config: the file counts, the node's name comes from the flag", async () => {
  await using test = await cluster();
  await Deno.writeTextFile(
    test.file("config.conf"),
    `apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: userspace
clientConnection: { kubeconfig: "${test.file("kubelet.conf")}" }
logging: { verbosity: 2 }
udpIdleTimeout: 250ms
${serverFields()}`,
  );
  const io = fakeIo();
  const code = await runUntilSynced(
    io,
    "kube-proxy",
    `--config=${test.file("config.conf")}`,
    "--hostname-override=N7",
    "--proxy-mode=kernelspace",
  );
  assert.equal(code, 0, io.err());
  assert.match(io.err(), /sink="to-userspace" node="n7"/);
  assert.match(io.err(), /^W.* With --config these flags do not count, .*: --proxy-mode$/m);
  assert.match(io.err(), /^W.* line 6: field udpIdleTimeout is of older versions/m);
});

Deno.test("/configz shows the configuration that counts, /metrics the feature gates", async () => {
  await using test = await cluster();
  const metrics = freeAddress();
  const io = fakeIo();
  const done = main([
    "--proxy-mode=userspace",
    `--kubeconfig=${test.file("kubelet.conf")}`,
    "--feature-gates=PreferSameTrafficDistribution=false",
    `--healthz-bind-address=${freeAddress()}`,
    `--metrics-bind-address=${metrics}`,
    "--v=2",
  ], io);
  await Promise.race([io.until((each) => /"Synced"/.test(each.err())), done]);
  const get = async (path: string): Promise<string> =>
    await (await fetch(`http://${metrics}${path}`)).text();
  const configz = JSON.parse(await get("/configz"));
  assert.equal(configz["kubeproxy.config.k8s.io"].MetricsBindAddress, metrics); // as up to 1.35
  assert.match(
    await get("/metrics"),
    /^kubernetes_feature_enabled\{name="PreferSameTrafficDistribution",stage="BETA"\} 0$/m,
  );
  assert.equal(await get("/proxyMode"), "userspace");
  io.signal("SIGTERM");
  assert.equal(await done, 0, io.err());
});

Deno.test("when the configuration file changes, the program ends with 1, to be started again", async () => {
  await using test = await cluster();
  const text = `apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: userspace
clientConnection: { kubeconfig: "${test.file("kubelet.conf")}" }
${serverFields()}`;
  await Deno.writeTextFile(test.file("config.conf"), text);
  const io = fakeIo();
  const done = main([`--config=${test.file("config.conf")}`, "--v=2"], io);
  await io.until((each) => /"Synced"/.test(each.err()));
  await Deno.writeTextFile(test.file("config.conf"), `${text}oomScoreAdj: 0\n`);
  assert.equal(await done, 1);
  assert.match(io.err(), /Configuration file ".*config.conf" has changed; ending, to be started/);
});

Deno.test.each([
  {
    name: "an unknown field is named with its line",
    text: "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmodes: x\n",
    says: /Cannot use configuration file ".*": line 3: modes: unknown field; did you mean mode\?/,
  },
  {
    name: "all that is wrong is told",
    text: "kind: KubeProxyConfiguration\nmodes: x\n",
    says: /^windlass: Cannot use .*:\nline 1: apiVersion: .*\nline 2: modes: unknown field/,
  },
  {
    name: "a value that makes no sense is told in kube-proxy's form",
    text:
      "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: ipvs\n",
    says: /KubeProxyConfiguration\.mode: Invalid value: "ipvs": must be userspace or kernelspace/,
  },
])("--config: $name", async ({ text, says }) => {
  await using files = await folder({ "config.conf": text });
  const { code, err } = await run(`--config=${files.file("config.conf")}`);
  assert.equal(code, 2);
  assert.match(err, says);
});

Deno.test("--config: a file in UTF-16 is read, as PowerShell writes it; what is no text is refused", async () => {
  await using files = await folder();
  const path = files.file("config.conf");
  const bytes = new Uint8Array(Uint16Array.from("\ufeffmode: x\n", (c) => c.charCodeAt(0)).buffer);
  await Deno.writeFile(path, bytes); // little-endian here, as on every Windows machine
  assert.match((await run(`--config=${path}`)).err, /line 1: apiVersion: /);
  await Deno.writeFile(path, new Uint8Array([0xff, 0xfe, 0x00, 0xd8]));
  const { code, err } = await run(`--config=${path}`);
  assert.equal(code, 2);
  assert.match(err, /Cannot read configuration file ".*": it is no text; write it in UTF-8/);
});

Deno.test("--config: a file that is not there is bad usage", async () => {
  const { code, err } = await run("--config=/nowhere/config.conf");
  assert.equal(code, 2);
  assert.match(
    err,
    /Cannot read configuration file "\/nowhere\/config.conf": there is no such file/,
  );
});

Deno.test("--config: a folder is no file, and that is told in a line", async () => {
  await using files = await folder();
  const { code, err } = await run(`--config=${files.file("")}`);
  assert.equal(code, 2);
  assert.match(err, /^windlass: Cannot read configuration file ".*": .*; give --config a file, /);
});

Deno.test("--write-config-to writes what counts, and the file says the same again", async () => {
  await using files = await folder();
  const [first, second] = [files.file("1.yaml"), files.file("2.yaml")];
  const { code, err } = await run(
    "--proxy-mode=userspace",
    "--iptables-sync-period=1m",
    "--feature-gates=WinDSR=true",
    `--write-config-to=${first}`,
  );
  assert.deepEqual({ code, err }, { code: 0, err: "" });
  const text = await Deno.readTextFile(first);
  assert.match(text, /^ {2}syncPeriod: 1m0s$/m);
  assert.match(text, /^ {2}WinDSR: true$/m);
  const again = await run(`--config=${first}`, `--write-config-to=${second}`);
  assert.deepEqual(again, { code: 0, out: "", err: "" });
  assert.equal(await Deno.readTextFile(second), text);
});

Deno.test("--write-config-to a place that cannot be written ends with 1", async () => {
  await using files = await folder();
  const { code, err } = await run(`--write-config-to=${files.file("no/such/folder/x.yaml")}`);
  assert.equal(code, 1);
  assert.match(err, /Cannot write the configuration to ".*x.yaml"/);
});

Deno.test("--version has Kubernetes' version where scripts look for it, and Windlass' own", async () => {
  for (const args of [["--version"], ["kube-proxy", "--version=true"]]) {
    const { code, out } = await run(...args);
    assert.equal(code, 0);
    assert.match(out, /^Kubernetes v1\.\d+\.\d+\+windlass-\d+\.\d+\.\d+\n$/);
  }
});

Deno.test("--help explains each flag", async () => {
  for (const args of [["kube-proxy", "--help"], ["help", "kube-proxy"], ["--v=2", "-h"]]) {
    const { code, out } = await run(...args);
    assert.equal(code, 0);
    assert.match(out, /--healthz-bind-address=TEXT/);
    assert.match(out, /-v, --v=N \(default 0\)/);
  }
});

Deno.test("--cleanup and --init-only do their work without a cluster, and end", async () => {
  for (const flag of ["--cleanup", "--init-only"]) {
    const { code, err } = await run("--proxy-mode=userspace", flag, "--v=2", ...servers());
    assert.equal(code, 0, err);
    assert.match(err, /"Started" source="nothing" sink="to-userspace"/);
  }
});

Deno.test("Windlass' own flags go with kube-proxy's, and those of the other mode do not", async () => {
  await using test = await cluster();
  const { code, err } = await run(
    "--proxy-mode=userspace",
    "--once",
    "--balancing=maglev",
    ...servers(),
    `--kubeconfig=${test.file("kubelet.conf")}`,
  );
  assert.equal(code, 0, err);
  const bad = await run("--proxy-mode=userspace", "--balancing=best");
  assert.equal(bad.code, 2);
  assert.match(bad.err, /Cannot read flag --balancing: "best" is not one of/);
});

Deno.test("with --logging-format=json, lines and the last word are JSON", async () => {
  const { code, err } = await run(
    "--proxy-mode=userspace",
    "--logging-format=json",
    "--address-manager=none", // so that nothing is told of a machine that has none
    "--kubeconfig=C:/etc/kubernetes/kubelet.conf",
    "--ipvs-strict-arp",
  );
  assert.equal(code, 2);
  const lines = err.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ msg, v }) => [msg.replace(/:.*/s, ""), v]), [
    ["Flags of other platforms, accepted and ignored", 0],
    ["Started", 0],
    ['Cannot read kubeconfig "C', undefined],
  ]);
  assert(lines.every(({ ts, caller }) => typeof ts === "number" && typeof caller === "string"));
});
