/**
 * Reading a Service: every field with a wrong value, the API's defaults, and what is only noted.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  type Json,
  pathOf,
  readBadly,
  readService,
  readWell,
  replaced,
  RICH_SERVICE,
  service,
} from "./_fixtures.ts";

Deno.test("every field of a Service is read", () => {
  const { object, findings } = readWell(RICH_SERVICE);
  assert.deepEqual(findings, []);
  assert.deepEqual(object, {
    kind: "Service",
    namespace: "shop",
    name: "web",
    uid: "0a1b",
    createdAt: "2026-01-02T03:04:05Z",
    labels: { app: "web" },
    annotations: { team: "blue" },
    type: "LoadBalancer",
    clusterIP: "10.96.0.10",
    clusterIPs: ["10.96.0.10", "2001:db8::10"],
    ipFamilies: ["IPv4", "IPv6"],
    externalIPs: ["192.0.2.10"],
    ingress: [{ ip: "203.0.113.5", ipMode: "VIP" }, { ip: "203.0.113.6", ipMode: "Proxy" }],
    sourceRanges: ["203.0.113.0/24"],
    internalTrafficPolicy: "Local",
    externalTrafficPolicy: "Local",
    healthCheckNodePort: 30999,
    affinitySeconds: 60,
    ports: [
      { name: "http", protocol: "TCP", port: 80, nodePort: 30080, targetPort: 8080 },
      { name: "dns", protocol: "UDP", port: 53, nodePort: 30053, targetPort: "dns" },
    ],
  });
});

const BARE = {
  kind: "Service",
  namespace: "default",
  name: "web",
  uid: "",
  createdAt: "",
  labels: {},
  annotations: {},
  type: "ClusterIP",
  clusterIP: "",
  clusterIPs: [],
  ipFamilies: [],
  externalIPs: [],
  ingress: [],
  sourceRanges: [],
  internalTrafficPolicy: "Cluster",
  externalTrafficPolicy: "Cluster",
  healthCheckNodePort: 0,
  affinitySeconds: 0,
  ports: [],
};

Deno.test.each([
  {
    what: "no spec, no status",
    value: { apiVersion: "v1", kind: "Service", metadata: { name: "web" } },
  },
  {
    what: "null for every field",
    value: {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: "web",
        namespace: null,
        uid: null,
        creationTimestamp: null,
        labels: null,
        annotations: null,
      },
      spec: {
        type: null,
        clusterIP: null,
        clusterIPs: null,
        ipFamilies: null,
        externalIPs: null,
        loadBalancerSourceRanges: null,
        internalTrafficPolicy: null,
        externalTrafficPolicy: null,
        healthCheckNodePort: null,
        sessionAffinity: null,
        sessionAffinityConfig: null,
        ports: null,
      },
      status: { loadBalancer: { ingress: null } },
    },
  },
  {
    what: "null for whole sections",
    value: {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web" },
      spec: null,
      status: null,
    },
  },
  {
    what: "null in the status",
    value: {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web" },
      status: { loadBalancer: null },
    },
  },
])("the API's defaults fill in: $what", ({ value }) => {
  const { object, findings } = readWell(value);
  assert.deepEqual(object, BARE);
  assert.deepEqual(findings, []);
});

Deno.test.each([
  { what: "absent", port: { port: 80 } },
  {
    what: "null",
    port: { port: 80, name: null, protocol: null, nodePort: null, targetPort: null },
  },
  { what: "0 for the numbers", port: { port: 80, nodePort: 0, targetPort: 0 } },
])("the defaults of a port fill in where its fields are $what", ({ port }) => {
  assert.deepEqual(readService(service("web", { ports: [port] })).ports, [
    { name: "", protocol: "TCP", port: 80, nodePort: 0, targetPort: 80 },
  ]);
});

Deno.test.each([
  { what: "no configuration", spec: {}, seconds: 10800 },
  { what: "an empty configuration", spec: { sessionAffinityConfig: {} }, seconds: 10800 },
  {
    what: "null for clientIP",
    spec: { sessionAffinityConfig: { clientIP: null } },
    seconds: 10800,
  },
  {
    what: "null seconds",
    spec: { sessionAffinityConfig: { clientIP: { timeoutSeconds: null } } },
    seconds: 10800,
  },
  {
    what: "1 second",
    spec: { sessionAffinityConfig: { clientIP: { timeoutSeconds: 1 } } },
    seconds: 1,
  },
  {
    what: "a day",
    spec: { sessionAffinityConfig: { clientIP: { timeoutSeconds: 86400 } } },
    seconds: 86400,
  },
  {
    what: "no affinity, but a time",
    spec: { sessionAffinity: "None", sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } } },
    seconds: 0,
  },
  { what: "the empty affinity", spec: { sessionAffinity: "" }, seconds: 0 },
])("ClientIP affinity with $what lasts $seconds s", ({ spec, seconds }) => {
  const { affinitySeconds } = readService(service("web", { sessionAffinity: "ClientIP", ...spec }));
  assert.equal(affinitySeconds, seconds);
});

const PORT = "is not a port (1 to 65535)";
const NODE_PORT = "is not a node port (0 to 65535)";
const SECONDS = "is not a number of seconds (1 to 86400)";
const CLUSTER_IP = 'is not an IP address, "None" or ""';

Deno.test.each(
  [
    ["metadata.uid", 5, "5 is not a text"],
    ["metadata.creationTimestamp", 5, "5 is not a text"],
    ["metadata.labels", ["a"], '["a"] is not an object'],
    ["metadata.labels.app", 5, "5 is not a text"],
    ["metadata.annotations", "a", '"a" is not an object'],
    ["metadata.annotations.team", true, "true is not a text"],
    ["spec", [], "[] is not an object"],
    ["spec.type", "Weird", '"Weird" is not one of ClusterIP, NodePort, LoadBalancer, ExternalName'],
    ["spec.type", 5, "5 is not one of ClusterIP, NodePort, LoadBalancer, ExternalName"],
    ["spec.clusterIP", 5, "5 is not a text"],
    ["spec.clusterIP", "10.0.0.300", `"10.0.0.300" ${CLUSTER_IP}`],
    ["spec.clusterIPs", "10.0.0.1", '"10.0.0.1" is not a list'],
    ["spec.clusterIPs[1]", "10.0.0.300", `"10.0.0.300" ${CLUSTER_IP}`],
    ["spec.clusterIPs[0]", null, "null is not a text"],
    ["spec.ipFamilies", {}, "{} is not a list"],
    ["spec.ipFamilies[0]", 4, "4 is not a text"],
    ["spec.externalIPs", "192.0.2.1", '"192.0.2.1" is not a list'],
    ["spec.externalIPs[0]", {}, "{} is not a text"],
    ["spec.loadBalancerSourceRanges", "10.0.0.0/8", '"10.0.0.0/8" is not a list'],
    ["spec.loadBalancerSourceRanges[0]", 10, "10 is not a text"],
    ["spec.healthCheckNodePort", 65536, `65536 ${NODE_PORT}`],
    ["spec.healthCheckNodePort", "30999", '"30999" is not a whole number (0 to 65535)'],
    ["spec.sessionAffinity", "Cookie", '"Cookie" is not one of None, ClientIP'],
    ["spec.sessionAffinityConfig", 60, "60 is not an object"],
    ["spec.sessionAffinityConfig.clientIP", 60, "60 is not an object"],
    ["spec.sessionAffinityConfig.clientIP.timeoutSeconds", 0, `0 ${SECONDS}`],
    ["spec.sessionAffinityConfig.clientIP.timeoutSeconds", 86401, `86401 ${SECONDS}`],
    [
      "spec.sessionAffinityConfig.clientIP.timeoutSeconds",
      "60",
      '"60" is not a whole number (1 to 86400)',
    ],
    ["spec.ports", { port: 80 }, '{"port":80} is not a list'],
    ["spec.ports[1]", 80, "80 is not an object"],
    ["spec.ports[1]", null, "null is not an object"],
    ["spec.ports[1].port", 70000, `70000 ${PORT}`],
    ["spec.ports[0].port", 0, `0 ${PORT}`],
    ["spec.ports[0].port", -1, `-1 ${PORT}`],
    ["spec.ports[0].port", 80.5, `80.5 ${PORT}`],
    ["spec.ports[0].port", NaN, `NaN ${PORT}`],
    ["spec.ports[0].port", "80", '"80" is not a whole number (1 to 65535)'],
    ["spec.ports[0].port", undefined, "it is missing; a whole number (1 to 65535) belongs here"],
    ["spec.ports[0].name", 80, "80 is not a text"],
    ["spec.ports[0].protocol", "ICMP", '"ICMP" is not one of TCP, UDP, SCTP'],
    ["spec.ports[0].protocol", "tcp", '"tcp" is not one of TCP, UDP, SCTP'],
    ["spec.ports[0].nodePort", -1, `-1 ${NODE_PORT}`],
    ["spec.ports[0].targetPort", 70000, `70000 ${PORT}`],
    ["spec.ports[0].targetPort", {}, "{} is not a whole number (1 to 65535)"],
    ["status", 5, "5 is not an object"],
    ["status.loadBalancer", 5, "5 is not an object"],
    ["status.loadBalancer.ingress", {}, "{} is not a list"],
  ] as const,
)("a Service is rejected for %s = %j", (path, value, says) => {
  const { ref, findings } = readBadly(replaced(RICH_SERVICE, pathOf(path), value));
  assert.deepEqual(ref, { kind: "Service", namespace: "shop", name: "web" });
  assert.deepEqual(findings, [{ path, message: says }]);
});

Deno.test.each(
  [
    ["status.loadBalancer.ingress[0]", null, "null is not an object"],
    ["status.loadBalancer.ingress[0].ip", 5, "5 is not a text"],
    ["status.loadBalancer.ingress[0].ipMode", 5, "5 is not a text"],
  ] as const,
)("a bad ingress entry is left out, %s = %j, and the others stay", (path, value, says) => {
  const { object, findings } = readWell(replaced(RICH_SERVICE, pathOf(path), value));
  assert.deepEqual(findings, [{ path, message: says }]);
  assert.ok(object.kind === "Service");
  assert.deepEqual(object.ingress, [{ ip: "203.0.113.6", ipMode: "Proxy" }]);
});

Deno.test("an ingress entry with a host name only has no IP and the mode VIP", () => {
  const status = {
    loadBalancer: { ingress: [{ hostname: "lb.example.com" }, { ip: null, ipMode: null }] },
  };
  assert.deepEqual(readService(service("web", {}, { status })).ingress, [
    { ip: "", ipMode: "VIP" },
    { ip: "", ipMode: "VIP" },
  ]);
});

Deno.test.each(
  [
    [
      "spec.internalTrafficPolicy",
      "local",
      '"local" is not one of Cluster, Local; taken as Cluster',
    ],
    ["spec.externalTrafficPolicy", 5, "5 is not one of Cluster, Local; taken as Cluster"],
  ] as const,
)("an unknown policy is noted and means Cluster: %s = %j", (path, value, says) => {
  const { object, findings } = readWell(replaced(RICH_SERVICE, pathOf(path), value));
  assert.deepEqual(findings, [{ path, message: says }]);
  const policy = path.slice("spec.".length);
  assert.equal(Object.entries(object).find(([key]) => key === policy)?.[1], "Cluster");
});

Deno.test.each(["Cluster", "", null, undefined])(
  "the policy %j is Cluster without a word",
  (policy) => {
    const { object, findings } = readWell(service("web", { internalTrafficPolicy: policy }));
    assert.ok(object.kind === "Service");
    assert.deepEqual([object.internalTrafficPolicy, findings], ["Cluster", []]);
  },
);

Deno.test("a port that repeats name and protocol is left out; the first stays", () => {
  const ports: readonly Json[] = [
    { name: "dns", port: 53 },
    { name: "dns", protocol: "UDP", port: 53 },
    { name: "dns", port: 54 },
    { port: 80 },
    { port: 81 },
  ];
  const { object, findings } = readWell(service("web", { ports }));
  assert.ok(object.kind === "Service");
  assert.deepEqual(object.ports.map(({ name, protocol, port }) => `${name}/${protocol}/${port}`), [
    "dns/TCP/53",
    "dns/UDP/53",
    "/TCP/80",
  ]);
  assert.deepEqual(findings, [
    { path: "spec.ports[2]", message: 'a port named "dns" with TCP came before; left out' },
    { path: "spec.ports[4]", message: 'a port named "" with TCP came before; left out' },
  ]);
});

Deno.test("kubectl's copy of the object is left out of the annotations", () => {
  const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "{}", team: "blue" };
  assert.deepEqual(readService(service("web", {}, { annotations })).annotations, { team: "blue" });
});

Deno.test.each(["None", "", "10.96.0.1", "2001:db8::1", "010.096.000.001"])(
  "spec.clusterIP %j stays as given",
  (clusterIP) => {
    assert.equal(readService(service("web", { clusterIP })).clusterIP, clusterIP);
  },
);
