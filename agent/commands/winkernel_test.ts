import assert from "node:assert/strict";
import { join } from "node:path";
import { main } from "../main.ts";
import { fakeIo } from "../test_io.ts";

const NETWORK_ID = "52A1B0D7-6D0E-4B0C-8F0B-7C3E0E6F9B02";
const SchemaVersion = { Major: 2, Minor: 0 };

function pod(ip: string): unknown {
  return {
    ID: `0D2B3F0F-65D1-4E1A-9C76-${ip.replace(/\D/g, "").padStart(12, "0")}`,
    Name: `pod-${ip}`,
    HostComputeNetwork: NETWORK_ID,
    IpConfigurations: [{ IpAddress: ip, PrefixLength: 24 }],
    MacAddress: "00-15-5D-65-21-3A",
    SchemaVersion,
  };
}

const NODE = {
  Networks: [{ ID: NETWORK_ID, Name: "cbr0", Type: "L2Bridge", SchemaVersion }],
  Endpoints: [pod("10.244.2.17")],
  LoadBalancers: [],
};

function service(name: string, ip: string, endpoints: Readonly<Record<string, string>>): string {
  const list = Object.entries(endpoints)
    .map(([address, node]) => `{ addresses: [${address}], nodeName: ${node} }`);
  return `apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop, creationTimestamp: "2026-01-01T00:00:00Z" }
spec: { clusterIP: ${ip}, ports: [{ port: 80, targetPort: 8080 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: ${name}-1, namespace: shop, labels: { kubernetes.io/service-name: ${name} } }
addressType: IPv4
ports: [{ port: 8080 }]
endpoints: [${list.join(", ")}]
`;
}

const WEB = service("web", "10.96.0.10", { "10.244.2.17": "n1", "10.244.3.9": "n2" });
const API = service("api", "10.96.0.11", { "10.244.3.10": "n2" });

