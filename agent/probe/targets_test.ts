import assert from "node:assert/strict";
import {
  parseIp,
  type PipelineState,
  readObject,
  startPipeline,
  stepPipeline,
} from "../../core/mod.ts";
import { listOf } from "../test_fakes.ts";
import { TARGET_KINDS } from "./model.ts";
import { type Selection, targetsOf, type Vantage } from "./targets.ts";

const ALL: Selection = { services: [], kinds: TARGET_KINDS, allNodes: false };
const ANYBODY: Vantage = { clientIP: null, nodeIP: null };

function read(value: object) {
  const result = readObject(value);
  assert.ok(result.outcome === "object");
  return result.object;
}

function node(name: string, address: string) {
  return read({
    ...{ apiVersion: "v1", kind: "Node", metadata: { name } },
    status: { addresses: [{ type: "InternalIP", address }] },
  });
}

/** One Service with a pod on n1, as node n1 or n2 sees it. */
function stateOf(nodeName: string, spec: object, ready = true): PipelineState {
  return stepPipeline(startPipeline(nodeName), [
    listOf("Node", node("n1", "192.0.2.1"), node("n2", "192.0.2.2")),
    listOf(
      "Service",
      read({
        ...{ apiVersion: "v1", kind: "Service", metadata: { name: "web" } },
        spec: { clusterIP: "10.96.0.10", ports: [{ port: 80 }], ...spec },
        status: { loadBalancer: { ingress: [{ ip: "203.0.113.5" }] } },
      }),
    ),
    listOf(
      "EndpointSlice",
      read({
        ...{ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", addressType: "IPv4" },
        metadata: { name: "web-1", labels: { "kubernetes.io/service-name": "web" } },
        ports: [{ port: 8080 }],
        endpoints: [{ addresses: ["10.244.1.5"], nodeName: "n1", conditions: { ready } }],
      }),
    ),
  ]).state;
}

function linesOf(state: PipelineState, selection = ALL, vantage = ANYBODY): readonly string[] {
  return targetsOf(state, selection, vantage).targets.map(({ kind, ip, port, node, expected }) => {
    const whom = expected.answer === "one-of"
      ? `${expected.endpoints}${expected.optional ? " or nobody" : ""}`
      : expected.answer;
    return `${kind} ${ip}:${port}${node} → ${whom} (${expected.rule})`;
  });
}

const LOCAL = {
  ...{ type: "LoadBalancer", externalTrafficPolicy: "Local" },
  ports: [{ port: 80, nodePort: 30080 }],
};

Deno.test("every frontend and every endpoint is a target, with what the view says of it", () => {
  assert.deepEqual(linesOf(stateOf("n1", LOCAL)), [
    "ClusterIP 10.96.0.10:80 → 10.244.1.5:8080 (policy-cluster)",
    "LoadBalancer 203.0.113.5:80 → 10.244.1.5:8080 (local-client)",
    "NodePort 192.0.2.1:30080n1 → 10.244.1.5:8080 (local-client)",
    "Endpoint 10.244.1.5:8080 → 10.244.1.5:8080 (endpoint)",
  ]);
});

Deno.test("policy Local without an endpoint here: outsiders get nothing, own clients perhaps", () => {
  const kinds = ["LoadBalancer", "NodePort"] as const;
  const state = stateOf("n2", LOCAL);
  assert.deepEqual(linesOf(state, { ...ALL, kinds }), [
    "LoadBalancer 203.0.113.5:80 → 10.244.1.5:8080 or nobody (local-client)",
    "NodePort 192.0.2.2:30080n2 → 10.244.1.5:8080 or nobody (local-client)",
  ]);
  const outside = { ...ANYBODY, clientIP: parseIp("198.51.100.7") };
  assert.deepEqual(linesOf(state, { ...ALL, kinds, allNodes: true }, outside), [
    "LoadBalancer 203.0.113.5:80 → nobody (no-local-endpoints)",
    "NodePort 192.0.2.2:30080n2 → nobody (no-local-endpoints)",
    "NodePort 192.0.2.1:30080n1 → 10.244.1.5:8080 (policy-local)",
  ]);
});

Deno.test("source ranges decide where the client is known, and leave it open where it is not", () => {
  const spec = { ...LOCAL, loadBalancerSourceRanges: ["198.51.100.0/24"] };
  const state = stateOf("n1", { ...spec, externalTrafficPolicy: "Cluster" });
  const kinds = ["LoadBalancer"] as const;
  const from = (ip: string) =>
    linesOf(state, { ...ALL, kinds }, { ...ANYBODY, clientIP: parseIp(ip) });
  const vip = "LoadBalancer 203.0.113.5:80 →";
  assert.deepEqual(from("198.51.100.7"), [`${vip} 10.244.1.5:8080 (policy-cluster)`]);
  assert.deepEqual(from("192.0.2.99"), [`${vip} nobody (source-not-allowed)`]);
  assert.deepEqual(linesOf(state, { ...ALL, kinds }), [`${vip} unsure (unknown-client)`]);
});

Deno.test("what cannot be asked is said to be left out", () => {
  const sctp = stateOf("n1", { ports: [{ port: 80, protocol: "SCTP" }] });
  assert.deepEqual(targetsOf(sctp, ALL, ANYBODY).leftOut, ["default/web: SCTP cannot be probed"]);
  const { targets, leftOut } = targetsOf(stateOf("n1", {}, false), ALL, ANYBODY);
  assert.deepEqual(leftOut, ["default/web: endpoint 10.244.1.5:8080 is not ready"]);
  assert.deepEqual(targets.filter(({ kind }) => kind === "Endpoint"), []);
});

Deno.test("patterns select services", () => {
  const chosen = (...services: readonly string[]) =>
    linesOf(stateOf("n1", {}), { ...ALL, services }).length > 0;
  assert.deepEqual(
    [chosen("default/web"), chosen("default/*"), chosen("*/web"), chosen("default/we")],
    [true, true, true, false],
  );
  assert.equal(chosen("default/w.b"), false, "a dot is a dot");
});
