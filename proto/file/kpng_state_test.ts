import assert from "node:assert/strict";
import type { EndpointSlice, KubeObject, Service } from "../../core/mod.ts";
import { readSnapshot } from "./read_snapshot.ts";

/** As KPNG's `to-file` writes it: every field, block style aside. */
const WRITTEN = `
nodes:
- name: win-1
  topology: { node: win-1, zone: zone-a }
  labels: { kubernetes.io/os: windows }
  annotations: {}
services:
- service:
    namespace: default
    name: web
    type: LoadBalancer
    labels: { app: web }
    annotations: { note: hi }
    ips:
      clusterips: { v4: [10.96.0.10], v6: ["fd00::a"] }
      externalips: { v4: [192.0.2.10], v6: [] }
      loadbalancerips: { v4: [203.0.113.7], v6: [] }
      headless: false
    ipfilters:
    - targetips: { v4: [203.0.113.7], v6: [] }
      sourceranges: [198.51.100.0/24]
    mapip: false
    ports:
    - { name: http, protocol: 1, port: 80, nodeport: 30080, targetport: 8080, targetportname: http-web }
    externaltraffictolocal: true
    sessionaffinity: null
    internaltraffictolocal: false
    healthchecknodeport: 31999
  endpoints:
  - hash: 5981070821322934540
    namespace: default
    sourcename: web
    servicename: web
    podname: web-0
    endpoint:
      hostname: web-0
      ips: { v4: [10.244.1.5], v6: [] }
      local: false
      portoverrides: [{ name: http, port: 8080 }]
      scopes: null
    conditions: { ready: true }
    topology: { node: win-1, zone: zone-a }
    hints: { zones: [zone-a] }
`;

function objectsOf(text: string): readonly KubeObject[] {
  const { objects, reports } = readSnapshot("state.yaml", text);
  assert.deepEqual(reports, []);
  return objects.map(({ object }) => object);
}

function serviceOf(fields: string): Service {
  const [service] = objectsOf(`services:\n- service: { name: web, ${fields} }`);
  assert.ok(service?.kind === "Service");
  return service;
}

function slicesOf(ports: string, endpoints: string): readonly EndpointSlice[] {
  return objectsOf(
    `services:\n- service: { name: web, ports: [${ports}] }\n  endpoints: [${endpoints}]`,
  ).filter((object) => object.kind === "EndpointSlice");
}

Deno.test("a KPNG state file becomes the Kubernetes objects that it was made from", () => {
  const [node, service, slice, ...rest] = objectsOf(WRITTEN);
  assert.deepEqual(rest, []);
  assert.ok(
    node?.kind === "Node" && service?.kind === "Service" && slice?.kind === "EndpointSlice",
  );
  assert.deepEqual([node.name, node.labels], [
    "win-1",
    { "topology.kubernetes.io/zone": "zone-a", "kubernetes.io/os": "windows" },
  ]);
  assert.deepEqual(service, {
    kind: "Service",
    namespace: "default",
    name: "web",
    uid: "",
    createdAt: "",
    labels: { app: "web" },
    annotations: { note: "hi" },
    type: "LoadBalancer",
    clusterIP: "10.96.0.10",
    clusterIPs: ["10.96.0.10", "fd00::a"],
    ipFamilies: ["IPv4", "IPv6"],
    externalIPs: ["192.0.2.10"],
    ingress: [{ ip: "203.0.113.7", ipMode: "VIP" }],
    sourceRanges: ["198.51.100.0/24"],
    internalTrafficPolicy: "Cluster",
    externalTrafficPolicy: "Local",
    healthCheckNodePort: 31999,
    affinitySeconds: 0,
    ports: [{ name: "http", protocol: "TCP", port: 80, nodePort: 30080, targetPort: 8080 }],
  });
  assert.deepEqual([slice.namespace, slice.service, slice.addressType, slice.ports], [
    "default",
    "web",
    "IPv4",
    [{ name: "http", protocol: "TCP", port: 8080 }],
  ]);
  assert.deepEqual(slice.endpoints, [{
    addresses: ["10.244.1.5"],
    ready: true,
    serving: true,
    terminating: false,
    node: "win-1",
    zone: "zone-a",
    zoneHints: ["zone-a"],
    nodeHints: [],
    hostname: "web-0",
    pod: "web-0",
  }]);
});

Deno.test.each(
  [
    { what: "nothing", given: "ips: null", field: "clusterIP", is: "" },
    { what: "headless", given: "ips: { headless: true }", field: "clusterIP", is: "None" },
    {
      what: "IPv6 only",
      given: 'ips: { clusterips: { v6: ["fd00::a"] } }',
      field: "clusterIP",
      is: "fd00::a",
    },
    { what: "no namespace", given: 'namespace: ""', field: "namespace", is: "default" },
    { what: "no type", given: 'type: ""', field: "type", is: "ClusterIP" },
    {
      what: "local inside",
      given: "internaltraffictolocal: true",
      field: "internalTrafficPolicy",
      is: "Local",
    },
    {
      what: "affinity",
      given: "sessionaffinity: { clientip: { timeoutseconds: 60 } }",
      field: "affinitySeconds",
      is: 60,
    },
    {
      what: "affinity without a time",
      given: "sessionaffinity: { clientip: { timeoutseconds: 0 } }",
      field: "affinitySeconds",
      is: 10800,
    },
  ] as const,
)("a KPNG service with $what has $field = $is", ({ given, field, is }) => {
  assert.equal(serviceOf(given)[field], is);
});