/** A folder with a cluster and a node, and a command line that knows of them. */
async function folder(cluster: string, node: unknown = NODE) {
  const path = await Deno.makeTempDir();
  const state = join(path, "hns.json");
  const input = join(path, "cluster.yaml");
  await Deno.writeTextFile(input, cluster);
  if (node !== null) await Deno.writeTextFile(state, JSON.stringify(node));
  return {
    change: (text: string) => Deno.writeTextFile(input, text),
    state: async (): Promise<typeof NODE> => JSON.parse(await Deno.readTextFile(state)),
    text: () => Deno.readTextFile(state),
    async run(words: string, ...more: readonly string[]) {
      const io = fakeIo({ env: { KUBE_NETWORK: "cbr0" } });
      const args = [
        ...words.split(" "),
        "--hns",
        `emulator:${state}`,
        "--node-ip=192.0.2.1",
        ...more,
      ];
      const source = words.includes("file") ? ["--input", input, "--node-name=n1"] : [];
      const code = await main([...args, ...source], io);
      return { code, out: io.out(), err: io.err() };
    },
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

function labelled(name: string, value: string): string {
  return WEB.replace("namespace: shop,", `namespace: shop, labels: { "${name}": ${value} },`);
}

function annotated(name: string, value: string): string {
  return WEB.replace("namespace: shop,", `namespace: shop, annotations: { "${name}": ${value} },`);
}

const SYNC = "file to-winkernel --once";

Deno.test("runs can be chained: each carries out what is missing, and the last one leaves nothing", async () => {
  await using node = await folder(`${WEB}---\n${API}`);
  assert.equal((await node.run(SYNC)).code, 0);
  const first = await node.state();
  assert.equal(first.LoadBalancers.length, 2);
  assert.equal(first.Endpoints.length, 3);
  const text = await node.text();
  assert.equal((await node.run(SYNC)).code, 0);
  assert.equal(await node.text(), text, "a second run has changed something");
  await node.change(WEB);
  assert.equal((await node.run("file to-hns --once")).code, 0);
  assert.equal((await node.state()).LoadBalancers.length, 1);
  await node.change("");
  assert.equal((await node.run(SYNC)).code, 0);
  assert.deepEqual(await node.state(), NODE);
});

Deno.test("exit code 3 while a pod of this node is not connected; the rest is done all the same", async () => {
  await using node = await folder(WEB, { ...NODE, Endpoints: [] });
  const { code, err } = await node.run(SYNC);
  assert.equal(code, 3);
  assert.match(err, /Waiting for the endpoint of 10\.244\.2\.17/);
  assert.equal((await node.state()).LoadBalancers.length, 1);
});

Deno.test("exit code 3 while the network is not there, and the file is written", async () => {
  await using node = await folder(WEB, null);
  const { code, err } = await node.run(SYNC);
  assert.equal(code, 3);
  assert.match(err, /Waiting for the network "cbr0"/);
  assert.deepEqual(await node.state(), { Networks: [], Endpoints: [], LoadBalancers: [] });
});

Deno.test("exit code 1 if an operation fails: a frontend that is another program's", async () => {
  const foreign = {
    ID: "AAAAAAAA-2222-4333-8444-555555555555",
    HostComputeEndpoints: ["11111111-2222-4333-8444-555555555555"],
    FrontendVIPs: ["10.96.0.10"],
    PortMappings: [{ Protocol: 6, InternalPort: 80, ExternalPort: 80 }, {
      Protocol: 6,
      InternalPort: 81,
      ExternalPort: 81,
    }],
  };
  await using node = await folder(`${WEB}---\n${API}`, { ...NODE, LoadBalancers: [foreign] });
  const { code, err } = await node.run(SYNC);
  assert.equal(code, 1);
  assert.match(err, /which AAAAAAAA-2222-4333-8444-555555555555 has: HNS answered 0x803b0013/);
  const { LoadBalancers } = await node.state();
  assert.equal(LoadBalancers.length, 2);
  assert.deepEqual(LoadBalancers[0], foreign);
});

Deno.test.each([
  { more: ["--hns=native"], says: "Cannot use --hns=native" },
  { more: ["--hns=emulator:"], says: 'Cannot read flag --hns: "emulator:" is not one of' },
  { more: ["--hns=bogus"], says: 'Cannot read flag --hns: "bogus" is not one of' },
  { more: ["--source-vip=x"], says: 'Cannot read flag --source-vip: "x" is not an IP address' },
  { more: ["--host-mac=x"], says: 'Cannot read flag --host-mac: "x" is not a MAC address' },
  { more: ["--healthz-bind-address=x"], says: "Cannot read flag --healthz-bind-address" },
  { more: ["--userspace-services=web"], says: 'Cannot read flag --userspace-services: "web"' },
  { more: ["--userspace-services=a in b"], says: '--userspace-services: "a in b": it is none of' },
])("$more is bad usage", async ({ more, says }) => {
  await using node = await folder(WEB);
  const { code, err } = await node.run(SYNC, ...more);
  assert.equal(code, 2, err);
  assert(err.includes(says), err);
});

Deno.test("a file that is none is bad input, and stays as it is", async () => {
  await using node = await folder(WEB, "not a node");
  const { code, err } = await node.run(SYNC);
  assert.equal(code, 2);
  assert.match(err, /it is not an object with the lists Networks, Endpoints, LoadBalancers/);
  assert.equal(await node.text(), '"not a node"');
});

Deno.test("plan prints the operations with their rules and documents, and does nothing", async () => {
  await using node = await folder(WEB);
  const { code, out } = await node.run("plan file --backend winkernel -o json");
  assert.equal(code, 0);
  const { backend, ops } = JSON.parse(out);
  assert.equal(backend, "winkernel");
  assert.deepEqual(ops.map(({ op }: { op: string }) => op), [
    "create-endpoint",
    "create-load-balancer",
  ]);
  const [endpoint, balancer] = ops;
  assert.deepEqual(balancer.after, [endpoint.key]);
  assert.deepEqual(balancer.document.HostComputeEndpoints, [
    "0D2B3F0F-65D1-4E1A-9C76-000010244217",
    endpoint.id,
  ]);
  assert.equal(balancer.rules.endpoints, "internal-policy");
  assert.deepEqual(await node.state(), NODE);
});

Deno.test.each([
  { choice: "shop/*" },
  { choice: "tier in (edge,core),!old" },
])(
  "services that are chosen by $choice go to the userspace backend instead",
  async ({ choice }) => {
    await using node = await folder(
      WEB.replace("name: web,", "name: web, labels: { tier: edge },"),
    );
    const { out } = await node.run(
      "plan file --backend winkernel -o json",
      `--userspace-services=${choice}`,
    );
    const { ops } = JSON.parse(out);
    assert.deepEqual(ops.map(({ op, key }: { op: string; key: string }) => `${op} ${key}`), [
      "open TCP/10.96.0.10:80",
    ]);
  },
);

Deno.test("hns diff tells what a sync would do, and ends with 1 as long as it would do something", async () => {
  await using node = await folder(WEB);
  const before = await node.run("hns diff file");
  assert.equal(before.code, 1);
  assert.match(before.out, /^create endpoint endpoint\/10\.244\.3\.9/);
  await node.run(SYNC);
  const after = await node.run("hns diff file");
  assert.deepEqual([after.code, after.out], [0, "HNS has what is wanted\n"]);
});

Deno.test("what HNS cannot give is remarked on, and is nothing that is left to do", async () => {
  await using node = await folder(WEB.replace("spec: {", "spec: { sessionAffinity: ClientIP,"));
  assert.equal((await node.run(SYNC)).code, 0);
  const plan = JSON.parse((await node.run("plan file --backend winkernel -o json")).out);
  assert.deepEqual(plan.ops, []);
  assert.deepEqual(plan.remarks.map(({ op }: { op: string }) => op), ["unsupported"]);
  const remark = "Not as asked: HNS on this node cannot give shop/web all that it asks for: ";
  const text = await node.run("plan file --backend winkernel");
  assert.ok(text.out.startsWith(`Nothing to do\n${remark}`), text.out);
  const diff = await node.run("hns diff file");
  assert.equal(diff.code, 0);
  assert.ok(diff.out.startsWith(`HNS has what is wanted\n${remark}`), diff.out);
});

Deno.test("hns list, doctor and cleanup show what there is and take away what is ours", async () => {
  await using node = await folder(WEB);
  await node.run(SYNC);
  const list = await node.run("hns list");
  assert.match(list.out, /10\.96\.0\.10:80 .* 10\.244\.2\.17 10\.244\.3\.9 /);
  const json = JSON.parse((await node.run("hns list -o json")).out);
  assert.equal(json.loadBalancers.length, 1);
  const doctor = await node.run("hns doctor");
  assert.equal(doctor.code, 0);
  assert.match(doctor.out, /INFO port-blocks: 1 of 256 blocks of 64 ephemeral ports are taken/);
  assert.equal((await node.run("hns cleanup")).code, 0);
  assert.deepEqual(await node.state(), NODE);
});

Deno.test("hns list -o json prints the routes of an overlay network as text", async () => {
  const settings = { DestinationPrefix: "10.244.3.0/24", ProviderAddress: "172.16.0.23" };
  const Policies = [{ Type: "RemoteSubnetRoute", Settings: settings }];
  const Networks = [{ ID: NETWORK_ID, Name: "cbr0", Type: "Overlay", Policies, SchemaVersion }];
  await using node = await folder(WEB, { ...NODE, Networks });
  const { code, out } = await node.run("hns list -o json");
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(out).network.remoteSubnets, [
    { prefix: "10.244.3.0/24", providerAddress: "172.16.0.23" },
  ]);
});

Deno.test("hns doctor names the network that is missing, with cause and cure, and ends with 1", async () => {
  await using node = await folder(WEB, null);
  const { code, out } = await node.run("hns doctor -o json");
  assert.equal(code, 1);
  const [finding] = JSON.parse(out).findings;
  assert.equal(finding.check, "network");
  assert.match(finding.cure, /--network-name/);
});

Deno.test.each([
  { words: "hns lst", says: 'Unknown action "lst"; did you mean list?' },
  { words: "hns diff", says: "SOURCE is missing: windlass hns diff SOURCE" },
  { words: "hns list file", says: 'Unexpected argument "file"' },
])("$words is bad usage", async ({ words, says }) => {
  const io = fakeIo({ env: { KUBE_NETWORK: "cbr0" } });
  assert.equal(await main(words.split(" "), io), 2);
  assert(io.err().includes(says), io.err());
});

Deno.test("explain names the rules of each load balancer, and what HNS cannot do", async () => {
  const ranged = WEB.replace(
    "spec: {",
    "status: { loadBalancer: { ingress: [{ ip: 203.0.113.4 }] } }\nspec: { type: LoadBalancer, loadBalancerSourceRanges: [192.0.2.0/24],",
  );
  await using node = await folder(ranged);
  const { code, out } = await node.run("explain file shop/web --backend winkernel");
  assert.equal(code, 0);
  assert.match(out, /ClusterIP TCP\/10\.96\.0\.10:80 → 10\.244\.2\.17, 10\.244\.3\.9/);
  assert.match(out, /portFlags: 16 \(load-balancer-ip\)/);
  assert.match(out, /not as asked \(source-ranges\)/);
});

Deno.test.each([
  { how: "by name", words: "--userspace-services=shop/*", cluster: WEB },
  { how: "by label", words: "--userspace-services=tier=edge", cluster: labelled("tier", "edge") },
  { how: "by annotation", words: "", cluster: annotated("windlass.dev/backend", "userspace") },
])(
  "explain tells that HNS has nothing of a service that goes to userspace $how",
  async ({ words, cluster }) => {
    await using node = await folder(cluster);
    const more = words === "" ? [] : [words];
    const { code, out } = await node.run("explain file shop/web --backend winkernel", ...more);
    assert.equal(code, 0);
    const none = "No load balancer: the userspace backend beside the kernel proxies it";
    assert(out.includes(`In HNS: shop/web TCP IPv4\n  ${none}`), out);
  },
);
