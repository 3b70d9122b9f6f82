/**
 * "Where would this connection go?": which frontend is asked about, who the client is, what answers.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type Json, service, slice, stateOf } from "./_fixtures.ts";
import { parseIp } from "./ip.ts";
import { parseFrontend, type Route, route, routeText } from "./route.ts";

const NODE = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "n1" },
  spec: { podCIDRs: ["10.244.1.0/24", "nonsense"] },
  status: {
    addresses: [{ type: "Hostname", address: "n1" }, {
      type: "InternalIP",
      address: "192.168.1.10",
    }],
  },
};

const HERE = { addresses: ["10.244.1.5"], nodeName: "n1" };
const THERE = { addresses: ["10.244.2.5"], nodeName: "n2" };

const SPEC = {
  type: "LoadBalancer",
  clusterIPs: ["10.96.0.10", "2001:db8::10"],
  ipFamilies: ["IPv4", "IPv6"],
  externalTrafficPolicy: "Local",
  externalIPs: ["192.0.2.10"],
  loadBalancerSourceRanges: ["203.0.113.0/24"],
  sessionAffinity: "ClientIP",
  ports: [
    { name: "web", port: 80, nodePort: 30080 },
    { name: "dns", protocol: "UDP", port: 53, nodePort: 30080 },
  ],
};

const BALANCED = { status: { loadBalancer: { ingress: [{ ip: "203.0.113.5" }] } } };

function ask(
  frontend: string | null,
  client: string | null,
  more: Json = {},
  objects: readonly Json[] = [NODE],
) {
  const ports = [{ name: "web", port: 8080 }, { name: "dns", protocol: "UDP", port: 5353 }];
  const state = stateOf([
    ...objects,
    service("web", { ...SPEC, ...more }, BALANCED),
    slice("web-1", "web", [HERE, THERE], { ports }),
  ]);
  const clientIP = client === null ? null : parseIp(client);
  assert.ok(client === null || clientIP !== null);
  return route(state, { service: "default/web", frontend, clientIP });
}

function brief(routes: readonly Route[]): readonly string[] {
  return routes.map(({ name, family, protocol, frontend, rule, endpoints }) =>
    [name.slice("default/web:".length), family, protocol, frontend.kind, rule, ...endpoints].join(
      " ",
    )
  );
}

const BOTH = "10.244.1.5:8080 10.244.2.5:8080";

Deno.test.each(
  [
    ["10.96.0.10:80", null, [`web IPv4 TCP ClusterIP policy-cluster ${BOTH}`]],
    ["10.96.0.10:53", null, [
      "dns IPv4 UDP ClusterIP policy-cluster 10.244.1.5:5353 10.244.2.5:5353",
    ]],
    ["010.096.000.010:80", null, [`web IPv4 TCP ClusterIP policy-cluster ${BOTH}`]],
    ["[2001:db8::10]:80", null, ["web IPv6 TCP ClusterIP no-endpoints"]],
    ["2001:db8:0::10:80", null, ["web IPv6 TCP ClusterIP no-endpoints"]],
    ["10.96.0.10:81", null, []],
    ["10.96.0.10", null, []],
    ["10.96.0.11:80", null, []],
    ["nonsense:80", null, []],
    ["192.168.1.10:30080", null, [
      "dns IPv4 UDP NodePort policy-local 10.244.1.5:5353",
      "web IPv4 TCP NodePort policy-local 10.244.1.5:8080",
    ]],
    ["192.168.1.11:30080", null, []],
    ["", null, []],
    ["192.0.2.10:80", "198.51.100.1", ["web IPv4 TCP ExternalIP policy-local 10.244.1.5:8080"]],
    ["192.0.2.10:80", "10.244.1.77", [`web IPv4 TCP ExternalIP local-client ${BOTH}`]],
    ["192.0.2.10:80", "192.168.1.10", [`web IPv4 TCP ExternalIP local-client ${BOTH}`]],
    ["192.0.2.10:80", "2001:db8::1", []],
    ["203.0.113.5:80", "203.0.113.77", ["web IPv4 TCP LoadBalancer policy-local 10.244.1.5:8080"]],
    ["203.0.113.5:80", "198.51.100.1", ["web IPv4 TCP LoadBalancer source-not-allowed"]],
    ["203.0.113.5:80", null, ["web IPv4 TCP LoadBalancer policy-local 10.244.1.5:8080"]],
  ] as const,
)("a connection to %j from %j", (frontend, client, answers) => {
  assert.deepEqual(brief(ask(frontend, client)), answers);
});

Deno.test.each(["30080", ":30080", "*:30080"])("a node port is asked for as %j", (frontend) => {
  assert.deepEqual(brief(ask(frontend, null)), [
    "dns IPv4 UDP NodePort policy-local 10.244.1.5:5353",
    "dns IPv6 UDP NodePort no-endpoints",
    "web IPv4 TCP NodePort policy-local 10.244.1.5:8080",
    "web IPv6 TCP NodePort no-endpoints",
  ]);
});

Deno.test.each(
  [
    ["192.0.2.1:80", { ip: { family: "IPv4", text: "192.0.2.1" }, port: 80 }],
    ["[2001:DB8::1]:65535", { ip: { family: "IPv6", text: "2001:db8::1" }, port: 65535 }],
    ["*:30080", { ip: null, port: 30080 }],
    ["", null],
    ["web:80", null],
    ["192.0.2.1", null],
    ["192.0.2.1:0", null],
    ["192.0.2.1:65536", null],
    ["192.0.2.1:8e1", null],
  ] as const,
)("parseFrontend() reads %j", (text, frontend) => {
  assert.deepEqual(parseFrontend(text), frontend);
});

Deno.test("a node that the API does not know has no address on which a node port is asked for", () => {
  assert.deepEqual(ask("192.168.1.10:30080", null, {}, []), []);
});

Deno.test.each([
  { client: "198.51.100.1", families: ["IPv4", "IPv4"] },
  { client: "2001:db8::1", families: ["IPv6", "IPv6"] },
])("a client reaches a node port over its own family only: $client", ({ client, families }) => {
  assert.deepEqual(ask("30080", client).map(({ family }) => family), families);
});

Deno.test("a node that the API does not know has no clients of its own", () => {
  const [answer] = ask("192.0.2.10:80", "10.244.1.77", {}, []);
  assert.equal(answer?.rule, "policy-local");
});

Deno.test("without an endpoint here, policy Local drops, and policy Cluster does not", () => {
  const routes = (externalTrafficPolicy: string) => {
    const state = stateOf([
      service("web", { ...SPEC, externalTrafficPolicy }, BALANCED),
      slice("web-1", "web", [THERE], { ports: [{ name: "web", port: 8080 }] }),
    ]);
    return brief(
      route(state, { service: "default/web", frontend: "192.0.2.10:80", clientIP: null }),
    );
  };
  assert.deepEqual(routes("Local"), ["web IPv4 TCP ExternalIP no-local-endpoints"]);
  assert.deepEqual(routes("Cluster"), ["web IPv4 TCP ExternalIP policy-cluster 10.244.2.5:8080"]);
});

Deno.test("without a frontend in the question, every frontend answers", () => {
  assert.deepEqual(ask(null, null).length, 12);
  const ofClient = ask(null, "203.0.113.7", { ports: SPEC.ports.slice(0, 1) });
  assert.deepEqual(brief(ofClient), [
    `web IPv4 TCP ClusterIP policy-cluster ${BOTH}`,
    "web IPv4 TCP NodePort policy-local 10.244.1.5:8080",
    "web IPv4 TCP ExternalIP policy-local 10.244.1.5:8080",
    "web IPv4 TCP LoadBalancer policy-local 10.244.1.5:8080",
  ]);
});

const CLIENT = { text: "203.0.113.7", family: "IPv4" } as const;

Deno.test.each([
  { frontend: "10.96.0.9:80", clientIP: null, says: "no frontend 10.96.0.9:80 on this node" },
  { frontend: null, clientIP: null, says: "no frontend on this node" },
  { frontend: null, clientIP: CLIENT, says: "no frontend for IPv4 clients on this node" },
])("where nothing answers, that is said: $says", ({ says, ...asked }) => {
  const question = { service: "default/nobody", ...asked };
  assert.deepEqual(route(stateOf([]), question), []);
  assert.equal(routeText(question, []), `Service default/nobody has ${says}`);
});

Deno.test("the answers in words", () => {
  const question = { service: "default/web", frontend: null, clientIP: CLIENT };
  const routes = [
    ...ask("203.0.113.5:80", CLIENT.text),
    ...ask("30080", CLIENT.text, { sessionAffinity: "None" }).slice(1),
  ];
  assert.equal(
    routeText(question, routes),
    `\
client 203.0.113.7 → LoadBalancer 203.0.113.5:80 TCP (default/web:web)
  forward (policy-local): the traffic policy is Local: an endpoint on this node
  → 10.244.1.5:8080
  a client stays with its endpoint for 10800 s
client 203.0.113.7 → NodePort *:30080 TCP (default/web:web)
  forward (policy-local): the traffic policy is Local: an endpoint on this node
  → 10.244.1.5:8080`,
  );
  assert.equal(
    routeText({ ...question, clientIP: null }, ask("[2001:db8::10]:80", null).slice(0, 1)),
    `\
a client → ClusterIP [2001:db8::10]:80 TCP (default/web:web)
  reject (no-endpoints): the service port has no usable endpoint anywhere: connections are refused`,
  );
});
