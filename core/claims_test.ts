/**
 * Two service ports that ask for one frontend: who has it, who waits, and when it changes hands.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  after,
  entriesOf,
  entryOf,
  type Json,
  remove,
  service,
  stateOf,
  upsert,
} from "./_fixtures.ts";
import { describeDropped } from "./explain.ts";
import type { PipelineState } from "./pipeline.ts";
import { frontendKey } from "./view.ts";

const OLD = { creationTimestamp: "2026-01-01T00:00:00Z" };
const NEW = { creationTimestamp: "2026-01-02T00:00:00Z" };

/** Who has each frontend: `TCP/10.96.0.10:80 → default/a`. */
function owners(state: PipelineState): readonly string[] {
  return entriesOf(state)
    .flatMap((entry) =>
      entry.frontends.map((each) =>
        `${frontendKey(entry, each)} → ${entry.namespace}/${entry.service}`
      )
    )
    .sort();
}

const SHARED: readonly {
  readonly what: string;
  readonly spec: Json;
  readonly status?: Json;
  readonly key: string;
}[] = [
  { what: "ClusterIP and port", spec: { clusterIP: "10.96.0.10" }, key: "TCP/10.96.0.10:80" },
  {
    what: "node port",
    spec: { type: "NodePort", ports: [{ port: 80, nodePort: 30080 }] },
    key: "TCP/IPv4/nodePort/30080",
  },
  { what: "external IP", spec: { externalIPs: ["192.0.2.1"] }, key: "TCP/192.0.2.1:80" },
  {
    what: "load balancer IP",
    spec: { type: "LoadBalancer" },
    status: { loadBalancer: { ingress: [{ ip: "203.0.113.5" }] } },
    key: "TCP/203.0.113.5:80",
  },
];

for (const { what, spec, status, key } of SHARED) {
  const make = (name: string, clusterIP: string, metadata: Json = {}) =>
    service(name, { clusterIP, ...spec }, { ...metadata, ...status && { status } });

  Deno.test(`two Services with one ${what}: the older one has it, the other keeps the rest`, () => {
    const state = stateOf([make("a", "10.96.0.1", NEW), make("b", "10.96.0.2", OLD)]);
    assert.deepEqual(owners(state).filter((each) => each.startsWith(key)), [`${key} → default/b`]);
    const loser = entryOf(state, "a/TCP/IPv4");
    const value = key.includes("nodePort") ? "30080" : key.slice("TCP/".length);
    const kind = loser.dropped[0]?.kind;
    assert.deepEqual(loser.dropped, [{
      kind,
      value,
      rule: "claimed-by-older",
      owner: "default/b",
    }]);
    assert.deepEqual(entryOf(state, "b/TCP/IPv4").dropped, []);
    assert.deepEqual(
      owners(state).length,
      what === "ClusterIP and port" ? 1 : 3,
      "the ClusterIPs, where they differ, stay",
    );
  });

  Deno.test(`the ${what} goes to the next one when its owner goes, and back when it returns`, () => {
    const a = make("a", "10.96.0.1", NEW);
    const b = make("b", "10.96.0.2", OLD);
    const c = make("c", "10.96.0.3", { creationTimestamp: "2026-01-03T00:00:00Z" });
    const both = stateOf([a, b, c]);
    const alone = after(both, remove("Service", "b"));
    assert.ok(owners(alone).includes(`${key} → default/a`));
    assert.equal(entryOf(alone, "c/TCP/IPv4").dropped[0]?.owner, "default/a");
    const again = after(alone, upsert(b));
    assert.deepEqual(owners(again), owners(both));
    assert.deepEqual([...again.view.services], [...both.view.services]);
  });
}

Deno.test.each([
  { what: "the older", a: OLD, b: NEW, owner: "a" },
  { what: "the older, whatever its name", a: NEW, b: OLD, owner: "b" },
  { what: "of two of one age, the first by name", a: OLD, b: OLD, owner: "a" },
  { what: "one of known age before one of unknown", a: {}, b: NEW, owner: "b" },
  { what: "of two of unknown age, the first by name", a: {}, b: {}, owner: "a" },
])("a frontend belongs to $what, whichever came first", ({ a, b, owner }) => {
  const [first, second] = [service("a", {}, a), service("b", {}, b)];
  const empty = stateOf([]);
  for (
    const state of [
      stateOf([first, second]),
      after(after(empty, upsert(first)), upsert(second)),
      after(after(empty, upsert(second)), upsert(first)),
    ]
  ) {
    assert.deepEqual(owners(state), [`TCP/10.96.0.10:80 → default/${owner}`]);
  }
});

Deno.test("a Service that is made anew is a newcomer", () => {
  const before = stateOf([service("a", {}, OLD), service("b", {}, NEW)]);
  const state = after(
    before,
    remove("Service", "a"),
    upsert(service("a", {}, { creationTimestamp: "2026-01-03T00:00:00Z" })),
  );
  assert.deepEqual(owners(state), ["TCP/10.96.0.10:80 → default/b"]);
});

