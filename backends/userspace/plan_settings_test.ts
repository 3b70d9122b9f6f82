// What a listener is told of its service's settings: balancing, affinity, source ranges, what lingers.
import assert from "node:assert/strict";
import type { Change, ServicePortView } from "../../core/mod.ts";
import { endpoint, servicePort } from "../test_views.ts";
import { ALL_ADDRESSES } from "./_loopback.ts";
import { BALANCING_ANNOTATION, balancingOf } from "./balancing_annotation.ts";
import { listenersOf } from "./listeners.ts";
import { INITIAL_STATE, planChanges, type PlannerOptions } from "./plan.ts";
import { BALANCING_POLICIES, type ListenerSpec, type UserspaceOp } from "./spec.ts";

const PLAIN: PlannerOptions = {
  manageAddresses: false,
  nodePorts: ALL_ADDRESSES,
  hasAddressIn: () => false,
  ownRanges: () => [],
  balancing: "random",
  terminateRemoved: false,
};
const TERMINATE: PlannerOptions = { ...PLAIN, terminateRemoved: true };

const web = servicePort({
  frontends: [
    { kind: "ClusterIP", ip: "10.96.0.10", port: 80 },
    { kind: "NodePort", port: 30080 },
    { kind: "ExternalIP", ip: "192.0.2.10", port: 80 },
    { kind: "LoadBalancer", ip: "203.0.113.5", port: 80 },
  ],
  sourceRanges: ["198.51.100.0/24"],
});

function chosen(name: string): Partial<ServicePortView> {
  return { annotations: { [BALANCING_ANNOTATION]: name } };
}

function add(now: ServicePortView): Change {
  return { type: "add", key: now.key, now };
}

function update(before: ServicePortView, now: ServicePortView): Change {
  return { type: "update", key: now.key, before, now };
}

function steps(changes: readonly Change[][], options = PLAIN): readonly UserspaceOp[] {
  let state = INITIAL_STATE;
  let ops: readonly UserspaceOp[] = [];
  for (const each of changes) ({ ops, state } = planChanges(each, state, options));
  return ops;
}

function kinds(listeners: readonly ListenerSpec[]): Record<string, unknown> {
  return Object.fromEntries(listeners.map(({ kind, sourceRanges }) => [kind, sourceRanges]));
}

Deno.test("source ranges go with the load balancer VIPs alone", () => {
  assert.deepEqual(kinds(listenersOf(web, PLAIN)), {
    ClusterIP: [],
    NodePort: [],
    ExternalIP: [],
    LoadBalancer: ["198.51.100.0/24"],
  });
});

Deno.test("where the source ranges hold the node, it may come by the VIP's own address", () => {
  const options = { ...PLAIN, hasAddressIn: (cidr: string) => cidr === "198.51.100.0/24" };
  assert.deepEqual(
    kinds(listenersOf(web, options))["LoadBalancer"],
    ["198.51.100.0/24", "203.0.113.5/32"],
  );
});

Deno.test("an address that is external IP and load balancer VIP of one service is open to all", () => {
  const both = servicePort({
    ...web,
    frontends: [
      { kind: "LoadBalancer", ip: "192.0.2.10", port: 80 },
      { kind: "ExternalIP", ip: "192.0.2.10", port: 80 },
    ],
  });
  assert.deepEqual(kinds(listenersOf(both, PLAIN)), { ExternalIP: [] });
});

Deno.test("other source ranges are one update of the load balancer VIP", () => {
  const ops = steps([[add(web)], [update(web, { ...web, sourceRanges: ["10.0.0.0/8"] })]]);
  assert.deepEqual(ops.map(({ op, key }) => `${op} ${key}`), ["update TCP/203.0.113.5:80"]);
});

Deno.test.each([
  { given: {}, policy: null, finding: null },
  { given: chosen("maglev"), policy: "maglev", finding: null },
  { given: chosen(" Least-Connections "), policy: "least-connections", finding: null },
  {
    given: chosen("a coin"),
    policy: null,
    finding: '"a coin" is no balancing policy; there are ' +
      "round-robin, random, least-connections, power-of-two, maglev",
  },
])("the annotation $given comes to $policy", ({ given, policy, finding }) => {
  assert.deepEqual(balancingOf(servicePort(given)), { policy, finding });
});

