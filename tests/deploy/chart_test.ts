/**
 * The Helm chart and the manifests made of it: they are equal, valid for the Kubernetes API, and start
 * Windlass by command lines that it accepts.
 *
 * @module
 */
import assert from "node:assert/strict";
import { loadAll } from "js-yaml";
import { whyRefused } from "../accepts.ts";
import { helm, MANIFESTS, manifestText, pathOf, render } from "./manifests.ts";

const noHelm = await helm("version") === null;
const noValidator = await validator(["--help"]) === null;

/** Runs kubernetes-validate (PyPI), which brings the API's schemas; `null` where it is missing. */
async function validator(args: readonly string[]): Promise<Deno.CommandOutput | null> {
  try {
    return await new Deno.Command("kubernetes-validate", { args: [...args] }).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every container of the objects, wherever it stands. */
function* containersIn(value: unknown): Generator<Json> {
  if (Array.isArray(value)) { for (const each of value) yield* containersIn(each); }
  if (!isObject(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    if (/^(initC|c)ontainers$/.test(key) && Array.isArray(inner)) yield* inner.filter(isObject);
    else yield* containersIn(inner);
  }
}

function argsOf(container: Json): readonly string[] {
  const { args = [] } = container;
  assert(Array.isArray(args));
  return args.map(String);
}

/** The objects of a manifest. */
function objectsIn(yaml: string): readonly Json[] {
  return loadAll(yaml).filter(isObject);
}

/** The command lines of a manifest's containers. */
function commandLines(yaml: string): readonly (readonly string[])[] {
  return [...containersIn(loadAll(yaml))].map(argsOf);
}

/** Every way to install it that is not a manifest: all switches on, each on its own path. */
const VARIANTS = MANIFESTS.map(({ file, values }) => ({
  file,
  values: [
    ...values,
    "kernel.sourceVIP=10.244.7.2",
    "kernel.ipamDir=C:\\\\k\\\\networks",
    "kernel.forwardHealthCheckVIP=true",
    "userspace.interface=Ethernet 2",
    "brain.address=10.0.0.9:12090",
    "podMonitor.enabled=true",
    "brain.tls.certManager.enabled=true",
    "brain.tls.certManager.issuerRef.name=ours",
    "dashboard.enabled=true",
  ],
}));

Deno.test.each(MANIFESTS)("$file starts Windlass as it can be started", async (manifest) => {
  const lines = commandLines(await Deno.readTextFile(pathOf(manifest)));
  assert.ok(lines.length > 0);
  assert.deepEqual(lines.map(whyRefused).filter((why) => why !== null), []);
});

for (const manifest of MANIFESTS) {
  Deno.test({
    name: `${manifest.file} is what the chart renders (needs helm)`,
    ignore: noHelm,
    async fn() {
      const text = await Deno.readTextFile(pathOf(manifest));
      assert.equal(text, await manifestText(manifest), "run `deno task deploy:manifests`");
    },
  });

  Deno.test({
    name: `${manifest.file} is valid for the Kubernetes API (needs kubernetes-validate)`,
    ignore: noValidator,
    async fn() {
      const path = pathOf(manifest).pathname;
      const result = await validator(["--strict", "-k", "1.33", path]);
      const { stdout, stderr } = result ?? assert.fail("kubernetes-validate has gone");
      const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      assert.match(said, /passed/);
      assert.doesNotMatch(said, /ERROR|invalid|failed/i);
    },
  });
}

for (const { file, values } of VARIANTS) {
  Deno.test({
    name: `with every value set, what ${file} is made of is still accepted (needs helm)`,
    ignore: noHelm,
    async fn() {
      const text = await render(...values) ?? assert.fail("helm has gone");
      assert.deepEqual(commandLines(text).map(whyRefused).filter((why) => why !== null), []);
    },
  });
}

Deno.test.each([
  { address: "10.0.0.9:12090", names: [], ips: ["10.0.0.9"] },
  { address: "[fd00::9]:12090", names: [], ips: ["fd00::9"] },
  { address: "brain.example.com:12090", names: ["brain.example.com"], ips: [] },
  { address: "tcp://brain.example.com:12090", names: ["brain.example.com"], ips: [] },
  { address: "", names: [], ips: [] },
])(
  "the server's certificate is for brain.address $address (needs helm)",
  { ignore: noHelm },
  async ({ address, names, ips }) => {
    const text = await render(
      "image.repository=r/w",
      "mode=userspace",
      "topology=brain",
      "brain.image.repository=r/l",
      `brain.address=${address}`,
      "brain.tls.certManager.enabled=true",
      "brain.tls.certManager.issuerRef.name=ours",
    );
    const [server] = objectsIn(text ?? "").filter(({ kind }) => kind === "Certificate");
    const spec = server?.spec;
    assert(isObject(spec));
    assert.deepEqual(spec.dnsNames, ["windlass-brain.kube-system.svc", ...names]);
    assert.deepEqual(spec.ipAddresses ?? [], ips);
  },
);

Deno.test({
  name: "each node finds its own source VIP unless one is given, and takes a pattern (needs helm)",
  ignore: noHelm,
  async fn() {
    const values = ["image.repository=r/w", "kernel.networkName=vpcbr*"];
    const [plain = []] = commandLines(await render(...values) ?? "");
    assert(plain.includes("--source-vip=auto"), plain.join(" "));
    assert(plain.includes("--network-name=vpcbr*"), plain.join(" "));
    const given = ["kernel.sourceVIP=10.244.7.2", "kernel.ipamDir=D:\\\\cni\\\\networks"];
    const [set = []] = commandLines(await render(...values, ...given) ?? "");
    assert(set.includes("--source-vip=10.244.7.2"), set.join(" "));
    assert(set.includes("--ipam-dir=D:\\cni\\networks"), set.join(" "));
    await assert.rejects(render(...values, "kernel.sourceVIP=Auto"), /sourceVIP/);
  },
});

Deno.test({
  name: "names come to the command line as they are, whatever YAML reads into them (needs helm)",
  ignore: noHelm,
  async fn() {
    const name = "vEthernet (Intel: Gigabit #2 - Virtual Switch)";
    const userspace = ["image.repository=r/w", "mode=userspace", `userspace.interface=${name}`];
    const [sockets = []] = commandLines(await render(...userspace) ?? "");
    assert(sockets.includes(`--interface=${name}`), sockets.join(" "));
    const kernel = ["image.repository=r/w", "kernel.networkName=net: a #2"];
    const [balancers = []] = commandLines(await render(...kernel) ?? "");
    assert(balancers.includes("--network-name=net: a #2"), balancers.join(" "));
  },
});

Deno.test.each([
  { address: "10.0.0.9" },
  { address: "fd00::9" },
  { address: "10.0.0.9:" },
  { address: "brain.example.com" },
])(
  "brain.address $address is refused: an address without a port is none (needs helm)",
  { ignore: noHelm },
  async ({ address }) => {
    await assert.rejects(
      render("image.repository=r/w", "mode=userspace", `brain.address=${address}`),
      /brain\.address/,
    );
  },
);

Deno.test({
  name: "a chart without the values that only its user can know says which (needs helm)",
  ignore: noHelm,
  async fn() {
    await assert.rejects(render(), /image\.repository: name the image/);
    await assert.rejects(
      render("image.repository=r/w"),
      /kernel\.networkName: name the HNS network/,
    );
    await assert.rejects(render("image.repository=r/w", "mode=ipvs"), /mode/);
  },
});
