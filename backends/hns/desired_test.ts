import assert from "node:assert/strict";
import { endpoint, servicePort } from "../test_views.ts";
import type { ServicePortView } from "../../core/mod.ts";
import { HNS_DEFAULTS, type HnsConfig, type HnsEnvironment } from "./config.ts";
import { contributionOf } from "./desired.ts";
import { featuresOf, type HnsVersion } from "./features.ts";
import { environmentOf, observationOf } from "./observation.ts";
import { BRIDGE_NETWORK, OVERLAY_CONFIG, overlayNetwork, podEndpoint } from "./test_node.ts";

function env(
  config: Partial<HnsConfig> = {},
  version: HnsVersion = { major: 16, minor: 0 },
  endpoints: readonly unknown[] = [],
): HnsEnvironment {
  const whole = { ...OVERLAY_CONFIG, ...config };
  const networks = [overlayNetwork(), BRIDGE_NETWORK];
  const observation = observationOf(
    { networks, endpoints, loadBalancers: [] },
    whole.networkName,
    featuresOf(version),
  );
  assert(observation.network !== null);
  return environmentOf(whole, observation.network, observation);
}

const BRIDGED: HnsConfig = { ...HNS_DEFAULTS, networkName: "cbr0" };
const remote = (address: string) => endpoint(address, { local: false });

/** `KIND key internal/flags/port flags/distribution/source VIP endpoints` */
function lines(entry: ServicePortView, environment = env()): readonly string[] {
  return contributionOf(entry, environment).loadBalancers.map((each) =>
    [
      each.kind,
      each.key,
      [each.internalPort, each.flags, each.portFlags, each.distribution, each.sourceVip].join("/"),
      each.hostEndpoint || each.members.map(({ ip }) => ip).join(),
    ].join(" ")
  );
}

const findings = (entry: ServicePortView, environment = env()) =>
  contributionOf(entry, environment).findings.map(({ rule }) => rule);

Deno.test("a load balancer without endpoints does not exist", () => {
  assert.deepEqual(lines(servicePort({ endpoints: [] })), []);
  assert.deepEqual(lines(servicePort({ endpoints: [remote("10.244.3.9:80")] })), [
    "ClusterIP TCP/10.96.0.10:80 80/1/0/0/10.244.2.2 10.244.3.9",
  ]);
});

Deno.test("the ClusterIP follows the internal policy, the other frontends the external one", () => {
  const entry = servicePort({
    frontends: [
      { kind: "ClusterIP", ip: "10.96.0.10", port: 80 },
      { kind: "ExternalIP", ip: "198.51.100.7", port: 80 },
      { kind: "NodePort", port: 30080 },
    ],
    endpoints: [
      endpoint("10.244.2.17:8080", { internal: true, external: false }),
      endpoint("10.244.3.9:8080", { local: false, internal: false, external: true }),
      endpoint("10.244.3.8:8080", { local: false, internal: false, external: false }),
    ],
  });
  assert.deepEqual(lines(entry), [
    "ClusterIP TCP/10.96.0.10:80 8080/1/0/0/10.244.2.2 10.244.2.17",
    "ExternalIP TCP/198.51.100.7:80 8080/0/16/0/10.244.2.2 10.244.3.9",
    "NodePort TCP/IPv4/nodePort/30080 8080/0/18/0/10.244.2.2 10.244.3.9",
  ]);
});

Deno.test.each([
  { endpoints: ["10.244.3.9:80"], vip: "10.244.2.2", why: "pods of other nodes" },
  { endpoints: ["172.16.0.23:80"], vip: "172.16.0.20", why: "another node's own address" },
  { endpoints: ["10.244.3.9:80", "192.0.2.1:80"], vip: "172.16.0.20", why: "outside the cluster" },
])("source VIP $vip for $why", ({ endpoints, vip }) => {
  const [line = ""] = lines(servicePort({ endpoints: endpoints.map(remote) }));
  assert(line.includes(`/${vip} `), line);
});

Deno.test("a pod of this node never asks for the node's address as source VIP", () => {
  const [line = ""] = lines(servicePort({ endpoints: [endpoint("192.0.2.1:80")] }));
  assert(line.includes("/10.244.2.2 "), line);
});

Deno.test("of endpoints with different ports the port that most have is used, and none on a wrong one", () => {
  const entry = servicePort({
    endpoints: [remote("10.244.3.1:81"), remote("10.244.3.2:80"), remote("10.244.3.3:81")],
  });
  assert.deepEqual(lines(entry), [
    "ClusterIP TCP/10.96.0.10:80 81/1/0/0/10.244.2.2 10.244.3.1,10.244.3.3",
  ]);
  assert.deepEqual(findings(entry), ["mixed-target-ports"]);
  const even = servicePort({ endpoints: [remote("10.244.3.1:81"), remote("10.244.3.2:80")] });
  assert.deepEqual(lines(even), ["ClusterIP TCP/10.96.0.10:80 80/1/0/0/10.244.2.2 10.244.3.2"]);
});

