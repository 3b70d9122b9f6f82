import assert from "node:assert/strict";
import { type ApiSnapshot, applyEvents, EMPTY_SNAPSHOT, readObject } from "../../core/mod.ts";
import { listOf, service, slice, upsert } from "../test_fakes.ts";
import { Brain } from "./brain.ts";
import { detailsOf } from "./details.ts";
import { SERVER_TERMS, serviceRow } from "./rows.ts";

const SOURCE = { source: "kube", state: "ok", problems: 0, failures: 0 } as const;

function node(name: string) {
  const read = readObject({ apiVersion: "v1", kind: "Node", metadata: { name } });
  assert.ok(read.outcome === "object");
  return read.object;
}

const LISTED: ApiSnapshot = applyEvents(EMPTY_SNAPSHOT, [
  listOf("Service", service("web", "10.96.0.10"), service("dns", "10.96.0.53")),
  listOf("EndpointSlice", slice("web", "10.244.1.5"), slice("dns")),
  listOf("Node", node("n1")),
]);

Deno.test("a server that has not heard both lists has no services to tell of", () => {
  const brain = new Brain(() => 7);
  brain.took(applyEvents(EMPTY_SNAPSHOT, [listOf("Service", service("web", "10.96.0.10"))]));
  assert.deepEqual([brain.state().ready, brain.state().view.services.size], [false, 0]);
  const { ready, syncs, lastSyncAt } = brain.status(SOURCE);
  assert.deepEqual([ready, syncs, lastSyncAt], [false, 1, 7]);
});

Deno.test("a server counts the services that news changed, by themselves or by their endpoints", () => {
  const brain = new Brain(() => 0);
  assert.equal(brain.took(LISTED), 2);
  const next = applyEvents(LISTED, [
    upsert(slice("web", "10.244.1.6")),
    upsert(service("web", "10.96.0.11")),
  ]);
  assert.equal(brain.took(next), 1);
  assert.equal(brain.took(next), 0);
});

Deno.test("what did not change between two looks is the same object", () => {
  const brain = new Brain(() => 0);
  brain.took(LISTED);
  const before = brain.state().view.services;
  assert.equal(brain.state().view.services, before);
  brain.took(applyEvents(LISTED, [upsert(slice("web", "10.244.1.6"))]));
  const after = brain.state().view.services;
  assert.equal(after.get("default/dns"), before.get("default/dns"));
  assert.notEqual(after.get("default/web"), before.get("default/web"));
});

Deno.test("a server tells what any node does, known to the cluster or not", () => {
  const brain = new Brain(() => 0);
  brain.took(LISTED);
  for (const [name, known] of [["n1", true], ["n2", false]] as const) {
    const details = detailsOf(brain.state(name), "default/web", { stats: null, objects: () => [] });
    assert.deepEqual(details?.explanation.node, { name, zone: "", known });
  }
});

Deno.test("a row of a server is judged without a node: what is ready somebody may use", () => {
  const brain = new Brain(() => 0);
  brain.took(LISTED);
  const rows = brain.state().view.services.values().map((each) => serviceRow(each, SERVER_TERMS));
  assert.deepEqual(
    [...rows].map(({ service, verdict, used }) => [service, verdict.rule, used]).sort(),
    [["default/dns", "no-usable-endpoints", 0], ["default/web", "told", 1]],
  );
});
