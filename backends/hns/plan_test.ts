import assert from "node:assert/strict";
import { endpoint, servicePort, viewOf } from "../test_views.ts";
import type { EndpointView, ServicePortView } from "../../core/mod.ts";
import {
  assertForeignUntouched,
  BRIDGE,
  BRIDGE_CONFIG,
  BRIDGE_NETWORK,
  Driver,
  OVERLAY,
  OVERLAY_CONFIG,
  overlayNetwork,
  overlayNode,
  pictureOf,
  podEndpoint,
} from "./test_node.ts";
import { field, readLoadBalancer } from "./read_documents.ts";
import type { HnsOp } from "./spec.ts";

const here = (address: string, parts: Partial<EndpointView> = {}) => endpoint(address, parts);
const there = (address: string, parts: Partial<EndpointView> = {}) =>
  endpoint(address, { node: "n2", local: false, inLocal: false, ...parts });

/** hns.md §3.11: ClusterIP, NodePort and ingress, externalTrafficPolicy Local. */
const SHOP: ServicePortView = servicePort({
  namespace: "shop",
  service: "web",
  port: "",
  type: "LoadBalancer",
  externalTrafficPolicy: "Local",
  frontends: [
    { kind: "ClusterIP", ip: "10.96.44.7", port: 443 },
    { kind: "NodePort", port: 31443 },
    { kind: "LoadBalancer", ip: "203.0.113.40", port: 443 },
  ],
  endpoints: [here("10.244.2.17:8443"), there("10.244.3.9:8443", { external: false })],
});

function verbs(ops: readonly HnsOp[]): readonly string[] {
  return ops.map(({ op, key }) => `${op} ${key.split("/").slice(0, 3).join("/")}`);
}

Deno.test("the worked example comes to the load balancers and endpoints that it should", async () => {
  const node = new Driver(overlayNode());
  assert.deepEqual(await node.reach(viewOf([SHOP])), []);
  const ours = pictureOf(node.emulator).filter((line) =>
    !/10\.99\.0\.1|172\.31\.0\.5|b95d|pod/.test(line)
  );
  const pod = "8e3c 10.244.2.17 00-15-5d-65-21-3a false ";
  const remote = "8e3c 10.244.3.9 02-11-0a-f4-03-09 true 172.16.0.23";
  const balancer = (vips: string, ports: string, flags: number, endpoints: string) =>
    `balancer {"sourceVip":"10.244.2.2","vips":${vips},"mappings":[{"protocol":6,` +
    `"internalPort":8443,${ports}}],"flags":${flags},"degraded":false} ${endpoints}`;
  assert.deepEqual(ours, [
    balancer(
      '["10.96.44.7"]',
      '"externalPort":443,"distribution":0,"flags":0',
      1,
      `${pod}; ${remote}`,
    ),
    balancer('["203.0.113.40"]', '"externalPort":443,"distribution":0,"flags":16', 1, pod),
    balancer("[]", '"externalPort":31443,"distribution":0,"flags":18', 1, pod),
    `endpoint ${pod}`,
    "endpoint 8e3c 10.244.2.18 00-15-5d-65-21-3a false ",
    "endpoint 8e3c 10.244.2.2 00-15-5d-65-2a-00 false ",
    `endpoint ${remote}`,
    "endpoint 8e3c 10.96.44.7 00-15-5d-65-2a-00 true 172.16.0.20",
  ]);
  assertForeignUntouched(node.emulator);
});

Deno.test("a restart writes nothing, in whatever letter case ids come back", async () => {
  const node = new Driver(overlayNode(), { options: { changingCase: true } });
  await node.reach(viewOf([SHOP]));
  const { writes } = node.emulator.calls;
  node.restart();
  assert.deepEqual(await node.converge(), []);
  assert.equal(node.emulator.calls.writes, writes);
});

Deno.test("the same endpoints in another order need no write", async () => {
  const node = new Driver(overlayNode());
  await node.reach(viewOf([SHOP]));
  assert.deepEqual(node.change(viewOf([{ ...SHOP, endpoints: SHOP.endpoints.toReversed() }])), []);
});

Deno.test("one endpoint more touches the load balancers that have it, and nothing else", async () => {
  const node = new Driver(overlayNode());
  const other = servicePort({
    service: "other",
    frontends: [{ kind: "ClusterIP", ip: "10.96.0.9", port: 80 }],
    endpoints: [there("10.244.4.4:80")],
  });
  await node.reach(viewOf([SHOP, other]));
  const more = {
    ...SHOP,
    endpoints: [...SHOP.endpoints, there("10.244.4.5:8443", { external: false })],
  };
  assert.deepEqual(verbs(node.change(viewOf([more, other]))), [
    "create-endpoint endpoint/10.244.4.5/" + idOf(node, "10.244.4.5"),
    "update-load-balancer load-balancer/TCP/10.96.44.7:443",
  ]);
});

