import assert from "node:assert/strict";
import fc from "fast-check";
import { endpoint, servicePort, viewOf } from "../test_views.ts";
import type { NodeView, ServicePortView } from "../../core/mod.ts";
import {
  assertForeignUntouched,
  Driver,
  overlayNetwork,
  overlayNode,
  pictureOf,
  podEndpoint,
} from "./test_node.ts";

/** Few addresses and few services, so that they meet often. */
const ENDPOINT = fc.record({
  ip: fc.constantFrom(
    "10.244.2.17",
    "10.244.2.18",
    "10.244.2.99",
    "10.244.3.9",
    "10.244.3.10",
    "10.244.4.4",
    "172.16.0.23",
  ),
  port: fc.constantFrom(80, 81),
  internal: fc.boolean(),
  external: fc.boolean(),
}).map(({ ip, port, internal, external }) =>
  endpoint(`${ip}:${port}`, { local: ip.startsWith("10.244.2."), internal, external })
);

const ENTRY: fc.Arbitrary<ServicePortView> = fc.record({
  n: fc.integer({ min: 1, max: 4 }),
  protocol: fc.constantFrom("TCP", "UDP"),
  kinds: fc.subarray(["ClusterIP", "NodePort", "ExternalIP", "LoadBalancer"] as const),
  shared: fc.boolean(),
  local: fc.boolean(),
  affinity: fc.boolean(),
  preserve: fc.boolean(),
  endpoints: fc.uniqueArray(ENDPOINT, {
    maxLength: 4,
    selector: ({ ip, port }) => `${ip}:${port}`,
  }),
}).map(({ n, protocol, kinds, shared, local, affinity, preserve, endpoints }) =>
  servicePort({
    service: `s${n}`,
    protocol,
    externalTrafficPolicy: local ? "Local" : "Cluster",
    sessionAffinity: affinity ? { clientIP: { timeoutSeconds: 10 } } : null,
    annotations: preserve ? { "preserve-destination": "true" } : {},
    frontends: kinds.map((kind) =>
      kind === "NodePort" ? { kind, port: 30000 + n } : {
        kind,
        ip: kind === "ClusterIP" ? `10.96.0.${n}` : `203.0.113.${shared ? 9 : n}`,
        port: 80,
      }
    ),
    endpoints,
  })
);

const VIEW: fc.Arbitrary<NodeView> = fc.uniqueArray(ENTRY, {
  maxLength: 6,
  selector: ({ key }) => key,
}).map(viewOf);

const CONFIG = {
  networkName: "vxlan0",
  sourceVip: "10.244.2.2",
  nodeIp: "172.16.0.20",
  hostMac: "00-15-5d-65-2a-00",
  hosts: [],
  enableDsr: true,
  forwardHealthCheckVip: true,
  rootEndpointName: "cbr0",
  healthzPort: 10256,
};

const NODE = () =>
  new Driver(overlayNode({ Endpoints: [podEndpoint("10.244.2.3", undefined, { Name: "cbr0" })] }), {
    config: CONFIG,
  });

async function fromScratch(view: NodeView): Promise<readonly string[]> {
  const node = NODE();
  await node.reach(view);
  return pictureOf(node.emulator);
}

Deno.test("whatever happened before, the end is what the last view comes to from nothing", async () => {
  const property = fc.asyncProperty(
    fc.array(fc.record({ view: VIEW, then: fc.constantFrom("go on", "look", "restart") }), {
      minLength: 1,
      maxLength: 5,
    }),
    async (history) => {
      const node = NODE();
      let last: NodeView | null = null;
      for (const { view, then } of history) {
        last = view;
        const ops = node.change(view);
        assert.deepEqual(await node.apply(ops), []);
        if (then === "restart") node.restart();
        if (then !== "go on") await node.converge();
      }
      await node.converge();
      assertForeignUntouched(node.emulator);
      assert(last !== null);
      assert.deepEqual(pictureOf(node.emulator), await fromScratch(last));
      const { writes } = node.emulator.calls;
      node.restart();
      await node.converge();
      assert.equal(node.emulator.calls.writes, writes, "a restart wrote");
    },
  );
  await fc.assert(property, { numRuns: 150 });
});

Deno.test("a small change plans what a look at everything would plan: nothing is left over", async () => {
  const property = fc.asyncProperty(VIEW, VIEW, async (before, after) => {
    const node = NODE();
    await node.reach(before);
    await node.apply(node.change(after));
    const seen = await node.look();
    assert.deepEqual(seen?.ops.map(({ op, key, because }) => `${op} ${key} ${because}`), []);
  });
  await fc.assert(property, { numRuns: 200 });
});

Deno.test("a network whose routes change underway still comes to what it should", async () => {
  const property = fc.asyncProperty(VIEW, VIEW, async (before, after) => {
    const node = NODE();
    await node.reach(before);
    node.emulator.addNetwork(overlayNetwork({ "10.244.3.0/24": "172.16.0.99" }));
    node.change(after);
    await node.converge();
    node.emulator.addNetwork(overlayNetwork());
    await node.converge();
    assert.deepEqual(pictureOf(node.emulator), await fromScratch(after));
  });
  await fc.assert(property, { numRuns: 50 });
});
