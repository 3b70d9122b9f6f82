/**
 * The pipeline as a whole: the gate before the first lists, and one step after another.
 *
 * @module
 */
import assert from "node:assert/strict";
import { list, node, remove, service, slice, upsert } from "./_fixtures.ts";
import type { ClusterEvent } from "./events.ts";
import { type PipelineState, startPipeline, stepPipeline } from "./pipeline.ts";

function steps(batches: readonly (readonly ClusterEvent[])[], from = startPipeline("n1")) {
  let state: PipelineState = from;
  return batches.map((events) => {
    const step = stepPipeline(state, events);
    state = step.state;
    return step;
  });
}

const WEB = [service("web")];
const WEB_SLICE = [slice("web-1", "web", ["10.0.0.1"])];

Deno.test.each([
  { what: "nothing", batches: [[]] },
  { what: "Services alone", batches: [[list("Service", WEB)]] },
  { what: "slices alone", batches: [[list("EndpointSlice", WEB_SLICE)]] },
  { what: "Services and Nodes", batches: [[list("Service", WEB)], [list("Node", [node("n1")])]] },
  {
    what: "objects without a list",
    batches: [[list("Service", WEB)], WEB_SLICE.map(upsert), [remove("EndpointSlice", "x")]],
  },
])("nothing is programmed before Services and slices were listed: $what", ({ batches }) => {
  for (const { state, changes } of steps(batches)) {
    assert.equal(state.ready, false);
    assert.deepEqual(changes, []);
    assert.equal(state.view.services.size, 0);
    assert.equal(state.derivation, null);
  }
});

Deno.test.each([
  { first: list("Service", WEB), second: list("EndpointSlice", WEB_SLICE) },
  { first: list("EndpointSlice", WEB_SLICE), second: list("Service", WEB) },
])("the second of the two lists opens the gate, without any Node", ({ first, second }) => {
  const [, opened] = steps([[first], [second]]);
  assert.equal(opened?.state.ready, true);
  assert.deepEqual(opened.changes.map(({ type, key }) => [type, key]), [[
    "add",
    "default/web/TCP/IPv4",
  ]]);
  const [, both] = steps([[], [first, second]]);
  assert.deepEqual(both?.changes, opened.changes);
});

Deno.test("an empty cluster opens the gate", () => {
  const [step] = steps([[list("Service"), list("EndpointSlice")]]);
  assert.equal(step?.state.ready, true);
  assert.deepEqual(step.changes, []);
});

Deno.test("events before the gate opens are not lost, and not told one by one", () => {
  const all = steps([
    [list("Service", WEB)],
    [upsert(slice("web-1", "web", ["10.0.0.1"]))],
    [upsert(service("web", { ports: [{ port: 81 }] }))],
    [list("EndpointSlice", WEB_SLICE)],
  ]);
  const [change] = all.at(-1)?.changes ?? [];
  assert.ok(change?.type === "add");
  assert.deepEqual(change.now.frontends, [{ kind: "ClusterIP", ip: "10.96.0.10", port: 81 }]);
  assert.equal(change.now.endpoints.length, 1);
});

Deno.test("each later step tells what it changes, and nothing for no news", () => {
  const told = steps([
    [list("Service", WEB), list("EndpointSlice", WEB_SLICE)],
    [upsert(slice("web-1", "web", ["10.0.0.1", "10.0.0.2"]))],
    [],
    [list("Service", WEB), list("Node")],
    [upsert(service("api", { clusterIP: "10.96.0.11" })), remove("Service", "api")],
    [remove("Service", "web")],
  ]);
  assert.deepEqual(told.map(({ changes }) => changes.map(({ type }) => type)), [
    ["add"],
    ["update"],
    [],
    [],
    [],
    ["remove"],
  ]);
  assert.ok(told.every(({ state }) => state.ready && state.node === "n1"));
});

Deno.test("a step leaves the older state as it was", () => {
  const [first, second] = steps([[list("Service", WEB), list("EndpointSlice")], [
    remove("Service", "web"),
  ]]);
  assert.equal(first?.state.view.services.size, 1);
  assert.equal(second?.state.view.services.size, 0);
});
