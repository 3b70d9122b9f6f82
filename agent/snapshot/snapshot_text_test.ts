import assert from "node:assert/strict";
import { loadAll } from "js-yaml";
import fc from "fast-check";
import {
  applyEvents,
  EMPTY_SNAPSHOT,
  type EndpointSlice,
  type KubeObject,
  type Node,
  readObject,
  type Service,
} from "../../core/mod.ts";
import { formatOf, type SnapshotFormat, snapshotText } from "./snapshot_text.ts";
import { toKubernetes } from "./to_kubernetes.ts";

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const words = fc.array(word, { maxLength: 3 });
const maybe = fc.oneof(fc.constant(""), word);
const labels = fc.dictionary(word, fc.string());
const ip = fc.ipV4();
const portNumber = fc.integer({ min: 1, max: 65535 });
const nodePort = fc.integer({ min: 0, max: 65535 });
const protocol = fc.constantFrom("TCP" as const, "UDP" as const, "SCTP" as const);
const policy = fc.constantFrom("Cluster" as const, "Local" as const);

const service: fc.Arbitrary<Service> = fc.record({
  kind: fc.constant("Service" as const),
  namespace: word,
  name: word,
  uid: maybe,
  createdAt: fc.constantFrom("", "2026-11-21T10:00:00Z"),
  labels,
  annotations: labels,
  type: fc.constantFrom("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
  clusterIP: fc.oneof(fc.constantFrom("", "None"), ip),
  clusterIPs: fc.array(ip, { maxLength: 2 }),
  ipFamilies: fc.constantFrom([], ["IPv4"], ["IPv6", "IPv4"]),
  externalIPs: fc.array(ip),
  ingress: fc.array(fc.record({ ip: fc.oneof(fc.constant(""), ip), ipMode: word })),
  sourceRanges: fc.array(ip.map((each) => `${each}/24`)),
  internalTrafficPolicy: policy,
  externalTrafficPolicy: policy,
  healthCheckNodePort: nodePort,
  affinitySeconds: fc.integer({ min: 0, max: 86400 }),
  ports: fc.uniqueArray(
    fc.record({
      name: maybe,
      protocol,
      port: portNumber,
      nodePort,
      targetPort: fc.oneof(portNumber, word),
    }),
    { selector: (port) => `${port.name}/${port.protocol}` },
  ),
});

const slice: fc.Arbitrary<EndpointSlice> = fc.record({
  kind: fc.constant("EndpointSlice" as const),
  namespace: word,
  name: word,
  service: word,
  addressType: fc.constant("IPv4" as const),
  ports: fc.array(fc.record({ name: maybe, protocol, port: nodePort })),
  endpoints: fc.array(fc.record({
    addresses: fc.array(ip, { maxLength: 2 }),
    ready: fc.boolean(),
    serving: fc.boolean(),
    terminating: fc.boolean(),
    node: maybe,
    zone: maybe,
    zoneHints: words,
    nodeHints: words,
    hostname: maybe,
    pod: maybe,
  })),
  triggeredAt: fc.constantFrom("", "2026-11-21T10:00:00Z"),
}).map((each) => ({ ...each, labels: { "kubernetes.io/service-name": each.service } }));

const node: fc.Arbitrary<Node> = fc.record({
  kind: fc.constant("Node" as const),
  namespace: fc.constant(""),
  name: word,
  labels,
  annotations: labels,
  addresses: fc.array(fc.record({ type: fc.constant("InternalIP"), address: ip })),
  podCIDRs: fc.array(ip.map((each) => `${each}/24`)),
  taints: words,
  deleting: fc.boolean(),
});

/** Cloned, because fast-check's objects have no prototype. */
const object: fc.Arbitrary<KubeObject> = fc.oneof(service, slice, node)
  .map((each) => structuredClone(each));

function readBack(value: unknown): KubeObject {
  const result = readObject(value);
  assert(result.outcome === "object", JSON.stringify(result));
  assert.deepEqual(result.findings, []);
  return result.object;
}

Deno.test("reading what toKubernetes() writes gives the same object", () => {
  fc.assert(
    fc.property(object, (object) => {
      const written: unknown = JSON.parse(JSON.stringify(toKubernetes(object)));
      assert.deepEqual(readBack(written), object);
    }),
  );
});

Deno.test.each<{ format: SnapshotFormat }>([{ format: "yaml" }, { format: "json" }])(
  "reading a snapshot file in $format gives the same snapshot",
  ({ format }) => {
    fc.assert(
      fc.property(fc.array(object), (objects) => {
        const snapshot = applyEvents(
          EMPTY_SNAPSHOT,
          objects.map((object) => ({ type: "upsert", object })),
        );
        const text = snapshotText(snapshot, format);
        const again = applyEvents(
          EMPTY_SNAPSHOT,
          itemsOf(text, format).map((item) => ({ type: "upsert", object: readBack(item) })),
        );
        assert.deepEqual(snapshotText(again, format), text);
        assert.deepEqual(
          [again.services, again.slices, again.nodes].map((map) => Object.fromEntries(map)),
          [snapshot.services, snapshot.slices, snapshot.nodes].map((map) =>
            Object.fromEntries(map)
          ),
        );
      }),
      { numRuns: 30 },
    );
  },
);

function itemsOf(text: string, format: SnapshotFormat): readonly unknown[] {
  const documents: readonly unknown[] = format === "json" ? [JSON.parse(text)] : loadAll(text);
  return documents.flatMap((each) => {
    assert(typeof each === "object" && each !== null);
    return "items" in each && Array.isArray(each.items) ? each.items : [each];
  });
}

Deno.test("the text is sorted, so that the same snapshot gives the same file", () => {
  const [a, b] = ["a", "b"].map((name) =>
    readBack({ apiVersion: "v1", kind: "Service", metadata: { name } })
  );
  assert(a !== undefined && b !== undefined);
  const texts = [[a, b], [b, a]].map((objects) =>
    snapshotText(
      applyEvents(EMPTY_SNAPSHOT, objects.map((object) => ({ type: "upsert", object }))),
      "yaml",
    )
  );
  assert.equal(texts[0], texts[1]);
  assert.match(texts[0] ?? "", /name: a[^]*---[^]*name: b/);
});

Deno.test.each([
  { path: "a.json", format: "json" },
  { path: "A.JSON", format: "json" },
  { path: "a.yaml", format: "yaml" },
  { path: "state", format: "yaml" },
])("formatOf() takes $path for $format", ({ path, format }) => {
  assert.equal(formatOf(path), format);
});
