// Whether clients on the node have endpoints of their own: each rule, and what listeners make of it.
import assert from "node:assert/strict";
import { firstMatch } from "../../core/mod.ts";
import { endpoint, servicePort } from "../test_views.ts";
import { ALL_ADDRESSES } from "./_loopback.ts";
import { listenersOf } from "./listeners.ts";
import { LOCAL_CLIENT_RULES, type LocalClientInput } from "./local_clients.ts";
import type { ListenerSpec } from "./spec.ts";

const HERE = "10.1.0.1:80";
const AWAY = "10.1.0.2:80";
const OWN = "192.168.1.10/32";

const PLAIN: LocalClientInput = {
  kind: "LoadBalancer",
  policy: "Local",
  backends: [HERE],
  cluster: [HERE, AWAY],
};

const CASES: readonly (Partial<LocalClientInput> & { readonly rule: string })[] = [
  { rule: "internal", kind: "ClusterIP" },
  { rule: "policy-cluster", policy: "Cluster" },
  { rule: "probed-port", kind: "NodePort", backends: [] },
  { rule: "nothing-else", cluster: [HERE] },
  { rule: "nothing-else", cluster: [] },
  { rule: "local-client" },
  { rule: "local-client", backends: [] },
  { rule: "local-client", kind: "ExternalIP", backends: [] },
  { rule: "local-client", kind: "NodePort" },
];

for (const { rule, ...parts } of CASES) {
  Deno.test(`${rule} decides for ${JSON.stringify({ ...PLAIN, ...parts })}`, () => {
    assert.equal(firstMatch(LOCAL_CLIENT_RULES, { ...PLAIN, ...parts }).name, rule);
  });
}

Deno.test("every rule has a case", () => {
  const names = new Set(CASES.map(({ rule }) => rule));
  assert.deepEqual(LOCAL_CLIENT_RULES.map(({ name }) => name), [...names]);
});

const remote = endpoint(AWAY, { local: false, inLocal: false, external: false });
const web = servicePort({
  externalTrafficPolicy: "Local",
  frontends: [
    { kind: "ClusterIP", ip: "10.96.0.10", port: 80 },
    { kind: "NodePort", port: 30080 },
    { kind: "LoadBalancer", ip: "203.0.113.5", port: 80 },
  ],
  endpoints: [endpoint(HERE), remote],
});

function specs(entry: typeof web, terminateRemoved = false): Record<string, ListenerSpec> {
  const listeners = listenersOf(entry, {
    nodePorts: ALL_ADDRESSES,
    balancing: "random",
    hasAddressIn: () => false,
    ownRanges: () => [OWN],
    terminateRemoved,
  });
  return Object.fromEntries(listeners.map((listener) => [listener.kind, listener]));
}

Deno.test("with the policy Local the node's clients have the cluster's endpoints at VIP and node port", () => {
  const { ClusterIP, NodePort, LoadBalancer } = specs(web);
  assert.equal(ClusterIP?.localClients, null);
  assert.deepEqual(NodePort?.localClients, { ranges: [OWN], backends: [HERE, AWAY] });
  assert.deepEqual(LoadBalancer?.localClients, {
    ranges: [OWN, "203.0.113.5/32"],
    backends: [HERE, AWAY],
  });
  assert.deepEqual([NodePort?.backends, LoadBalancer?.backends], [[HERE], [HERE]]);
});

Deno.test("without an endpoint on the node its clients are served at the VIP, not at the node port", () => {
  const { NodePort, LoadBalancer } = specs({ ...web, endpoints: [remote] });
  assert.deepEqual([NodePort?.backends, NodePort?.localClients], [[], null]);
  assert.deepEqual([LoadBalancer?.backends, LoadBalancer?.localClients?.backends], [[], [AWAY]]);
});

Deno.test("an endpoint that only the node's clients may use does not linger", () => {
  const unused = endpoint("10.1.0.3:80", {
    inCluster: false,
    inLocal: false,
    internal: false,
    external: false,
  });
  const { LoadBalancer, NodePort } = specs(
    { ...web, endpoints: [endpoint(HERE), remote, unused] },
    true,
  );
  assert.deepEqual([LoadBalancer?.lingering, NodePort?.lingering], [["10.1.0.3:80"], [
    "10.1.0.3:80",
  ]]);
});
