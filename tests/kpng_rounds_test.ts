/**
 * The laws of KPNG's rounds: whatever happens, the rounds that a watcher is told add up to what one is
 * told who comes anew, and lead to the same view.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { cut, cuts, history, listsOf, tell } from "./_histories.ts";
import {
  type ApiSnapshot,
  applyEvents,
  type ClusterEvent,
  EMPTY_SNAPSHOT,
  type KubeObject,
  type ObjectRef,
  type PipelineState,
  startPipeline,
  stepPipeline,
  viewToJson,
} from "../core/mod.ts";
import { FrameReader } from "../proto/kpng/frames.ts";
import { type MappedSnapshot, mapSnapshot } from "../proto/kpng/from_snapshot.ts";
import { globalDifference, globalFullSet } from "../proto/kpng/global_round.ts";
import { GlobalState } from "../proto/kpng/global_state.ts";
import {
  localDifference,
  localFullSet,
  type LocalTold,
  localTold,
} from "../proto/kpng/local_round.ts";
import type { Model } from "../proto/kpng/model.ts";
import { readOp, type ReceivedRound } from "../proto/kpng/received_op.ts";
import { serviceJson, sliceJson, snapshotOf } from "./kpng/harness.ts";

const ALL = { labels: () => true, annotations: () => true };
const KEPT = { services: ALL, nodes: ALL };

function opsOf(round: Iterable<Uint8Array>): ReceivedRound["ops"] {
  const frames = new FrameReader(Infinity);
  return [...round].flatMap((bytes) => [...frames.take(bytes)]).flatMap((message) => {
    const op = readOp(message);
    return op?.op === "set" || op?.op === "delete" ? op : [];
  });
}

/** What a watcher knows who only keeps what it is told. */
class Watcher {
  readonly values = new Map<string, string>();

  take(ops: ReceivedRound["ops"]): void {
    for (const op of ops) {
      const key = `${op.set} ${op.path}`;
      if (op.op === "delete") {
        assert.ok(this.values.delete(key), `${key} is deleted, and was not there`);
      } else {
        const value = op.value.toHex();
        assert.notEqual(this.values.get(key), value, `${key} is told again`);
        this.values.set(key, value);
      }
    }
  }

  get sorted(): readonly (readonly [string, string])[] {
    return [...this.values].sort(([a], [b]) => a < b ? -1 : 1);
  }
}

function told(ops: ReceivedRound["ops"]): Watcher {
  const watcher = new Watcher();
  watcher.take(ops);
  return watcher;
}

/** Names of which some begin with others, as the sources' names begin with their Services'. */
const NAMES: Readonly<Record<string, string>> = {
  a: "web",
  b: "web-api",
  s1: "web-api-x1",
  s2: "web-x2",
};

function renamed<Ref extends ObjectRef>(ref: Ref): Ref {
  return { ...ref, name: NAMES[ref.name] ?? ref.name };
}

function renamedObject(object: KubeObject): KubeObject {
  return object.kind === "EndpointSlice"
    ? { ...renamed(object), service: NAMES[object.service] ?? object.service }
    : renamed(object);
}

function renamedEvent(event: ClusterEvent): ClusterEvent {
  switch (event.type) {
    case "upsert":
      return { ...event, object: renamedObject(event.object) };
    case "delete":
      return { ...event, ref: renamed(event.ref) };
    case "list":
      return {
        ...event,
        objects: event.objects.map(renamedObject),
        unreadable: event.unreadable.map(renamed),
      };
  }
}

const batches = fc.tuple(history, cuts).map(([tellings, cuts]) => {
  const events = [...listsOf(new Map()), ...tell(tellings).events];
  return cut(events.map(renamedEvent), cuts);
});

/** The models after each batch from which on all is known, each made of the one before. */
function* modelsOf(
  batches: readonly (readonly ClusterEvent[])[],
): Generator<{ readonly model: Model; readonly fresh: Model }> {
  let snapshot = EMPTY_SNAPSHOT;
  let mapped: MappedSnapshot | null = null;
  for (const batch of batches) {
    snapshot = applyEvents(snapshot, batch);
    mapped = mapSnapshot(snapshot, KEPT, mapped);
    if (mapped.model.ready) yield { model: mapped.model, fresh: mapSnapshot(snapshot, KEPT).model };
  }
}