function idOf(node: Driver, ip: string): string {
  return node.state.world?.actual.endpoints.get(ip)?.[0]?.id ?? "";
}

Deno.test("one more external IP creates one load balancer and disturbs none", async () => {
  const node = new Driver(overlayNode());
  await node.reach(viewOf([SHOP]));
  const frontends = [
    ...SHOP.frontends,
    { kind: "ExternalIP", ip: "198.51.100.7", port: 443 } as const,
  ];
  assert.deepEqual(verbs(node.change(viewOf([{ ...SHOP, frontends }]))), [
    "create-load-balancer load-balancer/TCP/198.51.100.7:443",
  ]);
});

Deno.test("a remote endpoint is kept while anything refers to it, and goes with the last", async () => {
  const a = servicePort({
    service: "a",
    frontends: [{ kind: "ClusterIP", ip: "10.96.0.1", port: 80 }],
    endpoints: [there("10.244.3.9:80")],
  });
  const b = servicePort({
    service: "b",
    frontends: [{ kind: "ClusterIP", ip: "10.96.0.2", port: 80 }],
    endpoints: [there("10.244.3.9:80")],
  });
  const node = new Driver(overlayNode());
  await node.reach(viewOf([a, b]));
  const first = node.change(viewOf([b]));
  assert(!first.some(({ op, key }) => op === "delete-endpoint" && key.includes("10.244.3.9")));
  await node.apply(first);
  const second = node.change(viewOf([]));
  const last = second.find(({ op, key }) => op === "delete-endpoint" && key.includes("10.244.3.9"));
  assert.deepEqual(last?.after, ["load-balancer/TCP/10.96.0.2:80"]);
  await node.apply(second);
  await node.converge();
  const before = new Driver(overlayNode());
  await before.converge();
  assert.deepEqual(pictureOf(node.emulator), pictureOf(before.emulator));
});

Deno.test("nothing is planned while HNS cannot be seen, and all of it afterwards", async () => {
  const node = new Driver(overlayNode());
  node.emulator.stop();
  assert.deepEqual(node.change(viewOf([SHOP])), []);
  assert.equal(await node.look(), null);
  node.emulator.start();
  await node.converge();
  assert(pictureOf(node.emulator).some((line) => line.includes("203.0.113.40")));
});

Deno.test("without its network the node waits, and goes on when the CNI has made it", async () => {
  const { Networks: _, ...rest } = overlayNode();
  const node = new Driver({ ...rest, Networks: [] });
  assert.deepEqual(await node.reach(viewOf([SHOP])), ["network/vxlan0"]);
  assert.equal(node.emulator.calls.writes, 0);
  node.emulator.addNetwork(overlayNetwork());
  assert.deepEqual(await node.converge(), []);
});

Deno.test("a pod that the CNI has not connected is waited for; the rest is done", async () => {
  const node = new Driver(overlayNode());
  const entry = { ...SHOP, endpoints: [...SHOP.endpoints, here("10.244.2.99:8443")] };
  assert.deepEqual(await node.reach(viewOf([entry])), ["endpoint/10.244.2.99"]);
  node.emulator.addEndpoint(podEndpoint("10.244.2.99"));
  assert.deepEqual(await node.converge(), []);
  const with99 = pictureOf(node.emulator).filter((line) =>
    line.startsWith("balancer") && line.includes("10.244.2.99")
  );
  assert.equal(with99.length, 3);
});

Deno.test("what an older kube-proxy made is adopted if it is right, and put right if not", async () => {
  const node = new Driver(overlayNode());
  await node.reach(viewOf([SHOP]));
  const { Endpoints, LoadBalancers, Networks } = node.emulator.state();
  // The same objects under ids that HNS chose.
  const ids = new Map(Endpoints.map((each, i) => [
    String(field(each, "ID")),
    `C0FFEE00-0000-4000-8000-${String(i).padStart(12, "0")}`,
  ]));
  const renamed = {
    Networks,
    Endpoints: Endpoints.map((each) => ({
      ...Object(each),
      ID: ids.get(String(field(each, "ID"))),
    })),
    LoadBalancers: LoadBalancers.map((each, i) => ({
      ...Object(each),
      ID: `DECADE00-0000-4000-8000-${String(i).padStart(12, "0")}`,
      HostComputeEndpoints: readLoadBalancer(each)?.endpoints.map((id) =>
        [...ids].find(([old]) => old.toLowerCase() === id)?.[1] ?? id
      ),
    })),
  };
  const adopted = new Driver(renamed);
  await adopted.reach(viewOf([SHOP]));
  assert.equal(adopted.emulator.calls.writes, 0);
  const wrong = new Driver({
    ...renamed,
    LoadBalancers: renamed.LoadBalancers.map((each) => ({ ...each, SourceVIP: "10.244.2.9" })),
  });
  await wrong.reach(viewOf([SHOP]));
  assert.equal(wrong.emulator.calls.writes, 3); // each changed in place, nothing else
});