Deno.test("an owner that asks for it no longer gives it up, for another or for being skipped", () => {
  const before = stateOf([service("a", {}, OLD), service("b", {}, NEW)]);
  const moved = after(before, upsert(service("a", { clusterIP: "10.96.0.11" }, OLD)));
  assert.deepEqual(owners(moved), [
    "TCP/10.96.0.10:80 → default/b",
    "TCP/10.96.0.11:80 → default/a",
  ]);
  const skipped = after(before, upsert(service("a", { clusterIP: "None" }, OLD)));
  assert.deepEqual(owners(skipped), ["TCP/10.96.0.10:80 → default/b"]);
  assert.deepEqual(entryOf(skipped, "b/TCP/IPv4").dropped, []);
});

Deno.test("one number under two protocols, and a node port in two families, are no conflict", () => {
  const dual = {
    clusterIP: "10.96.0.11",
    clusterIPs: ["10.96.0.11", "2001:db8::11"],
    ipFamilies: ["IPv4", "IPv6"],
  };
  const state = stateOf([
    service("a", { ports: [{ port: 53 }, { port: 53, protocol: "UDP" }] }),
    service("b", { ...dual, ports: [{ port: 53, nodePort: 30053 }] }),
  ]);
  assert.equal(owners(state).length, 6);
  assert.ok(entriesOf(state).every(({ dropped }) => dropped.length === 0));
});

Deno.test("one address as external IP and load balancer IP of a Service is no conflict", () => {
  const status = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }, { ip: "192.0.2.001" }] } };
  const spec = {
    type: "LoadBalancer",
    externalIPs: ["192.0.2.1", "192.0.2.1", "::ffff:192.0.2.1"],
  };
  const entry = entryOf(stateOf([service("a", spec, { status })]), "a/TCP/IPv4");
  assert.deepEqual(entry.frontends, [
    { kind: "ClusterIP", ip: "10.96.0.10", port: 80 },
    { kind: "ExternalIP", ip: "192.0.2.1", port: 80 },
    { kind: "LoadBalancer", ip: "192.0.2.1", port: 80 },
  ]);
  assert.deepEqual(entry.dropped, [
    { kind: "ExternalIP", value: "192.0.2.1", rule: "duplicate" },
    { kind: "ExternalIP", value: "::ffff:192.0.2.1", rule: "duplicate" },
    { kind: "LoadBalancer", value: "192.0.2.001", rule: "duplicate" },
  ]);
});

Deno.test("a loser loses the address in all its kinds, and gets all of them back", () => {
  const status = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } };
  const spec = { clusterIP: "10.96.0.11", type: "LoadBalancer", externalIPs: ["192.0.2.1"] };
  const state = stateOf([
    service("a", spec, { ...NEW, status }),
    service("b", { externalIPs: ["192.0.2.1"] }, OLD),
  ]);
  const loser = entryOf(state, "a/TCP/IPv4");
  assert.deepEqual(loser.frontends, [{ kind: "ClusterIP", ip: "10.96.0.11", port: 80 }]);
  assert.deepEqual(loser.dropped.map(({ kind }) => kind), ["ExternalIP", "LoadBalancer"]);
  const later = entryOf(after(state, remove("Service", "b")), "a/TCP/IPv4");
  assert.equal(later.frontends.length, 3);
  assert.deepEqual(later.dropped, []);
});

Deno.test("two ports of one Service with one number: the first by name has it, and it is said so", () => {
  const ports = [{ name: "b", port: 80 }, { name: "a", port: 80 }];
  const state = stateOf([service("web", { ports })]);
  const loser = entryOf(state, "web:b/TCP/IPv4");
  assert.deepEqual(loser.frontends, []);
  assert.equal(entryOf(state, "web:a/TCP/IPv4").frontends.length, 1);
  const [dropped] = loser.dropped;
  assert.ok(dropped);
  assert.equal(
    describeDropped(loser, dropped),
    'Service default/web, port "b": ClusterIP 10.96.0.10:80 (TCP) belongs to another port of the ' +
      "Service, which keeps it; give one of the two another port",
  );
});

Deno.test("who loses a frontend is told what, to whom, and what to do", () => {
  const state = stateOf([service("a", {}, OLD), service("b", {}, NEW)]);
  const loser = entryOf(state, "b/TCP/IPv4");
  assert.deepEqual(loser.dropped.map((each) => describeDropped(loser, each)), [
    'Service default/b, port "": ClusterIP 10.96.0.10:80 (TCP) belongs to the older Service ' +
    "default/a, which keeps it; give one of the two another address or port",
  ]);
});

Deno.test("a conflict is decided at the cost of those who are in it: others stay the same by reference", () => {
  const others = Array.from(
    { length: 20 },
    (_, i) => service(`o${i}`, { clusterIP: `10.96.1.${i}` }),
  );
  const before = stateOf([...others, service("a", {}, OLD), service("b", {}, NEW)]);
  const state = after(before, remove("Service", "a"));
  assert.deepEqual(
    state.view.services.changesSince(before.view.services).map(({ key }) => key).sort(),
    ["default/a", "default/b"],
  );
});

Deno.test("when all Services are gone, no claim is left", () => {
  const state = after(
    stateOf([service("a"), service("b", { externalIPs: ["192.0.2.1"] })]),
    remove("Service", "a"),
    remove("Service", "b"),
  );
  assert.equal(state.derivation?.claims.size, 0);
  assert.equal(state.derivation?.wanted.size, 0);
});
