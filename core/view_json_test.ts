/**
 * The JSON of `windlass view -o json`, to the letter and the order of its fields.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type Json, node, service, slice, stateOf } from "./_fixtures.ts";
import { viewToJson } from "./view_json.ts";

const WEB = service("web", {
  type: "NodePort",
  ports: [{ name: "http", port: 80, nodePort: 30080 }],
  externalIPs: ["192.0.2.10"],
  loadBalancerSourceRanges: ["203.0.113.0/24"],
  externalTrafficPolicy: "Local",
  sessionAffinity: "ClientIP",
}, { status: { loadBalancer: { ingress: [{ ip: "203.0.113.5" }] } } });

const WEB_SLICE = slice(
  "web-1",
  "web",
  [{ addresses: ["10.244.1.5"], nodeName: "n1", zone: "a" }],
  {
    ports: [{ name: "http", port: 8080 }],
  },
);

/** The example of the contract, word for word, with the list of skipped Services. */
const CONTRACT = `{
  "node": "n1",
  "servicePorts": [
    {
      "name": "default/web:http", "namespace": "default", "service": "web", "port": "http",
      "family": "IPv4", "protocol": "TCP", "type": "NodePort",
      "frontends": [
        { "kind": "ClusterIP", "ip": "10.96.0.10", "port": 80 },
        { "kind": "NodePort", "port": 30080 },
        { "kind": "ExternalIP", "ip": "192.0.2.10", "port": 80 },
        { "kind": "LoadBalancer", "ip": "203.0.113.5", "port": 80 }
      ],
      "internalTrafficPolicy": "Cluster", "externalTrafficPolicy": "Local",
      "sessionAffinity": { "clientIP": { "timeoutSeconds": 10800 } },
      "sourceRanges": ["203.0.113.0/24"], "healthCheckNodePort": 0,
      "clusterEndpoints": ["10.244.1.5:8080"], "localEndpoints": ["10.244.1.5:8080"],
      "allEndpoints": ["10.244.1.5:8080"], "hasAnyEndpoints": true,
      "endpoints": [
        { "ip": "10.244.1.5", "port": 8080, "node": "n1", "zone": "a", "local": true,
          "ready": true, "serving": true, "terminating": false,
          "internal": true, "external": true,
          "rules": { "internal": "ready", "external": "local-ready" } }
      ]
    }
  ],
  "skipped": []
}`;

function jsonOf(...objects: readonly Json[]) {
  return viewToJson(stateOf(objects).view);
}

Deno.test("the example of the contract is reproduced exactly, in the order of its fields", () => {
  const json = jsonOf(node("n1", "a"), WEB, WEB_SLICE);
  assert.equal(JSON.stringify(json), JSON.stringify(JSON.parse(CONTRACT)));
});

Deno.test("skipped Services are listed with their rules, sorted by name", () => {
  const { servicePorts, skipped } = jsonOf(
    service("c", { clusterIP: "None" }),
    service("b", { type: "ExternalName" }),
    service("a", { clusterIP: "10.96.0.1" }),
    service("z", { ports: [] }, { namespace: "a" }),
  );
  assert.deepEqual(servicePorts.map(({ name }) => name), ["default/a"]);
  assert.deepEqual(skipped, [
    { service: "a/z", rule: "no-ports" },
    { service: "default/b", rule: "external-name" },
    { service: "default/c", rule: "headless" },
  ]);
});

Deno.test("entries are sorted by name, then family, then protocol", () => {
  const dual = (name: string, i: number, ports: readonly Json[]) =>
    service(name, {
      clusterIP: `10.96.1.${i}`,
      clusterIPs: [`10.96.1.${i}`, `2001:db8::${i}`],
      ipFamilies: ["IPv4", "IPv6"],
      ports,
    });
  const both = [{ name: "dns", port: 53, protocol: "UDP" }, { name: "dns", port: 53 }];
  const { servicePorts } = jsonOf(
    dual("a", 1, [...both, { name: "api", port: 80 }]),
    dual("a-b", 2, [{ port: 80 }]),
  );
  assert.deepEqual(
    servicePorts.map(({ name, family, protocol }) => `${name} ${family} ${protocol}`),
    [
      "default/a-b IPv4 TCP",
      "default/a-b IPv6 TCP",
      "default/a:api IPv4 TCP",
      "default/a:api IPv6 TCP",
      "default/a:dns IPv4 TCP",
      "default/a:dns IPv4 UDP",
      "default/a:dns IPv6 TCP",
      "default/a:dns IPv6 UDP",
    ],
  );
});

Deno.test("an unnamed port, no affinity, no endpoints, IPv6 in brackets", () => {
  const { servicePorts } = jsonOf(
    service("six", { clusterIP: "2001:db8::10" }),
    slice("six-1", "six", ["2001:db8::5", "2001:db8::a"], { addressType: "IPv6" }),
    service("none", { clusterIP: "10.96.0.11" }),
  );
  const [none, six] = servicePorts;
  assert.deepEqual([six?.name, six?.port, six?.sessionAffinity], ["default/six", "", null]);
  assert.deepEqual(six?.clusterEndpoints, ["[2001:db8::5]:8080", "[2001:db8::a]:8080"]);
  assert.deepEqual(none?.endpoints, []);
  assert.deepEqual(
    [none.clusterEndpoints, none.localEndpoints, none.allEndpoints, none.hasAnyEndpoints],
    [[], [], [], false],
  );
});

Deno.test("the view is plain JSON: nothing is lost in print", () => {
  const json = jsonOf(WEB, WEB_SLICE, service("b", { clusterIP: "None" }));
  assert.deepEqual(JSON.parse(JSON.stringify(json)), json);
});
