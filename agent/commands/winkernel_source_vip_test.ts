import assert from "node:assert/strict";
import { join } from "node:path";
import { main } from "../main.ts";
import { fakeIo } from "../test_io.ts";

const ID = "7A0D3C52-5E1B-4C1B-9A6E-0D4B1E5A7F01";
const SchemaVersion = { Major: 2, Minor: 0 };
const MAC = "00-15-5d-00-00-01";

interface Network {
  readonly ID: string;
  readonly Name: string;
  readonly Type: string;
}

function overlay(name: string, subnet = "10.244.2.0/24"): Network & Record<string, unknown> {
  return {
    ID,
    Name: name,
    Type: "Overlay",
    Ipams: [{ Subnets: [{ IpAddressPrefix: subnet }] }],
    SchemaVersion,
  };
}

function endpoint(name: string, ip: string): unknown {
  const digits = `${ip.replace(/\D/g, "")}${name.length}`;
  return {
    ID: `0D2B3F0F-65D1-4E1A-9C76-${digits.padStart(12, "0")}`,
    Name: name,
    HostComputeNetwork: ID,
    IpConfigurations: [{ IpAddress: ip, PrefixLength: 24 }],
    MacAddress: "00-15-5D-65-21-3A",
    SchemaVersion,
  };
}

const WEB = `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop, creationTimestamp: "2026-01-01T00:00:00Z" }
spec: { clusterIP: 10.96.0.10, ports: [{ port: 80, targetPort: 8080 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: web-1, namespace: shop, labels: { kubernetes.io/service-name: web } }
addressType: IPv4
ports: [{ port: 8080 }]
endpoints: [{ addresses: [10.244.2.17], nodeName: n1 }]
`;

const POD = endpoint("pod-1", "10.244.2.17");

