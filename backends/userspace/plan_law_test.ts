import assert from "node:assert/strict";
import fc from "fast-check";
import { diff, type Frontend, type NodeView, PersistentMap } from "../../core/mod.ts";
import { endpoint, servicePort } from "../test_views.ts";
import { BALANCING_ANNOTATION } from "./balancing_annotation.ts";
import { listenersOf } from "./listeners.ts";
import {
  INITIAL_STATE,
  planChanges,
  planForNode,
  type PlannerOptions,
  type UserspaceState,
} from "./plan.ts";
import type { ListenerSpec, UserspaceOp } from "./spec.ts";

/** What the operations make, with every rule about their order held against each. */
class Model {
  readonly listeners = new Map<string, ListenerSpec>();
  readonly addresses = new Set<string>();

  apply(op: UserspaceOp): void {
    switch (op.op) {
      case "assign-address":
        assert.ok(!this.addresses.has(op.ip), "assigned twice");
        this.addresses.add(op.ip);
        break;
      case "release-address":
        assert.ok(this.addresses.delete(op.ip), "released without being assigned");
        assert.ok(!this.listeners.values().some((each) => isManaged(each) && each.ip === op.ip));
        break;
      case "open":
        assert.ok(!this.listeners.has(op.key), "opened twice");
        this.#put(op.listener);
        break;
      case "update":
        assert.ok(this.listeners.has(op.key), "updated without being open");
        assert.notDeepEqual(this.listeners.get(op.key), op.listener);
        this.#put(op.listener);
        break;
      case "close":
        assert.ok(this.listeners.delete(op.key), "closed without being open");
        break;
      case "unsupported":
      case "ignored":
    }
  }

  #put(listener: ListenerSpec): void {
    if (isManaged(listener)) {
      assert.ok(this.addresses.has(listener.ip), "opened before its address");
    }
    this.listeners.set(listener.key, listener);
  }
}

function isManaged(listener: ListenerSpec): boolean {
  return listener.kind !== "NodePort";
}

const IPS = ["192.0.2.1", "192.0.2.2"];
const options: PlannerOptions = {
  manageAddresses: true,
  balancing: "round-robin",
  terminateRemoved: true,
  nodePorts: (_, family) => family === "IPv4" ? ["192.0.2.1", "192.0.2.9"] : ["::"],
  hasAddressIn: (cidr) => cidr.startsWith("10."),
  ownRanges: (family) => family === "IPv4" ? ["10.0.0.1/32"] : [],
};

const frontendArb: fc.Arbitrary<Frontend> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("ClusterIP" as const, "ExternalIP" as const, "LoadBalancer" as const),
    ip: fc.constantFrom(...IPS),
    port: fc.constantFrom(80, 81),
  }),
  fc.record({ kind: fc.constant("NodePort" as const), port: fc.constantFrom(80, 81) }),
);

const servicePortArb = fc.record({
  service: fc.constantFrom("a", "b", "c"),
  protocol: fc.constantFrom("TCP" as const, "TCP" as const, "UDP" as const, "SCTP" as const),
  frontends: fc.array(frontendArb, { maxLength: 3 }),
  annotations: fc.constantFrom(
    {},
    { [BALANCING_ANNOTATION]: "maglev" },
    { [BALANCING_ANNOTATION]: "a coin" },
  ),
  sourceRanges: fc.constantFrom([], ["192.0.2.0/24"]),
  endpoints: fc.array(
    fc.record({ n: fc.integer({ min: 1, max: 4 }), internal: fc.boolean(), external: fc.boolean() })
      .map(({ n, ...use }) => endpoint(`10.1.0.${n}:80`, use)),
    { maxLength: 3 },
  ),
}).map((parts) => servicePort(parts));

