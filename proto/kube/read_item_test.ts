import assert from "node:assert/strict";
import { isOlder, readItem } from "./read_item.ts";
import { resources } from "./resources.ts";

const [SERVICES, SLICES, NODES] = resources("n1");

/** What servers send with every object and nobody here reads, each with a word of its own. */
const BALLAST = {
  selfLink: "ballast",
  creationTimestamp: "2026-01-05T10:00:00Z",
  generation: 7,
  managedFields: [{ manager: "ballast", fieldsV1: { "f:ballast": {} } }],
  ownerReferences: [{ kind: "ballast", name: "ballast" }],
  finalizers: ["ballast"],
};

Deno.test.each([
  {
    resource: SERVICES,
    object: {
      spec: { clusterIP: "10.96.0.1", ports: [{ port: 80 }], selector: { app: "ballast" } },
    },
  },
  {
    resource: SLICES,
    object: {
      addressType: "IPv4",
      endpoints: [{
        addresses: ["10.1.0.1"],
        targetRef: { kind: "Pod", name: "web-0", uid: "ballast" },
      }],
    },
  },
  {
    resource: NODES,
    object: {
      spec: { podCIDR: "10.244.0.0/24", providerID: "ballast" },
      status: { images: [{ names: ["ballast"] }], nodeInfo: { kubeletVersion: "ballast" } },
    },
  },
])("of an object of $resource.plural only what is needed is kept", ({ resource, object }) => {
  assert.ok(resource !== undefined);
  const labels = { "kubernetes.io/service-name": "web" };
  const metadata = { name: "n1", namespace: "default", resourceVersion: "5", labels, ...BALLAST };
  const item = readItem(resource, { metadata, ...object });
  assert.deepEqual(item.problems, []);
  assert.ok(item.object !== null);
  assert.doesNotMatch(JSON.stringify(item.object), /ballast/);
});

Deno.test("isOlder() compares as numbers, and says nothing of what is none", () => {
  assert.equal(isOlder("9", "10"), true);
  assert.equal(isOlder("10", "9"), false);
  assert.equal(isOlder("9007199254740993", "9007199254740994"), true);
  assert.equal(isOlder("abc", "abd"), false);
});
