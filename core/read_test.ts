/**
 * The door for objects: what all kinds have in common, and that no value whatever throws.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Cursor, quote } from "./_reader.ts";
import { pathOf, read, readBadly, readWell, replaced, RICH_SERVICE, service } from "./_fixtures.ts";
import { describeFinding, readObject } from "./read.ts";

Deno.test.each([
  { apiVersion: "v1", kind: "Pod" },
  { apiVersion: "v1", kind: "List" },
  { apiVersion: "v1", kind: "Endpoints" },
  { apiVersion: "v1", kind: "EndpointSlice" },
  { apiVersion: "v2", kind: "Service" },
  { apiVersion: "discovery.k8s.io/v1beta1", kind: "EndpointSlice" },
  { apiVersion: "serving.knative.dev/v1", kind: "Service" },
  { apiVersion: "", kind: "constructor" },
  { apiVersion: "", kind: "" },
])('$apiVersion "$kind" is another kind, however little of it can be read', (head) => {
  assert.deepEqual(readObject({ ...head, metadata: 5 }), { outcome: "other-kind", ...head });
});

Deno.test.each([
  { value: undefined, says: "it is missing; an object belongs here" },
  { value: null, says: "null is not an object" },
  { value: 5, says: "5 is not an object" },
  { value: "v1", says: '"v1" is not an object' },
  { value: [], says: "[] is not an object" },
  { value: 10n, says: "10 is not an object" },
])("a value that is no object is rejected as a whole: $says", ({ value, says }) => {
  assert.deepEqual(readObject(value), {
    outcome: "rejected",
    ref: null,
    findings: [{ path: "", message: says }],
  });
});

Deno.test.each([
  { path: "apiVersion", value: 5, says: "5 is not a text" },
  { path: "apiVersion", value: undefined, says: "it is missing; a text belongs here" },
  { path: "kind", value: ["Service"], says: '["Service"] is not a text' },
  { path: "kind", value: undefined, says: "it is missing; a text belongs here" },
  { path: "metadata", value: undefined, says: "it is missing; an object belongs here" },
  { path: "metadata", value: null, says: "null is not an object" },
  { path: "metadata.name", value: undefined, says: "it is missing; a text belongs here" },
  { path: "metadata.name", value: 7, says: "7 is not a text" },
  { path: "metadata.name", value: "", says: '"" is not an object\'s name' },
  { path: "metadata.name", value: ".", says: '"." is not an object\'s name' },
  { path: "metadata.name", value: "..", says: '".." is not an object\'s name' },
  { path: "metadata.name", value: "a/b", says: '"a/b" is not an object\'s name' },
  { path: "metadata.name", value: "a%62", says: '"a%62" is not an object\'s name' },
  { path: "metadata.name", value: "a b", says: '"a b" is not an object\'s name' },
  // "default/a:b" would be the name of port b of Service a
  { path: "metadata.name", value: "a:b", says: '"a:b" is not an object\'s name' },
  { path: "metadata.namespace", value: 7, says: "7 is not a text" },
  { path: "metadata.namespace", value: "", says: '"" is not an object\'s name' },
  { path: "metadata.namespace", value: "a/b", says: '"a/b" is not an object\'s name' },
])("without a usable identity there is no reference: $path: $says", ({ path, value, says }) => {
  const { ref, findings } = readBadly(replaced(RICH_SERVICE, pathOf(path), value));
  assert.equal(ref, null);
  assert.deepEqual(findings, [{ path, message: says }]);
});

Deno.test("once kind, namespace and name are known, a rejection names the object", () => {
  const { ref } = readBadly(replaced(RICH_SERVICE, ["metadata", "labels"], 5));
  assert.deepEqual(ref, { kind: "Service", namespace: "shop", name: "web" });
});

Deno.test("an object without a namespace is in the namespace default", () => {
  assert.equal(read(service("web", {}, { namespace: undefined })).namespace, "default");
  assert.equal(read(service("web", {}, { namespace: null })).namespace, "default");
});

Deno.test("unknown fields are ignored, everywhere", () => {
  const more = { ...RICH_SERVICE, more: 5, spec: { ...Object(RICH_SERVICE["spec"]), more: [5] } };
  assert.deepEqual(readWell(more), readWell(RICH_SERVICE));
});

Deno.test("keys that JavaScript objects inherit are labels and annotations like any other", () => {
  const keys = '{"__proto__": "a", "constructor": "b", "toString": "c", "hasOwnProperty": "d"}';
  const { labels, annotations } = read(service("web", {}, {
    labels: JSON.parse(keys),
    annotations: JSON.parse(
      keys.replace("{", '{"kubectl.kubernetes.io/last-applied-configuration":"",'),
    ),
  })) as { labels?: object; annotations?: object }; // a Service has both
  assert.deepEqual(Object.entries(labels ?? {}), Object.entries(JSON.parse(keys)));
  assert.deepEqual(Object.entries(annotations ?? {}), Object.entries(JSON.parse(keys)));
  assert.equal(Object.getPrototypeOf(labels), Object.prototype);
});

Deno.test("a field __proto__ is an unknown field: what it holds is not looked at", () => {
  const holder = '{"__proto__": {"name": "evil", "namespace": "evil"}, "namespace": "shop"}';
  const { findings } = readBadly({
    apiVersion: "v1",
    kind: "Service",
    metadata: JSON.parse(holder),
  });
  assert.deepEqual(findings, [{
    path: "metadata.name",
    message: "it is missing; a text belongs here",
  }]);
  assert.equal(Object.hasOwn(Object.prototype, "name"), false);
});

const cycle: Record<string, unknown> = { toString: 1, toJSON: 1 };
cycle["self"] = cycle;

Deno.test.each([
  { kind: "a cycle, as YAML anchors make them", value: cycle },
  {
    kind: "a list that holds itself",
    value: (() => {
      const all: unknown[] = [];
      all.push(all);
      return all;
    })(),
  },
  { kind: "a list 100,000 deep", value: JSON.parse("[".repeat(100_000) + "]".repeat(100_000)) },
  {
    kind: "an object 100,000 deep",
    value: JSON.parse('{"a":'.repeat(100_000) + "1" + "}".repeat(100_000)),
  },
  { kind: "an object without a prototype", value: Object.create(null) },
  { kind: "a bigint", value: 1n },
  { kind: "a symbol", value: Symbol("x") },
  { kind: "a function", value: () => 1 },
  { kind: "not a number", value: NaN },
])("$kind in place of any field does not throw", ({ value }) => {
  for (
    const path of [
      "",
      "kind",
      "metadata",
      "metadata.name",
      "metadata.labels",
      "metadata.labels.app",
      "spec",
      "spec.type",
      "spec.ports",
      "spec.ports[0]",
      "spec.ports[0].port",
      "spec.ports[0].protocol",
      "spec.internalTrafficPolicy",
    ]
  ) {
    const { outcome } = readObject(replaced(RICH_SERVICE, pathOf(path), value));
    assert.match(outcome, /^(object|rejected)$/);
  }
});

Deno.test.each([
  { value: undefined, text: "nothing" },
  { value: "x", text: '"x"' },
  { value: { a: [1] }, text: '{"a":[1]}' },
  { value: 1n, text: "1" },
  { value: cycle, text: "a value that cannot be printed" },
  { value: "x".repeat(60), text: `"${"x".repeat(56)}...` },
  { value: "x".repeat(58), text: `"${"x".repeat(58)}"` },
])("quote() writes $text", ({ value, text }) => {
  assert.equal(quote(value), text);
});

Deno.test("a finding is put into words with the object and the path of the field", () => {
  const { ref, findings } = readBadly(service("web", { ports: [{ port: 70000 }] }));
  assert.deepEqual(findings.map((each) => describeFinding(ref, each)), [
    "Service default/web: spec.ports[0].port: 70000 is not a port (1 to 65535)",
  ]);
});

Deno.test.each(
  [
    {
      ref: null,
      finding: { path: "", message: "5 is not an object" },
      text: "Object: 5 is not an object",
    },
    {
      ref: { kind: "Node", namespace: "", name: "n1" },
      finding: { path: "status.addresses[1].type", message: "5 is not a text" },
      text: "Node n1: status.addresses[1].type: 5 is not a text",
    },
    {
      ref: { kind: "EndpointSlice", namespace: "a", name: "b" },
      finding: { path: "", message: "is odd" },
      text: "EndpointSlice a/b: is odd",
    },
  ] as const,
)("describeFinding() writes: $text", ({ ref, finding, text }) => {
  assert.equal(describeFinding(ref, finding), text);
});

Deno.test("keys that are no plain names stand quoted in a path", () => {
  const { findings } = readBadly(service("web", {}, { labels: { "example.com/tier": 5 } }));
  assert.equal(findings[0]?.path, 'metadata.labels["example.com/tier"]');
});

Deno.test("Cursor.attempt() hands on an error that is no rejection", () => {
  const fault = new RangeError("a fault in a reader");
  assert.throws(() =>
    new Cursor().attempt(() => {
      throw fault;
    }), fault);
});
