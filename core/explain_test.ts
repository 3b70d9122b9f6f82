/**
 * What `explain` says of a rich Service, of each kind of problem, and of what is not there.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type Json, node, service, slice, stateOf } from "./_fixtures.ts";
import { startPipeline } from "./pipeline.ts";
import { explain, type Explanation } from "./explain.ts";
import { explanationText } from "./explain_text.ts";

const HERE = { addresses: ["10.244.1.5"], nodeName: "n1", zone: "a", conditions: { ready: true } };
const ENDING = {
  addresses: ["10.244.1.6"],
  nodeName: "n1",
  conditions: { ready: false, serving: true, terminating: true },
};
const THERE = { addresses: ["10.244.2.5"], hints: { forZones: [{ name: "b" }] } };

const RICH: readonly Json[] = [
  node("n1", "a"),
  service("older", { clusterIP: "10.96.0.9", externalIPs: ["192.0.2.10"] }, {
    creationTimestamp: "2025-01-01T00:00:00Z",
  }),
  service("web", {
    type: "LoadBalancer",
    clusterIPs: ["10.96.0.10", "2001:db8::10"],
    ipFamilies: ["IPv4", "IPv6"],
    externalTrafficPolicy: "Local",
    externalIPs: ["192.0.2.10", "10.0.0.300", "2001:db8:1::1"],
    loadBalancerSourceRanges: ["203.0.113.0/24", "192.0.2.1"],
    ports: [{ port: 80, nodePort: 30080 }],
  }, {
    creationTimestamp: "2026-01-01T00:00:00Z",
    status: { loadBalancer: { ingress: [{ ip: "203.0.113.5" }, { hostname: "lb" }] } },
  }),
  slice("web-1", "web", [HERE, ENDING, THERE]),
];

function explained(objects: readonly Json[], name = "default/web"): Explanation {
  const explanation = explain(stateOf(objects), name);
  assert.ok(explanation !== null);
  return explanation;
}

Deno.test("a rich Service, in words", () => {
  assert.equal(
    explanationText(explained(RICH)),
    `\
Service default/web, as node n1 sees it
  Zone: a

default/web TCP IPv4
  Reached at
    ClusterIP 10.96.0.10:80 → 2 endpoints (cluster-ip, policy Cluster)
    NodePort *:30080 → 1 endpoint (node-port, policy Local)
    LoadBalancer 203.0.113.5:80 → 1 endpoint (load-balancer-ip, policy Local)
    not at ExternalIP "10.0.0.300" (malformed-ip): the text is no IP address
    not at ExternalIP "2001:db8:1::1" (other-family-ip): the address belongs to the other IP family
    not at LoadBalancer "" (hostname-only): the entry has no IP: a host name is never resolved
    not at SourceRange "192.0.2.1" (malformed-range): the text is no CIDR (an address needs a prefix length)
    not at ExternalIP "192.0.2.10:80" (claimed-by-older): an older Service, or another port of this one, has it
    load balancer IPs only for 203.0.113.0/24
  Cluster set (ready): at least one endpoint is ready
  Local set (local-ready): at least one ready endpoint runs on this node
  Endpoints
    10.244.1.5:8080 (node n1, zone a, ready, serving, local)
      internal: used (ready): ready
      external: used (local-ready): ready, on this node
    10.244.1.6:8080 (node n1, serving, terminating, local)
      internal: not used (terminating-not-needed): terminating, and other endpoints are ready
      external: not used (local-terminating-not-needed): on this node and terminating, and other endpoints here are ready
    10.244.2.5:8080 (node unknown, ready, serving)
      internal: used (ready): ready
      external: not used (not-local): runs on another node, and the policy is Local
  Problems
    Service default/web, port "": ExternalIP "10.0.0.300" is not used: the text is no IP address
    Service default/web, port "": SourceRange "192.0.2.1" is not used: the text is no CIDR (an address needs a prefix length)
    Service default/web, port "": ExternalIP 192.0.2.10:80 (TCP) belongs to the older Service default/older, which keeps it; give one of the two another address or port
    hints ignored: a ready endpoint has no hint, so hints are not followed

default/web TCP IPv6
  Reached at
    ClusterIP [2001:db8::10]:80 → 0 endpoints (cluster-ip, policy Cluster)
    NodePort *:30080 → 0 endpoints (node-port, policy Local)
    ExternalIP [2001:db8:1::1]:80 → 0 endpoints (external-ip, policy Local)
    not at ExternalIP "192.0.2.10" (other-family-ip): the address belongs to the other IP family
    not at ExternalIP "10.0.0.300" (malformed-ip): the text is no IP address
    not at LoadBalancer "203.0.113.5" (other-family-ip): the address belongs to the other IP family
    not at LoadBalancer "" (hostname-only): the entry has no IP: a host name is never resolved
    not at SourceRange "203.0.113.0/24" (other-family-range): the range belongs to the other IP family
    not at SourceRange "192.0.2.1" (malformed-range): the text is no CIDR (an address needs a prefix length)
  Cluster set (terminating): no endpoint is ready: those that are terminating and still serve are used
  Local set (local-terminating): no ready endpoint runs on this node: terminating ones that still serve are used
  No endpoints
  Problems
    Service default/web, port "": ExternalIP "10.0.0.300" is not used: the text is no IP address
    Service default/web, port "": SourceRange "192.0.2.1" is not used: the text is no CIDR (an address needs a prefix length)
    no endpoints: no slice gives this port an address; connections are refused`,
  );
});

Deno.test("a rich Service, as JSON", () => {
  const explanation = explained(RICH);
  const [four] = explanation.servicePorts;
  assert.deepEqual(JSON.parse(JSON.stringify(explanation)), explanation);
  assert.deepEqual(explanation.node, { name: "n1", zone: "a", known: true });
  assert.equal(explanation.skipped, null);
  assert.deepEqual(four?.frontends[1], {
    kind: "NodePort",
    address: "*:30080",
    rule: "node-port",
    why: "the Service port has a node port",
    policy: "Local",
    endpoints: ["10.244.1.5:8080"],
  });
  assert.deepEqual(four.dropped[4], {
    kind: "ExternalIP",
    value: "192.0.2.10:80",
    rule: "claimed-by-older",
    owner: "default/older",
    why: "an older Service, or another port of this one, has it",
  });
  assert.deepEqual(four.sourceRanges, {
    rule: "limited",
    why: "only clients in the ranges may use the load balancer VIPs",
    ranges: ["203.0.113.0/24"],
  });
  assert.deepEqual(four.endpoints[1], {
    address: "10.244.1.6:8080",
    node: "n1",
    zone: "",
    conditions: ["serving", "terminating", "local"],
    internal: {
      used: false,
      rule: "terminating-not-needed",
      why: "terminating, and other endpoints are ready",
    },
    external: {
      used: false,
      rule: "local-terminating-not-needed",
      why: "on this node and terminating, and other endpoints here are ready",
    },
  });
});

Deno.test("a Service that is not proxied: the rule, and what it means", () => {
  const explanation = explained([node("n1"), service("web", { clusterIP: "None" })]);
  assert.deepEqual(explanation, {
    service: "default/web",
    node: { name: "n1", zone: "", known: true },
    skipped: { rule: "headless", why: "spec.clusterIP is None: clients reach the pods directly" },
    servicePorts: [],
  });
  assert.equal(
    explanationText(explanation),
    `\
Service default/web, as node n1 sees it
  Zone: none
  Not proxied (headless): spec.clusterIP is None: clients reach the pods directly`,
  );
});

Deno.test("a node that the API does not know is said so; its endpoints are local all the same", () => {
  const explanation = explained([service("web"), slice("web-1", "web", [HERE])]);
  assert.deepEqual(explanation.node, { name: "n1", zone: "", known: false });
  const text = explanationText(explanation);
  assert.match(text, /The API does not know this node \(yet\), so it has no zone/);
  assert.match(text, /10\.244\.1\.5:8080 \(node n1, zone a, ready, serving, local\)/);
});

Deno.test("a Service that the cluster does not have, or does not have yet, has no explanation", () => {
  assert.equal(explain(stateOf(RICH), "default/nobody"), null);
  assert.equal(explain(stateOf(RICH), "web"), null);
  assert.equal(explain(startPipeline("n1"), "default/web"), null);
});

const LOCAL = { internalTrafficPolicy: "Local", externalTrafficPolicy: "Local", type: "NodePort" };
const PORT = { ports: [{ port: 80, nodePort: 30080 }] };
const UNREADY = {
  addresses: ["10.244.1.7"],
  nodeName: "n1",
  conditions: { ready: false, serving: false },
};
const hint = (zone: string) => ({
  addresses: [`10.244.3.${zone.charCodeAt(0)}`],
  hints: { forZones: [{ name: zone }] },
});

Deno.test.each([
  { what: "nothing is wrong", spec: {}, endpoints: [HERE], problems: [] },
  {
    what: "no endpoints",
    spec: {},
    endpoints: [],
    problems: ["no endpoints: no slice gives this port an address; connections are refused"],
  },
  {
    what: "no usable endpoints",
    spec: {},
    endpoints: [UNREADY],
    problems: [
      "no usable endpoints: none is ready, and none is terminating and still serving; " +
      "connections are refused",
    ],
  },
  {
    what: "no local endpoint",
    spec: { ...LOCAL, ...PORT },
    endpoints: [THERE, UNREADY],
    problems: [
      "internalTrafficPolicy is Local and no usable endpoint runs on this node",
      "externalTrafficPolicy is Local and no usable endpoint runs on this node",
      "hints ignored: no ready endpoint's zone hint names this node's zone",
    ],
  },
  {
    what: "no local endpoint, reached from inside only",
    spec: { internalTrafficPolicy: "Local" },
    endpoints: [{ addresses: ["10.244.2.5"] }],
    problems: ["internalTrafficPolicy is Local and no usable endpoint runs on this node"],
  },
  {
    what: "hints that are followed",
    spec: {},
    endpoints: [hint("a"), hint("b")],
    problems: [],
  },
  {
    what: "a range of the other family is none",
    spec: { loadBalancerSourceRanges: ["2001:db8::/32"] },
    endpoints: [HERE],
    problems: [],
  },
])("problems: $what", ({ spec, endpoints, problems }) => {
  const { servicePorts: [port] } = explained([
    node("n1", "a"),
    service("web", spec),
    slice("web-1", "web", endpoints),
  ]);
  assert.deepEqual(port?.problems, problems);
});

Deno.test("problems: a frontend that is claimed twice is told to who has it and to who has not", () => {
  const objects = [
    service("older", { ports: [{ port: 80 }, { name: "again", port: 80 }] }, {
      creationTimestamp: "2025-01-01T00:00:00Z",
    }),
    service("younger", {}, { creationTimestamp: "2026-01-01T00:00:00Z" }),
    slice("older-1", "older", ["10.244.1.5"]),
    slice("younger-1", "younger", ["10.244.1.5"]),
  ];
  const problemsOf = (name: string) => explained(objects, name).servicePorts[0]?.problems;
  assert.deepEqual(problemsOf("default/older"), [
    "ClusterIP 10.96.0.10:80 (TCP) is claimed twice: " +
    "another port of it, default/younger asks for it too and does not get it",
  ]);
  assert.match(problemsOf("default/younger")?.join() ?? "", /belongs to the older Service/);
});

Deno.test("problems: SCTP, which only some backends can proxy", () => {
  const ports = [{ port: 80, protocol: "SCTP" }];
  const { servicePorts: [port] } = explained([
    service("web", { ports }),
    slice("web-1", "web", ["10.244.1.5"], { ports: [{ port: 8080, protocol: "SCTP" }] }),
  ]);
  assert.deepEqual(port?.problems, [
    "SCTP: the view has it, but the userspace backend cannot proxy it",
  ]);
});

Deno.test("every rule name that a view can carry is explained in words", () => {
  const { servicePorts } = explained(RICH);
  const reasons = servicePorts.flatMap((port) => [
    port.clusterSet,
    port.localSet,
    port.sourceRanges,
    ...port.frontends,
    ...port.dropped,
    ...port.endpoints.flatMap(({ internal, external }) => [internal, external]),
  ]);
  assert.ok(reasons.length > 20);
  for (const { rule, why } of reasons) assert.notEqual(why, "", rule);
});