Deno.test("health probes go to the host's endpoint, once for each load balancer IP, always by TCP", () => {
  const root = podEndpoint("10.244.2.3", undefined, { Name: "cbr0", ID: "ROOT" });
  const environment = env({ forwardHealthCheckVip: true }, undefined, [root]);
  const entry = servicePort({
    protocol: "UDP",
    frontends: [{ kind: "LoadBalancer", ip: "203.0.113.40", port: 53 }],
    endpoints: [remote("10.244.3.9:53")],
  });
  assert.deepEqual(lines(entry, environment), [
    "LoadBalancer UDP/203.0.113.40:53 53/0/16/0/10.244.2.2 10.244.3.9",
    "HealthCheck TCP/203.0.113.40:10256 10256/0/0/0/10.244.2.2 ROOT",
  ]);
  const own = { ...entry, healthCheckNodePort: 32000 };
  assert.match(lines(own, environment)[1] ?? "", /^HealthCheck TCP\/203\.0\.113\.40:32000 32000\//);
  assert.equal(
    lines(entry, env({ forwardHealthCheckVip: true, healthzPort: 0 }, undefined, [root])).length,
    1,
  );
  assert.deepEqual(findings(entry, env({ forwardHealthCheckVip: true })), ["no-root-endpoint"]);
});

Deno.test("IPv6 is served off overlay networks, with flag 2, and only where HNS can", () => {
  const entry = servicePort({
    family: "IPv6",
    frontends: [{ kind: "ClusterIP", ip: "fd00::7", port: 53 }, { kind: "NodePort", port: 30053 }],
    endpoints: [remote("[fd00::9]:53")],
  });
  assert.deepEqual(lines(entry, env(BRIDGED)), [
    "ClusterIP TCP/[fd00::7]:53 53/2/0/0/ fd00::9",
    "NodePort TCP/IPv6/nodePort/30053 53/2/18/0/ fd00::9",
  ]);
  assert.deepEqual(lines(entry), []);
  assert.deepEqual(findings(entry), ["ipv6-on-overlay"]);
  assert.deepEqual(findings(entry, env(BRIDGED, { major: 11, minor: 9 })), ["no-dual-stack"]);
});

Deno.test("what HNS cannot do is found, by build", () => {
  const entry = servicePort({
    sessionAffinity: { clientIP: { timeoutSeconds: 10 } },
    externalTrafficPolicy: "Local",
    annotations: { "preserve-destination": "true" },
    sourceRanges: ["192.0.2.0/24"],
    frontends: [{ kind: "LoadBalancer", ip: "203.0.113.40", port: 80 }],
    endpoints: [remote("10.244.3.9:80")],
  });
  assert.deepEqual(findings(entry), ["affinity-timeout", "source-ranges"]);
  const old = env({}, { major: 10, minor: 1 });
  assert.deepEqual(findings(entry, old), [
    "no-affinity",
    "source-ranges",
    "local-without-dsr",
    "preserve-without-dsr",
    "dsr-unsupported",
  ]);
  assert.deepEqual(lines(entry, old), [
    "LoadBalancer TCP/203.0.113.40:80 80/0/16/0/10.244.2.2 10.244.3.9",
  ]);
});

Deno.test("no load balancer gets more endpoints than HNS takes", () => {
  const endpoints = Array.from(
    { length: 1030 },
    (_, i) => remote(`10.244.${i >> 8}.${i & 255}:80`),
  );
  const { loadBalancers, findings } = contributionOf(servicePort({ endpoints }), env());
  assert.equal(loadBalancers[0]?.members.length, 1024);
  assert.deepEqual(findings.map(({ rule }) => rule), ["too-many-endpoints"]);
});

Deno.test("a pod with this node's own address is left out and told, unless HNS has an endpoint for it", () => {
  const entry = servicePort({ endpoints: [endpoint("172.16.0.20:80"), remote("10.244.3.9:80")] });
  assert.match(lines(entry)[0] ?? "", / 10\.244\.3\.9$/);
  assert.deepEqual(findings(entry), ["host-network-endpoint"]);
  const known = env({}, undefined, [podEndpoint("172.16.0.20")]);
  assert.match(lines(entry, known)[0] ?? "", / 172\.16\.0\.20,10\.244\.3\.9$/);
});

Deno.test("on overlay networks each ClusterIP is an endpoint too, even without endpoints of its own", () => {
  const entry = servicePort({ endpoints: [] });
  assert.deepEqual(contributionOf(entry, env()).serviceVips, ["10.96.0.10"]);
  assert.deepEqual(contributionOf(entry, env(BRIDGED)).serviceVips, []);
});