/** A node with that network and those endpoints, and command lines that know of it. */
async function node(networks: readonly Network[], endpoints: readonly unknown[] = [POD]) {
  const path = await Deno.makeTempDir();
  const state = join(path, "hns.json");
  const books = join(path, "books");
  await Deno.mkdir(books);
  const set = (Networks: readonly Network[], Endpoints: readonly unknown[] = endpoints) =>
    Deno.writeTextFile(state, JSON.stringify({ Networks, Endpoints, LoadBalancers: [] }));
  await set(networks);
  await Deno.writeTextFile(join(path, "cluster.yaml"), WEB);
  const runPlain = async (words: string, ...more: readonly string[]) => {
    const io = fakeIo();
    const code = await main([...words.split(" "), `--hns=emulator:${state}`, ...more], io);
    return { code, out: io.out(), err: io.err() };
  };
  return {
    books,
    set,
    async vips(): Promise<readonly unknown[]> {
      const { LoadBalancers } = JSON.parse(await Deno.readTextFile(state));
      return LoadBalancers.map(({ SourceVIP }: { SourceVIP?: unknown }) => SourceVIP);
    },
    async reserved(network: string): Promise<readonly string[]> {
      try {
        const found = await Array.fromAsync(Deno.readDir(join(books, network)));
        return found.map(({ name }) => name).sort();
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return [];
        throw error;
      }
    },
    /** The command with the emulated node and nothing else. */
    runPlain,
    /** The command with what the HNS backend, and the source it names, must know. */
    run(words: string, ...more: readonly string[]) {
      const source = words.includes("file")
        ? ["--input", join(path, "cluster.yaml"), "--node-name=n1"]
        : [];
      return runPlain(words, ...source, "--node-ip=192.0.2.1", `--host-mac=${MAC}`, ...more);
    },
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

const SYNC = "file to-winkernel --once";

Deno.test.each([
  { flag: [] },
  { flag: ["--source-vip=auto"] },
  { flag: ["--source-vip="] },
])(
  "with $flag the source VIP is that of Calico's endpoint, and the log says so",
  async ({ flag }) => {
    await using it = await node([overlay("Calico")], [POD, endpoint("Calico_ep", "10.244.2.66")]);
    const { code, err } = await it.run(SYNC, "--network-name=Calico", ...flag);
    assert.equal(code, 0, err);
    assert.deepEqual(await it.vips(), ["10.244.2.66"]);
    assert.match(err, /Found the source VIP.*ip="10\.244\.2\.66" rule="calico-endpoint"/);
  },
);

Deno.test("an endpoint that is named source-vip comes next, then what is reserved in the books", async () => {
  const named = [POD, endpoint("source-vip", "10.244.2.3")];
  await using it = await node([overlay("vxlan0")], named);
  const line = [SYNC, "--network-name=vxlan0", `--ipam-dir=${it.books}`] as const;
  assert.equal((await it.run(...line)).code, 0);
  assert.deepEqual([await it.vips(), await it.reserved("vxlan0")], [["10.244.2.3"], []]);
  await it.set([overlay("vxlan0")], [POD]);
  assert.equal((await it.run(...line)).code, 0);
  const reserved = await it.reserved("vxlan0");
  assert.deepEqual([await it.vips(), reserved], [["10.244.2.254"], ["10.244.2.254"]]);
  assert.equal((await it.run(...line)).code, 0);
  assert.deepEqual(await it.reserved("vxlan0"), reserved, "a second run has reserved another");
});

Deno.test("a node with another pod CIDR than before gives the old address back and gets another", async () => {
  await using it = await node([overlay("vxlan0")]);
  const line = [SYNC, "--network-name=vxlan0", `--ipam-dir=${it.books}`] as const;
  await it.run(...line);
  await it.set([overlay("vxlan0", "10.244.7.0/24")]);
  const { err } = await it.run(...line);
  assert.match(err, /Released a source VIP that is in no subnet.*10\.244\.2\.254/);
  assert.deepEqual(await it.reserved("vxlan0"), ["10.244.7.254"]);
});

Deno.test("the address that is given wins; one that no subnet has is obeyed, with a warning", async () => {
  await using it = await node([overlay("Calico")], [POD, endpoint("Calico_ep", "10.244.2.66")]);
  const { code, err } = await it.run(SYNC, "--network-name=Calico", "--source-vip=10.9.9.9");
  assert.match(err, /The source VIP may be wrong: 10\.9\.9\.9 is in no subnet of network/);
  assert.match(err, /Found the source VIP.*rule="given"/);
  assert.notEqual(code, 2, err);
});

Deno.test("one that is found and a pod has is refused, with the pod's endpoint", async () => {
  const sandbox = `${"0123456789abcdef".repeat(4)}_Calico`;
  const both = [endpoint("Calico_ep", "10.244.2.66"), endpoint(sandbox, "10.244.2.66")];
  await using it = await node([overlay("Calico")], both);
  const { code, err } = await it.run(SYNC, "--network-name=Calico");
  assert.equal(code, 1);
  assert.match(err, /Cannot use the source VIP: a pod has 10\.244\.2\.66 too/);
  assert.deepEqual(await it.vips(), []);
});

Deno.test("an emulated node without books is refused with the reason, and this machine is left alone", async () => {
  await using it = await node([overlay("vxlan0")]);
  const runs = [
    await it.run(SYNC, "--network-name=vxlan0"),
    await it.run("plan file --backend=winkernel", "--network-name=vxlan0"),
    await it.runPlain("source-vip"),
  ];
  for (const { code, err } of runs) {
    assert.equal(code, 1, err);
    assert.match(err, /neither an endpoint "vxlan0_ep" nor one named "source-vip", and none is/);
    assert.match(err, /give --source-vip, or --ipam-dir/);
  }
  assert.deepEqual(await it.vips(), []);
});

Deno.test("plan, explain and hns use the same address, and reserve nothing", async () => {
  await using it = await node([overlay("vxlan0")]);
  const flags = ["--network-name=vxlan0", `--ipam-dir=${it.books}`];
  const before = await it.run("plan file --backend=winkernel", ...flags);
  assert.equal(before.code, 1);
  assert.match(before.err, /to-winkernel reserves one when it starts/);
  await it.run("hns doctor", ...flags);
  await it.run("explain file shop/web --backend=winkernel", ...flags);
  assert.deepEqual(await it.reserved("vxlan0"), []);
  await it.run(SYNC, ...flags);
  assert.equal((await it.run("hns diff file", ...flags)).out, "HNS has what is wanted\n");
  const { out } = await it.run("explain file shop/web --backend=winkernel", ...flags);
  assert.match(out, /sourceVip: 10\.244\.2\.254/);
  assert.equal((await it.run("hns doctor", ...flags)).code, 0);
  assert.equal((await it.run("hns cleanup", ...flags)).code, 0);
  assert.deepEqual([await it.vips(), await it.reserved("vxlan0")], [[], ["10.244.2.254"]]);
});

Deno.test("nothing is reserved for Calico, whose IPAM would not know: its endpoint is waited for", async () => {
  await using it = await node([overlay("Calico")]);
  const flags = ["--network-name=Calico", `--ipam-dir=${it.books}`];
  const before = await it.run(SYNC, ...flags);
  assert.equal(before.code, 1);
  assert.match(before.err, /Calico has not made endpoint "Calico_ep" yet/);
  const asked = await it.runPlain("source-vip", `--ipam-dir=${it.books}`);
  assert.equal(asked.code, 1);
  assert.match(asked.err, /Calico has not made endpoint "Calico_ep" yet/);
  assert.deepEqual(await it.reserved("Calico"), []);
  await it.set([overlay("Calico")], [POD, endpoint("Calico_ep", "10.244.2.66")]);
  assert.equal((await it.run(SYNC, ...flags)).code, 0);
  assert.deepEqual(await it.vips(), ["10.244.2.66"]);
});

Deno.test("books that cannot be written are named", async () => {
  await using it = await node([overlay("vxlan0")]);
  const file = join(it.books, "file");
  await Deno.writeTextFile(file, "");
  const { code, err } = await it.run(SYNC, "--network-name=vxlan0", `--ipam-dir=${file}`);
  assert.equal(code, 1);
  assert.match(err, /Cannot reserve a source VIP in ".*file": /);
});

Deno.test("a network may be named by a pattern; where several fit, nothing is done", async () => {
  const bridge = { ...overlay("vpcbr06684cbed472"), Type: "L2Bridge" };
  await using it = await node([bridge]);
  const one = await it.run(SYNC, "--network-name=vpcbr*");
  assert.equal(one.code, 0, one.err);
  assert.deepEqual(await it.vips(), [undefined]);
  assert.match(one.err, /Found the network.*network="vpcbr06684cbed472"/);
  await it.set([bridge, { ...bridge, Name: "vpcbrother", ID: ID.replace("7A0D", "7A0E") }]);
  for (const words of [SYNC, "explain file shop/web --backend=winkernel", "hns doctor"]) {
    const { code, err, out } = await it.run(words, "--network-name=vpcbr*");
    assert.equal(code, 1, words);
    assert.match(
      err + out,
      /Cannot tell which network "vpcbr\*" is: vpcbr06684cbed472, vpcbrother/,
    );
  }
  assert.deepEqual(await it.vips(), []);
});
