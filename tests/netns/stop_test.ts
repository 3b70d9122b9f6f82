/**
 * A proxy that is told to end in the middle of its first sync, with hundreds of service addresses on
 * its way onto the interface.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { addBridge, DEVICE } from "./_testbed.ts";
import { makeHost, whyNoNamespaces, windlass } from "./namespaces.ts";

const SERVICES = 600;

/** Services with ClusterIPs in 10.97.0.0/16, each with an endpoint. */
function clusterText(): string {
  const items = Array.from({ length: SERVICES }, (_, each) => [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: `s${each}` },
      spec: { clusterIP: `10.97.${each >> 8}.${each & 255}`, ports: [{ port: 80 }] },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: `s${each}-1`, labels: { "kubernetes.io/service-name": `s${each}` } },
      addressType: "IPv4",
      ports: [{ port: 8080 }],
      endpoints: [{ addresses: ["10.244.0.5"] }],
    },
  ]);
  return JSON.stringify({ apiVersion: "v1", kind: "List", items: items.flat() });
}

const reason = await whyNoNamespaces();

Deno.test({
  name:
    `a proxy that must end in the middle of a sync takes its addresses along, and nobody else's${
      reason === null ? "" : ` (skipped: ${reason})`
    }`,
  ignore: reason !== null,
  async fn() {
    const folder = await Deno.makeTempDir({ dir: "/tmp" });
    try {
      await using node = await makeHost("wl-stop");
      await addBridge(node, DEVICE);
      const input = join(folder, "cluster.json");
      await Deno.writeTextFile(input, clusterText());
      await using program = node.start(windlass(
        ...["file", "to-userspace", `--input=${input}`, "--node-name=n1", "-v=4"],
        ...["--address-manager=iproute2", `--interface=${DEVICE}`],
        ...["--healthz-bind-address=", "--metrics-bind-address="],
      ));
      await program.line(/"Carried out" op="assign-address"/);
      await node.address(DEVICE, "10.97.200.1/32"); // somebody else's
      const before = await node.addressesOn(DEVICE, "10.97.");
      assert.ok(before.length > 1 && before.length <= SERVICES, `${before.length} addresses`);
      assert.equal(await program.end(), 0);
      assert.deepEqual(await node.addressesOn(DEVICE, "10.97."), ["10.97.200.1"]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