Deno.test("a stale load balancer and endpoints of an older kube-proxy go", async () => {
  const stale = podEndpoint("10.244.3.77", OVERLAY, {
    ID: "C0FFEE00-0000-4000-8000-000000000001",
    MacAddress: "02-11-0A-F4-03-4D",
    Flags: 1,
  });
  const node = new Driver(overlayNode({
    Endpoints: [stale],
    LoadBalancers: [{
      ID: "DECADE00-0000-4000-8000-000000000001",
      HostComputeEndpoints: ["C0FFEE00-0000-4000-8000-000000000001"],
      FrontendVIPs: ["10.96.9.9"],
      PortMappings: [{ Protocol: 6, InternalPort: 80, ExternalPort: 80 }],
      SchemaVersion: { Major: 2, Minor: 0 },
    }],
  }));
  await node.reach(viewOf([]));
  assert(!pictureOf(node.emulator).some((line) => /10\.96\.9\.9|10\.244\.3\.77/.test(line)));
  assertForeignUntouched(node.emulator);
});

Deno.test("a subnet that moves to another node gives its pods new endpoints before the old ones go", async () => {
  const node = new Driver(overlayNode());
  await node.reach(viewOf([SHOP]));
  node.emulator.addNetwork(overlayNetwork({ "10.244.3.0/24": "172.16.0.33" }));
  const seen = await node.look();
  assert.deepEqual(seen?.ops.map(({ op }) => op), [
    "create-endpoint",
    "update-load-balancer",
    "delete-endpoint",
  ]);
  await node.apply(seen?.ops ?? []);
  assert(
    pictureOf(node.emulator).some((line) =>
      line.includes("10.244.3.9 02-11-0a-f4-03-09 true 172.16.0.33")
    ),
  );
  await node.converge();
});

Deno.test("a pod that comes to this node with its address is used, and its remote endpoint goes", async () => {
  const node = new Driver(overlayNode());
  await node.reach(viewOf([SHOP]));
  node.emulator.addEndpoint(podEndpoint("10.244.3.9"));
  await node.reach(
    viewOf([{ ...SHOP, endpoints: [here("10.244.2.17:8443"), here("10.244.3.9:8443")] }]),
  );
  const lines = pictureOf(node.emulator).filter((line) =>
    line.startsWith("endpoint 8e3c 10.244.3.9")
  );
  assert.deepEqual(lines, ["endpoint 8e3c 10.244.3.9 00-15-5d-65-21-3a false "]);
});

Deno.test("without Modify a load balancer is replaced, one delete and one create", async () => {
  const options = { version: { major: 13, minor: 2 } };
  const node = new Driver(overlayNode(), { options });
  await node.reach(viewOf([SHOP]));
  const more = {
    ...SHOP,
    endpoints: [...SHOP.endpoints, there("10.244.4.5:8443", { external: false })],
  };
  const ops = node.change(viewOf([more]));
  assert.deepEqual(ops.map(({ op }) => op), ["create-endpoint", "replace-load-balancer"]);
  assert.deepEqual(await node.apply(ops), []);
  await node.converge();
});

Deno.test("an HNS that says that it has modified and did not is found out by reading back", async () => {
  const node = new Driver(overlayNode(), { options: { version: { major: 15, minor: 5 } } });
  await node.reach(viewOf([SHOP]));
  const { emulator } = node;
  emulator.modifyLoadBalancer = () => Promise.resolve();
  await node.reach(viewOf([{ ...SHOP, endpoints: [here("10.244.2.18:8443")] }]));
  assert(
    !pictureOf(emulator).some((line) =>
      line.startsWith("balancer") && line.includes("10.244.2.17") && line.includes("203.0.113.40")
    ),
  );
});

