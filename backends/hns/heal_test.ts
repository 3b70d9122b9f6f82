import assert from "node:assert/strict";
import { servicePort, viewOf } from "../test_views.ts";
import { field, readLoadBalancer } from "./read_documents.ts";
import {
  assertForeignUntouched,
  Driver,
  OVERLAY,
  overlayNetwork,
  overlayNode,
  pictureOf,
  podEndpoint,
} from "./test_node.ts";
import { here, idOf, SHOP, there, verbs } from "./test_shop.ts";

Deno.test("nothing is planned while HNS cannot be seen, and all of it afterwards", async () => {
  const node = new Driver(overlayNode());
  node.emulator.stop();
  assert.deepEqual(node.change(viewOf([SHOP])), []);
  assert.equal(await node.look(), null);
  node.emulator.start();
  await node.converge();
  assert(pictureOf(node.emulator).some((line) => line.includes("203.0.113.40")));
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

Deno.test("a degraded endpoint gives way to another one, load balancers first", async () => {
  const node = new Driver(overlayNode());
  await node.reach(viewOf([SHOP]));
  const wanted = pictureOf(node.emulator);
  const state = node.emulator.state();
  const id = idOf(node, "10.244.3.9");
  const degraded = (each: unknown) => JSON.stringify(each).includes(`"ID":"${id}"`);
  const again = new Driver({
    ...state,
    Endpoints: state.Endpoints.map((each) => degraded(each) ? { ...Object(each), State: 4 } : each),
  });
  again.change(viewOf([SHOP]));
  assert.deepEqual(await again.converge(), []);
  assert.deepEqual(pictureOf(again.emulator), wanted);
  assert(!again.emulator.state().Endpoints.some(degraded));
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

Deno.test("where HNS takes one endpoint of an address only, the old one makes room first", async () => {
  const options = { refuseDuplicateIps: true };
  const node = new Driver(overlayNode(), { options });
  await node.reach(viewOf([SHOP]));
  node.emulator.addNetwork(overlayNetwork({ "10.244.3.0/24": "172.16.0.33" }));
  assert.deepEqual(await node.converge(), []);
  const lines = pictureOf(node.emulator).filter((line) => line.includes("10.244.3.9 02-11"));
  assert.equal(lines.length, 2); // the endpoint, and the ClusterIP that has it
  assert(lines.every((line) => line.includes("172.16.0.33")), lines.join());
});
