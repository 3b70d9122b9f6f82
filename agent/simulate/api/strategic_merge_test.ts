import assert from "node:assert/strict";
import type { Json, JsonObject } from "./json.ts";
import { applyStrategicMerge, MERGE_KEYS } from "./strategic_merge.ts";

const SERVICE = MERGE_KEYS["Service"] ?? {};
const [HTTP, DNS, METRICS] = [
  { name: "http", port: 80, targetPort: 8080 },
  { name: "dns", port: 53, protocol: "UDP" },
  { name: "metrics", port: 9090 },
];

function withPorts(...ports: readonly Json[]): JsonObject {
  return { spec: { ports } };
}

interface Case {
  readonly name: string;
  readonly document: JsonObject;
  readonly patch: JsonObject;
  readonly result: JsonObject;
}

Deno.test.each<Case>([
  {
    name: "an element is merged with the one that has its key",
    document: withPorts(HTTP, DNS),
    patch: withPorts({ port: 80, targetPort: 9 }),
    result: withPorts({ ...HTTP, targetPort: 9 }, DNS),
  },
  {
    name: "a field of an element is removed by null",
    document: withPorts(HTTP),
    patch: withPorts({ port: 80, targetPort: null }),
    result: withPorts({ name: "http", port: 80 }),
  },
  {
    name: "a new element comes before those that the patch does not name",
    document: withPorts(HTTP),
    patch: withPorts(METRICS),
    result: withPorts(METRICS, HTTP),
  },
  {
    name: "a new element in a new list loses its nulls",
    document: {},
    patch: withPorts({ port: 80, name: null }),
    result: withPorts({ port: 80 }),
  },
  {
    name: "$patch: delete removes the element with that key",
    document: withPorts(HTTP, DNS, METRICS),
    patch: withPorts({ $patch: "delete", port: 53 }),
    result: withPorts(HTTP, METRICS),
  },
  {
    name: "$patch: replace in a list replaces the list",
    document: withPorts(HTTP, DNS),
    patch: withPorts(METRICS, { $patch: "replace" }),
    result: withPorts(METRICS),
  },
  {
    name: "$patch: replace in an object replaces the object",
    document: { spec: { selector: { app: "web", tier: "x" } } },
    patch: { spec: { selector: { $patch: "replace", app: "db" } } },
    result: { spec: { selector: { app: "db" } } },
  },
  {
    name: "$patch: delete in an object empties it",
    document: { spec: { selector: { app: "web" } } },
    patch: { spec: { selector: { $patch: "delete" } } },
    result: { spec: { selector: {} } },
  },
  {
    name: "$setElementOrder orders what the patch does not change too",
    document: withPorts(HTTP, DNS, METRICS),
    patch: {
      spec: {
        "$setElementOrder/ports": [{ port: 9090 }, { port: 80 }, { port: 53 }],
      },
    },
    result: withPorts(METRICS, HTTP, DNS),
  },
  {
    name: "$setElementOrder leaves the elements of others where they stood",
    document: withPorts(DNS, HTTP, METRICS),
    patch: {
      spec: {
        "$setElementOrder/ports": [{ port: 80 }, { port: 443 }],
        ports: [{ port: 443 }],
      },
    },
    result: withPorts(DNS, HTTP, { port: 443 }, METRICS),
  },
  {
    name: "what kubectl apply sends when a port number changes",
    document: withPorts(HTTP, DNS),
    patch: {
      spec: {
        "$setElementOrder/ports": [{ port: 81 }, { port: 53 }],
        ports: [{ name: "http", port: 81, targetPort: 8080 }, { $patch: "delete", port: 80 }],
      },
    },
    result: withPorts({ ...HTTP, port: 81 }, DNS),
  },
  {
    name: "$retainKeys drops the other fields",
    document: { spec: { type: "ClusterIP", clusterIP: "10.0.0.1", ports: [HTTP] } },
    patch: { spec: { $retainKeys: ["type", "externalName"], externalName: "x.example" } },
    result: { spec: { type: "ClusterIP", externalName: "x.example" } },
  },
  {
    name: "a list of plain values is a set where the API says so",
    document: { metadata: { finalizers: ["a", "b"] } },
    patch: { metadata: { finalizers: ["b", "c"] } },
    result: { metadata: { finalizers: ["a", "b", "c"] } },
  },
  {
    name: "$deleteFromPrimitiveList takes values out of it",
    document: { metadata: { finalizers: ["a", "b", "c"] } },
    patch: { metadata: { "$deleteFromPrimitiveList/finalizers": ["b"] } },
    result: { metadata: { finalizers: ["a", "c"] } },
  },
  {
    name: "any other list is replaced",
    document: { spec: { externalIPs: ["192.0.2.1", "192.0.2.2"] } },
    patch: { spec: { externalIPs: ["192.0.2.3"] } },
    result: { spec: { externalIPs: ["192.0.2.3"] } },
  },
  {
    name: "labels are merged, null removes one",
    document: { metadata: { labels: { a: "1", b: "2" } } },
    patch: { metadata: { labels: { a: null, c: "3" } } },
    result: { metadata: { labels: { b: "2", c: "3" } } },
  },
])("strategic merge: $name", ({ document, patch, result }) => {
  const before = structuredClone(document);
  assert.deepEqual(applyStrategicMerge(document, patch, SERVICE), result);
  assert.deepEqual(document, before, "the document must stay as it was");
});

Deno.test("strategic merge: a Node's conditions and addresses are keyed by type, its taints are not", () => {
  const node = {
    spec: { taints: [{ key: "a", effect: "NoSchedule" }] },
    status: {
      conditions: [{ type: "Ready", status: "True" }, { type: "DiskPressure", status: "False" }],
      addresses: [{ type: "InternalIP", address: "10.0.0.1" }],
    },
  };
  const patch = {
    spec: { taints: [{ key: "b", effect: "NoExecute" }] },
    status: {
      conditions: [{ type: "Ready", status: "Unknown" }],
      addresses: [{ type: "InternalIP", address: "10.0.0.2" }],
    },
  };
  assert.deepEqual(applyStrategicMerge(node, patch, MERGE_KEYS["Node"] ?? {}), {
    spec: patch.spec,
    status: {
      conditions: [{ type: "Ready", status: "Unknown" }, { type: "DiskPressure", status: "False" }],
      addresses: patch.status.addresses,
    },
  });
});

Deno.test.each<{ name: string; patch: Json; says: RegExp }>([
  { name: "no object", patch: [], says: /not an object/ },
  { name: "an unknown directive", patch: { $patch: "swap" }, says: /"swap" is none of/ },
  {
    name: "an element without its key",
    patch: withPorts({ targetPort: 1 }),
    says: /does not contain declared merge key: port/,
  },
  { name: "an element that is no object", patch: withPorts(80), says: /spec.ports holds 80/ },
  { name: "an order that is no list", patch: { "$setElementOrder/x": 1 }, says: /not a list/ },
  { name: "retained keys that are no list", patch: { $retainKeys: "a" }, says: /not a list/ },
])("strategic merge refuses $name", ({ patch, says }) => {
  assert.throws(() => applyStrategicMerge(withPorts(HTTP), patch, SERVICE), {
    name: "PatchError",
    code: "malformed",
    message: says,
  });
});
