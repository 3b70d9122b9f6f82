import assert from "node:assert/strict";
import { servicePort, viewOf } from "../test_views.ts";
import {
  assertForeignUntouched,
  BRIDGE,
  BRIDGE_CONFIG,
  BRIDGE_NETWORK,
  Driver,
  OVERLAY_CONFIG,
  overlayNetwork,
  overlayNode,
  pictureOf,
  podEndpoint,
} from "./test_node.ts";
import { here, idOf, SHOP, there, verbs } from "./test_shop.ts";

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
