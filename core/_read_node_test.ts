/**
 * Reading a Node: every field, its defaults and its faults.
 *
 * @module
 */
import assert from "node:assert/strict";
import { pathOf, readBadly, readWell, replaced, RICH_NODE } from "./_fixtures.ts";

const NODE = {
  kind: "Node",
  namespace: "",
  name: "n1",
  labels: { "topology.kubernetes.io/zone": "a" },
  annotations: { rack: "7" },
  deleting: true,
  podCIDRs: ["10.244.1.0/24"],
  taints: ["busy"],
  addresses: [{ type: "InternalIP", address: "192.168.1.10" }],
};

Deno.test("every field of a Node is read", () => {
  const { object, findings } = readWell(RICH_NODE);
  assert.deepEqual(object, NODE);
  assert.deepEqual(findings, []);
});

Deno.test("a Node has no namespace, even if it names one", () => {
  const { object } = readWell(replaced(RICH_NODE, ["metadata", "namespace"], "default"));
  assert.deepEqual(object, NODE);
});

Deno.test.each([
  { what: "absent", more: {} },
  { what: "null", more: { spec: null, status: null } },
  {
    what: "null inside",
    more: { spec: { podCIDRs: null, taints: null }, status: { addresses: null } },
  },
])("the defaults of a Node fill in where sections are $what", ({ more }) => {
  const { object, findings } = readWell({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "n1" },
    ...more,
  });
  const bare = { labels: {}, annotations: {}, deleting: false, podCIDRs: [], taints: [] };
  assert.deepEqual(object, { kind: "Node", namespace: "", name: "n1", addresses: [], ...bare });
  assert.deepEqual(findings, []);
});

Deno.test.each(
  [
    ["metadata.labels", [], "[] is not an object"],
    ["metadata.annotations", 5, "5 is not an object"],
    ["metadata.annotations.rack", 7, "7 is not a text"],
    ["metadata.deletionTimestamp", true, "true is not a text"],
    ["spec", "x", '"x" is not an object'],
    ["spec.podCIDRs", "10.0.0.0/8", '"10.0.0.0/8" is not a list'],
    ["spec.taints", {}, "{} is not a list"],
    ["status", 5, "5 is not an object"],
    ["status.addresses", "x", '"x" is not a list'],
  ] as const,
)("a Node is rejected for %s = %j", (path, value, says) => {
  const { ref, findings } = readBadly(replaced(RICH_NODE, pathOf(path), value));
  assert.deepEqual(ref, { kind: "Node", namespace: "", name: "n1" });
  assert.deepEqual(findings, [{ path, message: says }]);
});

Deno.test.each(
  [
    ["spec.podCIDRs[0]", 5, "5 is not a text", { podCIDRs: [] }],
    ["spec.taints[0]", "busy", '"busy" is not an object', { taints: [] }],
    ["spec.taints[0].key", 5, "5 is not a text", { taints: [] }],
    ["status.addresses[0]", null, "null is not an object", { addresses: [] }],
    ["status.addresses[0].type", 5, "5 is not a text", { addresses: [] }],
    ["status.addresses[0].address", undefined, "it is missing; a text belongs here", {
      addresses: [],
    }],
  ] as const,
)("an entry of a Node is left out for %s = %j", (path, value, says, left) => {
  const { object, findings } = readWell(replaced(RICH_NODE, pathOf(path), value));
  assert.deepEqual(object, { ...NODE, ...left });
  assert.deepEqual(findings, [{ path, message: says }]);
});
