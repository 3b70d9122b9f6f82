import assert from "node:assert/strict";
import { describeFinding, describeRef, readObject } from "../../core/mod.ts";
import { readSnapshot } from "./read_snapshot.ts";

const SERVICE = `
apiVersion: v1
kind: Service
metadata: { name: web, namespace: default }
spec: { clusterIP: 10.96.0.10, ports: [{ port: 80 }] }
`;
const NODE = { apiVersion: "v1", kind: "Node", metadata: { name: "n1" } };

function read(text: string, path = "in.yaml") {
  const { objects, unreadable, reports, whole } = readSnapshot(path, text);
  return {
    objects: objects.map(({ object, where }) => `${describeRef(object)} @ ${where}`),
    unreadable: unreadable.map(describeRef),
    reports: reports.map(({ severity, where, message }) => `${severity} @ ${where}: ${message}`),
    whole,
  };
}

/** What the reader itself says about a value that it rejects. */
function whyNot(value: unknown): string {
  const result = readObject(value);
  assert.equal(result.outcome, "rejected");
  return result.findings.map((finding) => describeFinding(result.ref, finding)).join();
}

Deno.test("readSnapshot() reads one object", () => {
  assert.deepEqual(read(SERVICE), {
    objects: ["Service default/web @ in.yaml document 1"],
    unreadable: [],
    reports: [],
    whole: true,
  });
});

Deno.test("readSnapshot() reads a stream of documents, empty ones aside", () => {
  const { objects, reports } = read(
    `---\n# nothing\n---${SERVICE}---\n${JSON.stringify(NODE)}\n---\n`,
  );
  assert.deepEqual(objects, [
    "Service default/web @ in.yaml document 2",
    "Node n1 @ in.yaml document 3",
  ]);
  assert.deepEqual(reports, []);
});

Deno.test.each([
  { what: "JSON in a .json file", path: "in.json", text: JSON.stringify(NODE) },
  { what: "JSON in a .yaml file", path: "in.yaml", text: JSON.stringify(NODE) },
  {
    what: "JSON with blank lines around it",
    path: "in.JSON",
    text: `\n ${JSON.stringify(NODE)}\n`,
  },
  {
    what: "a flow mapping that is no JSON",
    path: "in.yaml",
    text: "{apiVersion: v1, kind: Node, metadata: {name: n1}}",
  },
])("readSnapshot() reads $what", ({ path, text }) => {
  assert.deepEqual(read(text, path).objects, [`Node n1 @ ${path} document 1`]);
});

Deno.test("readSnapshot() reads a List, and names the item in every report", () => {
  const nameless = { ...NODE, metadata: {} };
  const items = [NODE, nameless, "what?"];
  const text = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  assert.deepEqual(read(text, "in.json"), {
    objects: ["Node n1 @ in.json document 1 item 1"],
    unreadable: [],
    reports: [
      `problem @ in.json document 1 item 2: ${whyNot(nameless)}`,
      `problem @ in.json document 1 item 3: ${whyNot("what?")}`,
    ],
    whole: true,
  });
});

Deno.test.each(["in.json", "in.yaml"])(
  "readSnapshot() reads JSON that one command wrote after another into %s",
  (path) => {
    const second = JSON.stringify({ ...NODE, metadata: { name: "n2" } }, null, 2);
    const { objects, reports, whole } = read(`${JSON.stringify(NODE)}\n${second}\n`, path);
    assert.deepEqual(objects, [`Node n1 @ ${path} document 1`, `Node n2 @ ${path} document 2`]);
    assert.deepEqual([reports, whole], [[], true]);
  },
);

Deno.test.each(["in.json", "standard input"])(
  "readSnapshot() uses the good values of a JSON stream, and tells the line of a bad one: %s",
  (path) => {
    const text = `${JSON.stringify(NODE)}\n{"kind":\n 7,}\n${JSON.stringify(NODE)}`;
    const { objects, reports, whole } = read(text, path);
    assert.deepEqual(objects, [`Node n1 @ ${path} document 1`, `Node n1 @ ${path} document 3`]);
    assert.equal(reports.length, 1);
    assert(reports.join().startsWith(`problem @ ${path} document 2: `));
    assert.match(reports.join(), / it is not JSON: .*from line 2$/);
    assert.equal(whole, false);
  },
);

Deno.test("readSnapshot() reads an API server's own list, whose items do not say what they are", () => {
  const items = [{ metadata: { name: "n1" } }, { metadata: { name: "n2" } }];
  const list = { apiVersion: "v1", kind: "NodeList", metadata: {}, items };
  assert.deepEqual(read(JSON.stringify(list)).objects, [
    "Node n1 @ in.yaml document 1 item 1",
    "Node n2 @ in.yaml document 1 item 2",
  ]);
  assert.deepEqual(read(JSON.stringify({ ...list, items: null })), {
    objects: [],
    unreadable: [],
    reports: [],
    whole: true,
  });
});

Deno.test("readSnapshot() reports a document that does not parse, with its line, and uses the rest", () => {
  const { objects, reports, whole } = read(
    `${SERVICE}---\na: 1\n b: 2\n---\n${JSON.stringify(NODE)}`,
  );
  assert.deepEqual(objects, [
    "Service default/web @ in.yaml document 1",
    "Node n1 @ in.yaml document 3",
  ]);
  assert.deepEqual(reports, [
    "problem @ in.yaml document 2: Cannot use the document: it is not YAML: " +
    "line 8, column 3: bad indentation of a mapping entry",
  ]);
  assert.equal(whole, false);
});

