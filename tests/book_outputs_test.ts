/**
 * What pages show as the program's output and as HNS' documents is what the program prints and asks
 * for, given the node and the Service that the page tells of.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { main } from "../agent/main.ts";
import { fakeIo } from "../agent/test_io.ts";

const SchemaVersion = { Major: 2, Minor: 0 };

/** Node `w1` of the pages: an overlay network, one pod, and the way to another node's pods. */
function nodeState(network: string): string {
  const id = "8E3C0C3A-3B54-4F8F-9D8A-51A0B8B6F5A1";
  const route = {
    DestinationPrefix: "10.244.3.0/24",
    IsolationId: 4096,
    ProviderAddress: "172.16.0.23",
    DistributedRouterMacAddress: "66-3c-7b-52-10-8d",
  };
  const pod = {
    ID: "0D2B3F0F-65D1-4E1A-9C76-1B3A8B2E4C11",
    Name: "pod",
    HostComputeNetwork: id,
    IpConfigurations: [{ IpAddress: "10.244.2.17", PrefixLength: 24 }],
    MacAddress: "00-15-5D-65-21-3A",
    SchemaVersion,
  };
  return JSON.stringify({
    Networks: [{
      ID: id,
      Name: network,
      Type: "Overlay",
      Policies: [{ Type: "RemoteSubnetRoute", Settings: route }],
      Ipams: [{ Type: "Static", Subnets: [{ IpAddressPrefix: "10.244.2.0/24" }] }],
      SchemaVersion,
    }],
    Endpoints: [pod],
    LoadBalancers: [],
  });
}

interface ServiceSpec {
  readonly name: string;
  readonly namespace: string;
  readonly spec: string;
  readonly status?: string;
  readonly port: string;
}

function clusterOf({ name, namespace, spec, status = "{}", port }: ServiceSpec): string {
  return `apiVersion: v1
kind: Node
metadata: { name: w1 }
---
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace} }
spec: ${spec}
status: ${status}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: ${name}-1
  namespace: ${namespace}
  labels: { kubernetes.io/service-name: ${name} }
addressType: IPv4
ports: [${port}]
endpoints:
  - { addresses: [10.244.2.17], nodeName: w1 }
  - { addresses: [10.244.3.9], nodeName: w3 }
`;
}

const WHOAMI = clusterOf({
  name: "whoami",
  namespace: "default",
  spec: "{ type: NodePort, clusterIP: 10.96.7.21, " +
    "ports: [{ name: http, port: 80, targetPort: 8080, nodePort: 30080 }] }",
  port: "{ name: http, port: 8080 }",
}).replace("nodeName: w3", "nodeName: w2");

const SHOP = clusterOf({
  name: "web",
  namespace: "shop",
  spec: "{ type: LoadBalancer, externalTrafficPolicy: Local, clusterIP: 10.96.44.7, " +
    "ports: [{ port: 443, targetPort: 8443, nodePort: 31443 }] }",
  status: "{ loadBalancer: { ingress: [{ ip: 203.0.113.40 }] } }",
  port: "{ port: 8443 }",
});

/** Runs command lines on the pages' node, one after the other. */
async function onNode(
  { cluster, network }: { readonly cluster: string; readonly network: string },
  lines: readonly string[],
): Promise<readonly { readonly out: string; readonly err: string }[]> {
  const path = await Deno.makeTempDir();
  try {
    const input = join(path, "cluster.yaml");
    const state = join(path, "hns.json");
    await Deno.writeTextFile(input, cluster);
    await Deno.writeTextFile(state, nodeState(network));
    const answers = [];
    for (const line of lines) {
      const io = fakeIo();
      const args = line.replace("INPUT", `--input=${input}`).replace(
        "HNS",
        `--hns=emulator:${state} --network-name=${network} --source-vip=10.244.2.2 ` +
          "--node-ip=172.16.0.20 --host-mac=00-15-5d-65-2a-00 --enable-dsr",
      );
      assert.equal(await main(args.split(" "), io), 0, io.err());
      answers.push({ out: io.out(), err: io.err() });
    }
    return answers;
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

async function blocksOf(page: string, language: string): Promise<readonly string[]> {
  const text = await Deno.readTextFile(new URL(`../docs/${page}`, import.meta.url));
  return [...text.replaceAll("\r\n", "\n").matchAll(/^```(\w*)\n([^]*?)^```$/gm)]
    .filter(([, found]) => found === language)
    .map(([, , body = ""]) => body);
}

/** What is the same in each run: neither time nor thread, and no times that were taken. */
function settled(line: string): string {
  return line.replace(/^.*?(\w+:1\] )/, "$1").replaceAll(/ \w*[mM]s=[\d.]+/g, "").trimEnd();
}

Deno.test("docs/guides/smoke-test.md shows what the program prints in kernel mode", async () => {
  const [sync, list, explain] = await onNode({ cluster: WHOAMI, network: "Calico" }, [
    "file to-winkernel --once -v 4 --node-name w1 INPUT HNS",
    "hns list HNS",
    "explain file default/whoami --node-name w1 INPUT",
  ]);
  const [log = "", inUserspace = "", listed = "", hnsdiag = "", explained = ""] = await blocksOf(
    "guides/smoke-test.md",
    "text",
  );
  const lines = (sync?.err ?? "").split("\n").map(settled);
  const shown = log.trimEnd().split("\n").map(settled).filter((line) => !/"Synced"/.test(line));
  assert.ok(shown.length >= 4);
  assert.deepEqual(shown.filter((line) => !lines.includes(line)), []);
  assert.equal(listed, list?.out);
  assert.equal(explained, explain?.out);
  assert.match(inUserspace, /Proxying for service/);
  const id = /Load Balancer +: (\S+)/.exec(hnsdiag)?.[1] ?? "none";
  assert.ok(list?.out.includes(id), "hnsdiag shows another load balancer than windlass does");
});

Deno.test("docs/hns/objects.md shows the documents that a plan has for its Service", async () => {
  const [plan] = await onNode({ cluster: SHOP, network: "vxlan0" }, [
    "plan file --backend winkernel -o json --node-name w1 INPUT HNS",
  ]);
  const { ops }: { ops: readonly { readonly document?: unknown }[] } = JSON.parse(
    plan?.out ?? "{}",
  );
  const planned = ops.flatMap(({ document }) => document === undefined ? [] : [document]);
  const shown = (await blocksOf("hns/objects.md", "json")).map((text): unknown => JSON.parse(text));
  assert.ok(shown.length >= 4);
  for (const document of shown) {
    assert.ok(
      planned.some((each) => isSame(each, document)),
      `Nothing planned is ${JSON.stringify(document)}; planned is ${JSON.stringify(planned)}`,
    );
  }
});

function isSame(one: unknown, other: unknown): boolean {
  try {
    assert.deepEqual(one, other);
    return true;
  } catch (error) {
    if (error instanceof assert.AssertionError) return false;
    throw error;
  }
}
