/**
 * A replayed watch equals a fresh list: whatever the history of events, their order and their
 * batches, the view is that of the final state; and the changes told on the way add up to it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { cut, cuts, history, listsOf, tell, type Truth } from "./_histories.ts";
import {
  type Change,
  type ClusterEvent,
  deriveView,
  diff,
  frontendKey,
  type NodeView,
  type PipelineState,
  type ServicePortView,
  startPipeline,
  stepPipeline,
  viewToJson,
} from "../core/mod.ts";

function fresh(truth: Truth): PipelineState {
  return stepPipeline(startPipeline("n1"), listsOf(truth)).state;
}

function assertSameState(state: PipelineState, want: PipelineState): void {
  assert.deepEqual([...state.view.services], [...want.view.services]);
  assert.deepEqual(viewToJson(state.view), viewToJson(want.view));
  for (const map of ["services", "slices", "slicesByService", "nodes"] as const) {
    assert.deepEqual([...state.snapshot[map]], [...want.snapshot[map]]);
  }
  assert.deepEqual([...state.derivation?.wanted ?? []], [...want.derivation?.wanted ?? []]);
  assert.deepEqual([...state.derivation?.claims ?? []], [...want.derivation?.claims ?? []]);
}

function assertNoneTwice(entries: Iterable<ServicePortView>): void {
  const owners = new Map<string, string>();
  for (const entry of entries) {
    for (const frontend of entry.frontends) {
      const key = frontendKey(entry, frontend);
      assert.equal(owners.get(key) ?? entry.key, entry.key, `${key} has two owners`);
      owners.set(key, entry.key);
    }
  }
}

/** Carries changes out on a table of entries, and holds each against what is there. */
function applyChanges(entries: Map<string, ServicePortView>, changes: readonly Change[]): void {
  assert.deepEqual(changes.map(({ key }) => key), changes.map(({ key }) => key).sort());
  for (const change of changes) {
    assert.equal(change.type === "add" ? undefined : change.before, entries.get(change.key));
    if (change.type === "remove") {
      entries.delete(change.key);
      continue;
    }
    assert.equal(change.key, change.now.key);
    assert.ok(
      !isDeepStrictEqual(change.now, entries.get(change.key)),
      "an update that changes nothing",
    );
    entries.set(change.key, change.now);
  }
}

function entriesOf(view: NodeView): Map<string, ServicePortView> {
  const entries = [...view.services.values()].flatMap(({ servicePorts }) => servicePorts);
  return new Map(entries.map((entry) => [entry.key, entry]));
}

function byKey(entries: ReadonlyMap<string, ServicePortView>) {
  return [...entries].sort(([a], [b]) => a < b ? -1 : 1);
}

Deno.test("any history in any batches leads to the view of a fresh list, and its changes add up", () => {
  fc.assert(
    fc.property(history, cuts, fc.boolean(), (tellings, cuts, listedFirst) => {
      const { events, truth } = tell(tellings);
      // The gate opens before everything or after everything; both must come to the same.
      const all = listedFirst ? [...listsOf(new Map()), ...events] : [...events, ...listsOf(truth)];
      let state = startPipeline("n1");
      const entries = new Map<string, ServicePortView>();
      for (const batch of cut(all, cuts)) {
        const step = stepPipeline(state, batch);
        state = step.state;
        applyChanges(entries, step.changes);
        assertNoneTwice(entries.values());
      }
      assertSameState(state, fresh(truth));
      assert.deepEqual(byKey(entries), byKey(entriesOf(state.view)));
    }),
    { numRuns: 150 },
  );
});

Deno.test("the same objects in any order lead to the same view", () => {
  fc.assert(
    fc.property(history, fc.func(fc.nat()), cuts, (tellings, rank, cuts) => {
      const { truth } = tell(tellings);
      const events = [...truth.values()]
        .map((object): ClusterEvent => ({ type: "upsert", object }))
        .sort((a, b) => rank(a) - rank(b));
      const batches = cut([...listsOf(new Map()), ...events], cuts);
      const state = batches.reduce(
        (state, batch) => stepPipeline(state, batch).state,
        startPipeline("n1"),
      );
      assertSameState(state, fresh(truth));
    }),
    { numRuns: 100 },
  );
});

Deno.test("diff(a, b) applied to a gives b, and to b nothing, for any two clusters", () => {
  fc.assert(
    fc.property(history, history, (one, other) => {
      const a = fresh(tell(one).truth).view;
      const b = fresh(tell(other).truth).view;
      const entries = entriesOf(a);
      // unrelated views share nothing, so what is equal may be told as an update
      for (const change of diff(a, b)) {
        if (change.type === "remove") entries.delete(change.key);
        else entries.set(change.key, change.now);
      }
      assert.deepEqual(byKey(entries), byKey(entriesOf(b)));
      assert.deepEqual(diff(a, a), []);
      assert.deepEqual(diff(b, b), []);
    }),
    { numRuns: 100 },
  );
});

Deno.test("a view derived from any earlier derivation is that of its snapshot alone", () => {
  fc.assert(
    fc.property(history, history, (past, now) => {
      const before = fresh(tell(past).truth);
      const { snapshot } = fresh(tell(now).truth);
      const stepped = deriveView(snapshot, "n1", before.derivation);
      const alone = deriveView(snapshot, "n1");
      assert.deepEqual([...stepped.view.services], [...alone.view.services]);
      assert.deepEqual([...stepped.claims], [...alone.claims]);
      applyChanges(entriesOf(before.view), diff(before.view, stepped.view));
    }),
    { numRuns: 100 },
  );
});

Deno.test("the histories of these tests are worth their name", () => {
  const seen = new Set<string>();
  for (const tellings of fc.sample(history, { numRuns: 200, seed: 1 })) {
    const { events, truth } = tell(tellings);
    for (const { type } of events) seen.add(type);
    for (const { skipped, servicePorts } of fresh(truth).view.services.values()) {
      seen.add(skipped ?? "proxied");
      for (const { dropped, frontends, endpoints, sets } of servicePorts) {
        for (const { rule } of dropped) seen.add(rule);
        for (const { kind } of frontends) seen.add(kind);
        seen.add(`endpoints: ${Math.min(endpoints.length, 3)}`).add(sets.cluster);
      }
    }
  }
  const wanted = [
    "upsert",
    "delete",
    "list",
    "proxied",
    "headless",
    "other-proxy",
    "claimed-by-older",
  ];
  const more = ["NodePort", "LoadBalancer", "zone-hints", "endpoints: 0", "endpoints: 3"];
  assert.deepEqual([...wanted, ...more].filter((each) => !seen.has(each)), []);
});