Deno.test("a load balancer that somebody deletes or changes is put right by the next look", async () => {
  const node = new Driver(overlayNode());
  await node.reach(viewOf([SHOP]));
  const wanted = pictureOf(node.emulator);
  for (const each of node.state.world?.actual.loadBalancers.get("TCP/10.96.44.7:443") ?? []) {
    node.emulator.remove("load-balancer", each.id);
  }
  node.emulator.remove("endpoint", idOf(node, "10.244.3.9"));
  await node.converge();
  assert.deepEqual(pictureOf(node.emulator), wanted);
});

Deno.test("a degraded load balancer is made anew", async () => {
  const node = new Driver(overlayNode());
  await node.reach(viewOf([SHOP]));
  const state = node.emulator.state();
  const degraded = {
    ...state,
    LoadBalancers: state.LoadBalancers.map((each) =>
      JSON.stringify(each).includes("203.0.113.40") ? { ...Object(each), State: 4 } : each
    ),
  };
  const again = new Driver(degraded);
  again.change(viewOf([SHOP]));
  const seen = await again.look();
  assert.deepEqual(verbs(seen?.ops ?? []), [
    "replace-load-balancer load-balancer/TCP/203.0.113.40:443",
  ]);
});

Deno.test("the API server and DNS come before all others", async () => {
  const plain = Array.from(
    { length: 20 },
    (_, i) =>
      servicePort({
        service: `a${i}`,
        frontends: [{ kind: "ClusterIP", ip: `10.96.1.${i}`, port: 80 }],
        endpoints: [there(`10.244.3.${i}:80`)],
      }),
  );
  const api = servicePort({
    namespace: "default",
    service: "kubernetes",
    port: "https",
    frontends: [{ kind: "ClusterIP", ip: "10.96.200.1", port: 443 }],
    endpoints: [there("172.16.0.1:6443")],
  });
  const dns = servicePort({
    namespace: "kube-system",
    service: "kube-dns",
    port: "dns",
    protocol: "UDP",
    frontends: [{ kind: "ClusterIP", ip: "10.96.200.10", port: 53 }],
    endpoints: [there("10.244.4.53:53")],
  });
  const node = new Driver(overlayNode());
  node.change(viewOf([...plain, api, dns]));
  const seen = await node.look();
  const balancers = seen?.ops.filter(({ op }) => op === "create-load-balancer") ?? [];
  assert.deepEqual(balancers.slice(0, 2).map(({ key }) => key), [
    "load-balancer/TCP/10.96.200.1:443",
    "load-balancer/UDP/10.96.200.10:53",
  ]);
});

Deno.test("on L2Bridge there is no source VIP, no service endpoint and no provider address", async () => {
  const node = new Driver({
    Networks: [BRIDGE_NETWORK],
    Endpoints: [podEndpoint("10.244.2.17", BRIDGE)],
    LoadBalancers: [],
  }, { config: BRIDGE_CONFIG });
  await node.reach(
    viewOf([{ ...SHOP, endpoints: SHOP.endpoints.map((each) => ({ ...each, external: true })) }]),
  );
  const endpoints = pictureOf(node.emulator).filter((line) => line.startsWith("endpoint"));
  assert.deepEqual(endpoints, [
    "endpoint 52a1 10.244.2.17 00-15-5d-65-21-3a false ",
    "endpoint 52a1 10.244.3.9 02-11-0a-f4-03-09 true ",
  ]);
  assert(!JSON.stringify(node.emulator.state()).includes("SourceVIP"));
});

Deno.test("an overlay network without a source VIP is an error that says so, and nothing is written", async () => {
  const node = new Driver(overlayNode(), { config: { ...OVERLAY_CONFIG, sourceVip: "" } });
  node.change(viewOf([SHOP]));
  assert.equal(await node.look(), null);
  assert.equal(node.emulator.calls.writes, 0);
});

Deno.test("a frontend that another program's load balancer has is a failure, and that one is left alone", async () => {
  const node = new Driver(overlayNode());
  node.change(
    viewOf([
      servicePort({
        frontends: [{ kind: "ClusterIP", ip: "10.99.0.1", port: 80 }],
        endpoints: [here("10.244.2.17:80")],
      }),
    ]),
  );
  const seen = await node.look();
  const errors = await node.apply(seen?.ops ?? []);
  assert.equal(errors.length, 1);
  assert.match(
    errors[0] ?? "",
    /TCP\/10\.99\.0\.1:80, which AAAAAAAA.* has: HNS answered 0x803b0013 port-exists/,
  );
  assertForeignUntouched(node.emulator);
});