Deno.test("the rounds of the global API add up to the full set, and lead to the same view", () => {
  fc.assert(
    fc.property(batches, (batches) => {
      const watcher = new Watcher();
      const state = new GlobalState();
      let pipeline: PipelineState = startPipeline("n1");
      let before: Model | null = null;
      for (const { model, fresh } of modelsOf(batches)) {
        const full = before === null;
        const ops = opsOf(before === null ? globalFullSet(model) : globalDifference(before, model));
        watcher.take(ops);
        const anew = opsOf(globalFullSet(fresh));
        assert.deepEqual(watcher.sorted, told(anew).sorted);
        pipeline = stepPipeline(pipeline, state.take({ full, ops }).events).state;
        const { events } = new GlobalState().take({ full: true, ops: anew });
        const { view } = stepPipeline(startPipeline("n1"), events).state;
        assert.deepEqual(viewToJson(pipeline.view), viewToJson(view));
        before = model;
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("the rounds of the local API add up to the full set, also where another node is asked for", () => {
  const nodes = fc.array(fc.constantFrom("n1", "n2", "n3"), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(batches, nodes, (batches, nodes) => {
      const watcher = new Watcher();
      let before: LocalTold | null = null;
      let round = 0;
      for (const { model, fresh } of modelsOf(batches)) {
        const name = nodes[round++ % nodes.length] ?? "n1";
        const now = localTold(model, name);
        watcher.take(opsOf(before === null ? localFullSet(now) : localDifference(before, now)));
        assert.deepEqual(watcher.sorted, told(opsOf(localFullSet(localTold(fresh, name)))).sorted);
        before = now;
      }
    }),
    { numRuns: 100 },
  );
});

/** What state and pipeline come to after full sets and differences of those snapshots. */
function viewAfter(...snapshots: readonly ApiSnapshot[]) {
  const state = new GlobalState();
  let pipeline = startPipeline("n1");
  let before: Model | null = null;
  for (const snapshot of snapshots) {
    const { model } = mapSnapshot(snapshot, KEPT);
    const full = before === null;
    const ops = opsOf(before === null ? globalFullSet(model) : globalDifference(before, model));
    pipeline = stepPipeline(pipeline, state.take({ full, ops }).events).state;
    before = model;
  }
  return viewToJson(pipeline.view);
}

Deno.test("a slice that passes to a Service with a like name keeps its endpoints", () => {
  const web = serviceJson("web");
  const api = serviceJson("web-api", "10.96.0.11");
  const of = (service: string) => {
    const labels = { "kubernetes.io/service-name": service };
    const metadata = { name: "web-api-x", namespace: "default", labels };
    return sliceJson(service, ["10.1.0.1"], { metadata });
  };
  for (const [from, to] of [["web", "web-api"], ["web-api", "web"]] as const) {
    const view = viewAfter(snapshotOf(web, api, of(from)), snapshotOf(web, api, of(to)));
    assert.deepEqual(
      view.servicePorts.flatMap(({ service, clusterEndpoints }) =>
        clusterEndpoints.map((endpoint) => `${service} ${endpoint}`)
      ),
      [`${to} 10.1.0.1:8080`],
    );
  }
});

Deno.test("of two endpoints with one address the same counts, whatever was told first", () => {
  const web = serviceJson("web");
  const on = (...nodes: readonly string[]) =>
    sliceJson("web", [], {
      addressType: "IPv4",
      endpoints: nodes.map((nodeName) => ({ addresses: ["10.1.0.1"], nodeName })),
    });
  const anew = viewAfter(snapshotOf(web, on("n1", "n2")));
  for (const first of ["n1", "n2"]) {
    const later = viewAfter(snapshotOf(web, on(first)), snapshotOf(web, on("n1", "n2")));
    assert.deepEqual(later, anew);
  }
});