/** A view of services a, b and c; two of them may claim one socket, which core would not allow. */
const viewArb = fc.uniqueArray(servicePortArb, { selector: (entry) => entry.key, maxLength: 4 })
  .map((entries): NodeView => {
    const services = Map.groupBy(entries, (entry) => `${entry.namespace}/${entry.service}`);
    return {
      node: "n1",
      services: PersistentMap.from(
        [...services].map(([service, servicePorts]) =>
          [service, { service, skipped: null, servicePorts }] as const
        ),
      ),
    };
  });

const EMPTY_VIEW: NodeView = { node: "n1", services: PersistentMap.empty() };

function plain(state: UserspaceState): unknown {
  return [Object.fromEntries(state.claims), Object.fromEntries(state.addresses)];
}

Deno.test("any history of views, carried out op by op, gives the listeners of the last view", () => {
  fc.assert(fc.property(fc.array(viewArb, { minLength: 1, maxLength: 6 }), (views) => {
    const model = new Model();
    let state = INITIAL_STATE;
    let before = EMPTY_VIEW;
    for (const view of views) {
      const plan = planChanges(diff(before, view), state, options);
      const keys = plan.ops.map((op) => op.key);
      assert.equal(new Set(keys).size, keys.length, "two operations on one key in one plan");
      for (const op of plan.ops) model.apply(op);
      state = plan.state;
      before = view;
    }
    const afresh = planChanges(diff(EMPTY_VIEW, before), INITIAL_STATE, options);
    assert.deepEqual(plain(state), plain(afresh.state));
    const wanted = new Map(
      afresh.ops.flatMap((op) => op.op === "open" ? [[op.key, op.listener] as const] : []),
    );
    assert.deepEqual(model.listeners, wanted);
    const claimed = before.services.values().flatMap((service) => service.servicePorts)
      .flatMap((entry) => listenersOf(entry, options).map((each) => each.key));
    assert.deepEqual(new Set(wanted.keys()), new Set(claimed));
    const addresses = wanted.values().filter(isManaged).map((each) => each.ip);
    assert.deepEqual(model.addresses, new Set(addresses));
  }));
});

Deno.test("whatever the node's addresses were before, the plan comes to those that it has now", () => {
  const nodeArb = fc.subarray(["192.0.2.1", "192.0.2.2", "192.0.2.9"]).map((ips) => ({
    nodePorts: () => ips,
    hasAddressIn: (cidr: string) => ips.length > 1 && cidr.startsWith("10."),
    ownRanges: () => ips.map((ip) => `${ip}/32`),
  }));
  const history = fc.array(fc.tuple(viewArb, nodeArb), { minLength: 1, maxLength: 5 });
  fc.assert(fc.property(history, (steps) => {
    const model = new Model();
    let state = INITIAL_STATE;
    let before = EMPTY_VIEW;
    let last = {};
    for (const [view, node] of steps) {
      for (const plan of [planForNode(node, state, options), null]) {
        const { ops, state: next } = plan ?? planChanges(diff(before, view), state, options);
        for (const op of ops) model.apply(op);
        state = next;
      }
      before = view;
      last = node;
    }
    const there = { ...options, ...last };
    const afresh = planChanges(diff(EMPTY_VIEW, before), INITIAL_STATE, there);
    assert.deepEqual(plain(state), plain(afresh.state));
    const wanted = afresh.ops.flatMap((op) =>
      op.op === "open" ? [[op.key, op.listener] as const] : []
    );
    assert.deepEqual(model.listeners, new Map(wanted));
  }));
});

Deno.test("each operation names only operations before it, so that one by one is an order", () => {
  fc.assert(fc.property(viewArb, viewArb, (first, second) => {
    const { state } = planChanges(diff(EMPTY_VIEW, first), INITIAL_STATE, options);
    const { ops } = planChanges(diff(first, second), state, options);
    const later = new Set(ops.map((op) => op.key));
    for (const op of ops) {
      assert.ok(!op.after.some((key) => later.has(key)), `${op.op} ${op.key}`);
      later.delete(op.key);
    }
  }));
});