Deno.test("each policy can be chosen by name, and the backend's own is for services that do not choose", () => {
  for (const policy of BALANCING_POLICIES) {
    assert.equal(listenersOf(servicePort(chosen(policy)), PLAIN)[0]?.policy, policy);
  }
  assert.equal(listenersOf(servicePort(), PLAIN)[0]?.policy, "random");
});

Deno.test("a policy that there is not is said once for all ports of the service, and the default used", () => {
  const wrong = chosen("a coin");
  const ports = ["http", "https"].map((port, index) =>
    servicePort({
      port,
      ...wrong,
      frontends: [{ kind: "ClusterIP", ip: "10.96.0.10", port: 80 + index }],
    })
  );
  const ops = steps([ports.map(add)]);
  assert.deepEqual(ops.map(({ op, key }) => `${op} ${key}`), [
    "ignored ignored/default/web",
    "open TCP/10.96.0.10:80",
    "open TCP/10.96.0.10:81",
  ]);
  const [note, open] = ops;
  assert.ok(note?.op === "ignored" && open?.op === "open");
  assert.equal(note.because, "annotation windlass.dev/balancing of default/web");
  assert.match(note.reason, /^"a coin" is no balancing policy; .*; random is used$/);
  assert.equal(open.listener.policy, "random");
});

Deno.test.each([
  { what: "again if another wrong one comes", before: "a coin", now: "dice", said: true },
  { what: "if a right one is spoiled", before: "maglev", now: "dice", said: true },
  { what: "not again if something else changes", before: "dice", now: "dice", said: false },
  { what: "no more when it is right", before: "dice", now: "maglev", said: false },
])("a policy that there is not is said $what", ({ before, now, said }) => {
  const was = servicePort(chosen(before));
  const is = servicePort({ ...chosen(now), endpoints: [endpoint("10.1.0.1:80")] });
  const ops = steps([[add(was)], [update(was, is)]]);
  assert.equal(ops.some(({ op }) => op === "ignored"), said);
});

Deno.test("another policy is one update in place", () => {
  const ops = steps([[add(web)], [update(web, { ...web, ...chosen("maglev") })]]);
  assert.deepEqual(ops.map(({ op }) => op), ["update", "update", "update", "update"]);
  assert.equal(ops[0]?.because, "settings of default/web:http");
});

Deno.test("all listeners of a service have its name, so that they remember clients together", () => {
  const names = ["http", "https"].flatMap((port) =>
    listenersOf(servicePort({ ...web, port }), PLAIN)
  )
    .map(({ service }) => service);
  assert.deepEqual(new Set(names), new Set(["default/web"]));
});

const leaving = endpoint("10.1.0.2:80", { ready: false, internal: false, external: false });

Deno.test("connections to an endpoint that is known and not used may go on, where removed ones are cut", () => {
  const entry = servicePort({ endpoints: [endpoint("10.1.0.1:80"), leaving] });
  const [told] = listenersOf(entry, TERMINATE);
  assert.deepEqual([told?.backends, told?.lingering], [["10.1.0.1:80"], ["10.1.0.2:80"]]);
  assert.equal(listenersOf(entry, PLAIN)[0]?.lingering, null);
});

Deno.test("with a local policy for outside, what serves inside lingers outside", () => {
  const entry = servicePort({
    ...web,
    endpoints: [endpoint("10.1.0.1:80", { external: false }), endpoint("10.1.0.2:80")],
  });
  const nodePort = listenersOf(entry, TERMINATE).find(({ kind }) => kind === "NodePort");
  assert.deepEqual(nodePort?.lingering, ["10.1.0.1:80"]);
});

Deno.test("an unused endpoint that goes is an update only where removed ones are cut", () => {
  const before = servicePort({ endpoints: [endpoint("10.1.0.1:80"), leaving] });
  const now = servicePort({ endpoints: [endpoint("10.1.0.1:80")] });
  const changes = [[add(before)], [update(before, now)]];
  assert.deepEqual(steps(changes, PLAIN), []);
  assert.deepEqual(
    steps(changes, TERMINATE).map(({ because }) => because),
    ["endpoints of default/web:http that it does not use"],
  );
});
