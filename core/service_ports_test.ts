/**
 * From a Service to its service ports: families, frontends, what is dropped and why. Most of it is
 * in the conformance vectors; here is what they leave out.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type Json, readService, service } from "./_fixtures.ts";
import { servicePortsOf } from "./service_ports.ts";

function portsOf(spec: Json, metadata: Json & { readonly status?: Json } = {}) {
  return servicePortsOf(readService(service("web", spec, metadata)));
}

const DUAL = { clusterIPs: ["10.96.0.10", "2001:DB8::10"], ipFamilies: ["IPv4", "IPv6"] };

Deno.test("a rule that skips the whole Service is named", () => {
  assert.deepEqual(portsOf({ clusterIP: "None" }), { skipped: "headless", servicePorts: [] });
});

Deno.test.each([
  { what: "two families", spec: DUAL, ips: ["10.96.0.10", "2001:db8::10"] },
  {
    what: "the other order",
    spec: { clusterIPs: [...DUAL.clusterIPs].reverse(), ipFamilies: ["IPv6", "IPv4"] },
    ips: ["10.96.0.10", "2001:db8::10"],
  },
  { what: "no families", spec: { clusterIP: "2001:DB8::0010" }, ips: ["2001:db8::10"] },
  {
    what: "one family of two",
    spec: { ...DUAL, ipFamilies: ["IPv6"], clusterIPs: ["2001:db8::10"] },
    ips: ["2001:db8::10"],
  },
  {
    what: "fewer IPs than families",
    spec: { ...DUAL, clusterIPs: ["10.96.0.10"] },
    ips: ["10.96.0.10"],
  },
  {
    what: "an unknown family between",
    spec: {
      clusterIPs: ["10.96.0.10", "None", "2001:db8::10"],
      ipFamilies: ["IPv4", "IPv9", "IPv6"],
    },
    ips: ["10.96.0.10", "2001:db8::10"],
  },
  {
    what: "a family named twice",
    spec: { clusterIPs: ["10.96.0.10", "10.96.0.11"], ipFamilies: ["IPv4", "IPv4"] },
    ips: ["10.96.0.10"],
  },
  {
    what: "IPs of the wrong families",
    spec: { ...DUAL, clusterIPs: [...DUAL.clusterIPs].reverse() },
    ips: [],
  },
])("the ClusterIPs of a Service with $what", ({ spec, ips }) => {
  const { skipped, servicePorts } = portsOf(spec);
  assert.deepEqual(
    servicePorts.map(({ frontends: [first] }) => first?.kind === "ClusterIP" && first.ip),
    ips,
  );
  assert.equal(skipped, ips.length === 0 ? "no-ip-of-family" : null);
});

Deno.test("every field of a service port comes from its place", () => {
  const { servicePorts } = portsOf({
    type: "LoadBalancer",
    externalIPs: ["192.0.2.10"],
    loadBalancerSourceRanges: ["203.0.113.77/24"],
    internalTrafficPolicy: "Local",
    externalTrafficPolicy: "Local",
    healthCheckNodePort: 30999,
    sessionAffinity: "ClientIP",
    ports: [{ name: "http", port: 80, nodePort: 30080 }],
  }, {
    annotations: { team: "blue" },
    status: { loadBalancer: { ingress: [{ ip: "203.0.113.5" }] } },
  });
  assert.deepEqual(servicePorts, [{
    key: "default/web:http/TCP/IPv4",
    name: "default/web:http",
    namespace: "default",
    service: "web",
    port: "http",
    family: "IPv4",
    protocol: "TCP",
    type: "LoadBalancer",
    annotations: { team: "blue" },
    frontends: [
      { kind: "ClusterIP", ip: "10.96.0.10", port: 80 },
      { kind: "NodePort", port: 30080 },
      { kind: "ExternalIP", ip: "192.0.2.10", port: 80 },
      { kind: "LoadBalancer", ip: "203.0.113.5", port: 80 },
    ],
    dropped: [],
    internalTrafficPolicy: "Local",
    externalTrafficPolicy: "Local",
    sessionAffinity: { clientIP: { timeoutSeconds: 10800 } },
    sourceRanges: ["203.0.113.0/24"],
    sourceRangesRule: "limited",
    healthCheckNodePort: 30999,
  }]);
});

Deno.test("everything that a Service asks for and does not get is told with its rule", () => {
  const { servicePorts } = portsOf({
    externalIPs: ["", "10.0.0.300", "2001:db8::1", "192.0.2.1"],
    loadBalancerSourceRanges: ["", "nonsense", " 2001:db8::/32 ", "0.0.0.0/0"],
  }, {
    status: {
      loadBalancer: { ingress: [{ hostname: "lb" }, { ip: "203.0.113.6", ipMode: "Proxy" }] },
    },
  });
  const [entry] = servicePorts;
  assert.deepEqual(entry?.dropped, [
    { kind: "ExternalIP", value: "", rule: "hostname-only" },
    { kind: "ExternalIP", value: "10.0.0.300", rule: "malformed-ip" },
    { kind: "ExternalIP", value: "2001:db8::1", rule: "other-family-ip" },
    { kind: "LoadBalancer", value: "", rule: "hostname-only" },
    { kind: "LoadBalancer", value: "203.0.113.6", rule: "ip-mode-proxy" },
    { kind: "SourceRange", value: "", rule: "empty-range" },
    { kind: "SourceRange", value: "nonsense", rule: "malformed-range" },
    { kind: "SourceRange", value: " 2001:db8::/32 ", rule: "other-family-range" },
  ]);
  assert.deepEqual([entry.sourceRanges, entry.sourceRangesRule], [[], "all-sources"]);
});

Deno.test("service ports are in the order of name, protocol, family", () => {
  const ports = ["a-b", "a", "b"].map((name, i) => ({ name, port: 80 + i }));
  const { servicePorts } = portsOf({
    ...DUAL,
    ports: [...ports, { name: "a", protocol: "UDP", port: 80 }],
  });
  assert.deepEqual(servicePorts.map(({ key }) => key.replace("default/web:", "")), [
    "a/TCP/IPv4",
    "a/TCP/IPv6",
    "a/UDP/IPv4",
    "a/UDP/IPv6",
    "a-b/TCP/IPv4",
    "a-b/TCP/IPv6",
    "b/TCP/IPv4",
    "b/TCP/IPv6",
  ]);
});
