/**
 * The pipeline where another process has computed the view: it is taken as it is, but frontends that
 * are claimed twice still go to one, and only what differs is a change.
 *
 * @module
 */
import assert from "node:assert/strict";
import { service, slice, stateOf } from "./_fixtures.ts";
import type { ViewEvent } from "./events.ts";
import { startPipeline, stepPipeline } from "./pipeline.ts";
import type { ServiceView } from "./view.ts";

/** What the named Services come to, made anew each time. */
function views(...names: readonly string[]): readonly ServiceView[] {
  const objects = names.flatMap((name, index) => [
    service(name, { clusterIP: `10.96.0.${10 + index}` }),
    slice(`${name}-1`, name, ["10.0.0.1"]),
  ]);
  return [...stateOf(objects).view.services.values()];
}

function steps(...batches: readonly (readonly ViewEvent[])[]) {
  let state = startPipeline("n1");
  return batches.map((events) => {
    const step = stepPipeline(state, events);
    state = step.state;
    return step;
  });
}

Deno.test("a view from elsewhere is taken as it is", () => {
  const services = views("a", "b");
  const [step] = steps([{ type: "view", services }]);
  assert.equal(step?.state.ready, true);
  assert.deepEqual([...step?.state.view.services.values() ?? []], services);
  assert.deepEqual(step?.changes.map(({ type, key }) => `${type} ${key}`), [
    "add default/a/TCP/IPv4",
    "add default/b/TCP/IPv4",
  ]);
});

Deno.test("a change before the first whole view is not taken: it would be a part", () => {
  const [step] = steps([{ type: "view-change", services: views("a"), gone: [] }]);
  assert.equal(step?.state.ready, false);
  assert.deepEqual(step?.changes, []);
});

Deno.test("a whole view that says the same changes nothing", () => {
  const [first, second] = steps(
    [{ type: "view", services: views("a", "b") }],
    [{ type: "view", services: views("a", "b") }],
  );
  assert.deepEqual(second?.changes, []);
  assert.equal(second?.state.view, first?.state.view);
});

Deno.test("what a whole view leaves out is gone, and a change takes away what it names", () => {
  const [, second, third] = steps(
    [{ type: "view", services: views("a", "b", "c") }],
    [{ type: "view", services: views("a", "b") }],
    [{ type: "view-change", services: [], gone: ["default/b"] }],
  );
  assert.deepEqual(second?.changes.map(({ type, key }) => `${type} ${key}`), [
    "remove default/c/TCP/IPv4",
  ]);
  assert.deepEqual(third?.changes.map(({ type, key }) => `${type} ${key}`), [
    "remove default/b/TCP/IPv4",
  ]);
});

Deno.test("a frontend that two Services of the view claim goes to one of them", () => {
  const [one] = views("a");
  const [other] = views("b");
  assert.ok(one !== undefined && other !== undefined);
  const [step] = steps([{ type: "view", services: [other, one] }]);
  const frontends = (name: string) =>
    step?.state.view.services.get(name)?.servicePorts.map((entry) => entry.frontends.length);
  assert.deepEqual(frontends("default/a"), [1]);
  assert.deepEqual(frontends("default/b"), [0]);
});