Deno.test.each([
  {
    what: "its own name",
    port: "name: http, targetport: 1",
    overrides: "name: http, port: 2",
    number: 2,
  },
  { what: "no name, as its override", port: "targetport: 1", overrides: "port: 2", number: 2 },
  {
    what: "its target's name",
    port: "targetportname: pod, targetport: 1",
    overrides: "name: pod, port: 2",
    number: 2,
  },
  {
    what: "its target number",
    port: "name: http, targetport: 1",
    overrides: "name: other, port: 2",
    number: 1,
  },
  { what: "nothing", port: "name: http", overrides: "name: other, port: 2", number: 0 },
])("a KPNG endpoint's port is found by $what", ({ port, overrides, number }) => {
  const [slice] = slicesOf(
    `{ protocol: 2, port: 80, ${port} }`,
    `{ endpoint: { ips: { v4: [10.0.0.1] }, portoverrides: [{ ${overrides} }] } }`,
  );
  assert.deepEqual(slice?.ports.map((each) => [each.protocol, each.port]), [["UDP", number]]);
});

Deno.test("KPNG endpoints fall into one slice for each family and set of port numbers", () => {
  const endpoint = (ips: string, port: number) =>
    `{ endpoint: { ips: { ${ips} }, portoverrides: [{ name: a, port: ${port} }] } }`;
  const slices = slicesOf(
    "{ name: a, protocol: 1, port: 80 }",
    [
      endpoint('v4: [10.0.0.1], v6: ["fd00::1"]', 1),
      endpoint("v4: [10.0.0.2]", 2),
      endpoint("v4: [10.0.0.3]", 1),
    ].join(", "),
  );
  assert.deepEqual(
    slices.map(({ name, addressType, ports, endpoints }) => [
      name,
      addressType,
      ports.map(({ port }) => port),
      endpoints.map(({ addresses }) => addresses),
    ]),
    [
      ["web-kpng-0", "IPv4", [1], [["10.0.0.1"], ["10.0.0.3"]]],
      ["web-kpng-1", "IPv6", [1], [["fd00::1"]]],
      ["web-kpng-2", "IPv4", [2], [["10.0.0.2"]]],
    ],
  );
});

Deno.test.each([
  { conditions: "null", ready: true },
  { conditions: "{}", ready: false },
  { conditions: "{ ready: true }", ready: true },
])("a KPNG endpoint with conditions $conditions has ready = $ready", ({ conditions, ready }) => {
  const [slice] = slicesOf(
    "{ protocol: 1, port: 80 }",
    `{ endpoint: { ips: { v4: [10.0.0.1] } }, conditions: ${conditions} }`,
  );
  assert.deepEqual(slice?.endpoints.map((endpoint) => endpoint.ready), [ready]);
});

Deno.test("what is wrong in a KPNG state file is reported with its place", () => {
  const text = `
services:
- service: { name: web, mapip: true, ips: 5, ports: [{ protocol: 9, port: 80 }] }
  endpoints: {}
- service: { ports: [] }
- 7
nodes: [{ name: n1, topology: x }]`;
  const { reports, unreadable } = readSnapshot("state.yaml", text);
  assert.deepEqual(unreadable.map(({ name }) => name), ["web"]);
  const said = reports.map(({ where, message }) => `${where}: ${message}`);
  assert.deepEqual(said.slice(0, 5), [
    'state.yaml document 1: nodes[0].topology: "x" is not an object',
    "state.yaml document 1: services[0].service.ips: 5 is not an object",
    "state.yaml document 1: services[0].service.mapip: " +
    "mapping of whole IPs is not supported; only the service's ports are proxied",
    "state.yaml document 1: services[0].endpoints: {} is not a list",
    "state.yaml document 1: services[2]: 7 is not an object",
  ]);
  const read = said.slice(5).join("\n");
  assert.match(
    read,
    /^state.yaml document 1 services\[0\].service: .*protocol: 9 is not one of TCP/m,
  );
  assert.match(
    read,
    /^state.yaml document 1 services\[1\].service: .*name: it is missing; a text belongs here/m,
  );
  assert.match(
    read,
    /^state.yaml document 1 services\[2\].service: .*name: it is missing; a text belongs here/m,
  );
});

Deno.test.each([
  { what: "a Kubernetes List", text: "{ apiVersion: v1, kind: List, items: [], services: [] }" },
  { what: "somebody's compose file", text: "services: { web: { image: x } }" },
])("$what is no KPNG state file", ({ text }) => {
  assert.deepEqual(readSnapshot("x.yaml", text).objects, []);
  assert.ok(!JSON.stringify(readSnapshot("x.yaml", text).reports).includes("services["));
});

Deno.test("a KPNG value too deep to be printed is reported all the same", () => {
  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  const { reports } = readSnapshot("x.json", `{ "services": [{ "service": ${deep} }] }`);
  assert.match(reports[0]?.message ?? "", /^services\[0\]\.service: .* is not an object$/);
});