Deno.test("readSnapshot() reports JSON that does not parse", () => {
  const { objects, reports, whole } = read('{"kind": "Node",', "in.json");
  assert.deepEqual(objects, []);
  assert.match(
    reports.join(),
    /^problem @ in.json document 1: Cannot use the document: it is not JSON: .*position 16/,
  );
  assert.equal(whole, false);
});

Deno.test.each([
  {
    what: "a port of 70000",
    text: SERVICE.replace("port: 80", "port: 70000"),
    says: /ports\[0\]\.port: 70000 is not a port/,
  },
  {
    what: "a port of .inf",
    text: SERVICE.replace("port: 80", "port: .inf"),
    says: /ports\[0\]\.port: Infinity is not a port/,
  },
  {
    what: "a port of .nan",
    text: SERVICE.replace("port: 80", "port: .nan"),
    says: /ports\[0\]\.port: NaN is not a port/,
  },
  {
    what: "an IP of 10.0.0.300",
    text: SERVICE.replace("10.96.0.10", "10.0.0.300"),
    says: /clusterIP: "10.0.0.300" is not an IP/,
  },
])("readSnapshot() reports $what and remembers whose it is", ({ text, says }) => {
  const { objects, unreadable, reports } = read(text);
  assert.deepEqual([objects, unreadable], [[], ["Service default/web"]]);
  assert.equal(reports.length, 1);
  assert.match(reports.join(), /^problem @ in.yaml document 1: Service default\/web: /);
  assert.match(reports.join(), says);
});

Deno.test("readSnapshot() keeps an object of which only a part is bad, and reports the part", () => {
  const slice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "web-1", labels: { "kubernetes.io/service-name": "web" } },
    addressType: "IPv4",
    ports: [{ port: 8080 }],
    endpoints: [{ addresses: ["10.0.0.300"] }, { addresses: ["10.0.0.3"] }],
  };
  const { objects, reports } = read(JSON.stringify(slice));
  assert.deepEqual(objects, ["EndpointSlice default/web-1 @ in.yaml document 1"]);
  assert.match(
    reports.join(),
    /^problem @ .*: EndpointSlice default\/web-1: .*"10.0.0.300" is not/,
  );
});

Deno.test("readSnapshot() says once for each kind that objects of other kinds are skipped", () => {
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "p" } };
  const deployment = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "d" } };
  const text = JSON.stringify({ kind: "List", items: [pod, NODE, pod, deployment] });
  const { objects, reports } = read(text, "in.json");
  assert.deepEqual(objects, ["Node n1 @ in.json document 1 item 2"]);
  assert.deepEqual(reports.map((report) => report.split(";")[0]), [
    "note @ in.json: Skipped 2 objects of kind v1/Pod",
    "note @ in.json: Skipped an object of kind apps/v1/Deployment",
  ]);
});

Deno.test.each(["", "\n\n", "# only words\n", "---\n---\n"])(
  "readSnapshot() reports a file that holds nothing: %j",
  (text) => {
    const { reports, whole } = read(text);
    assert.deepEqual(reports, [
      "problem @ in.yaml: The file holds nothing; Kubernetes objects in YAML or JSON belong there",
    ]);
    assert.equal(whole, false);
  },
);

Deno.test("readSnapshot() follows anchors, aliases and merge keys, as kubectl does", () => {
  const text =
    "apiVersion: v1\nkind: Node\nmetadata:\n  name: n1\n  labels: &l {a: b}\n  annotations: {<<: *l, c: d}\n";
  const { objects } = readSnapshot("in.yaml", text);
  const [node] = objects.map(({ object }) => object);
  assert.ok(node?.kind === "Node");
  assert.deepEqual(node.annotations, { a: "b", c: "d" });
});

Deno.test.each([
  { what: "an object", cyclic: "kind: Service\nmetadata: &m\n  labels: *m\n" },
  { what: "a list of a KPNG state file", cyclic: "services:\n- service: &s [*s]\n" },
])("readSnapshot() refuses $what that holds itself, and uses the rest", ({ cyclic }) => {
  const node =
    "apiVersion: v1\nkind: Node\nmetadata: {name: n1, labels: &l {a: b}, annotations: *l}";
  const { objects, reports } = readSnapshot("in.yaml", `${cyclic}---\n${node}\n`);
  assert.deepEqual(objects.map(({ object }) => object.name), ["n1"]);
  assert.deepEqual(reports, [{
    severity: "problem",
    where: "in.yaml document 1",
    message: "Cannot use the document: an alias (*) stands inside of its own anchor (&)",
  }]);
});

Deno.test("readSnapshot() reports a KPNG service whose name cannot even be written as text", () => {
  const text = "services:\n- service: {name: {toString: 1}}\n  endpoints:\n" +
    "  - endpoint: {ips: {v4: [10.0.0.1]}}\n";
  const { objects, reports } = readSnapshot("in.yaml", text);
  assert.deepEqual(objects, []);
  assert.match(reports[0]?.message ?? "", /metadata\.name: \{"toString":1\} is not a text/);
});
