/**
 * The pipeline at scale: a first sync, one endpoint that flips, a thousand that flip at once; the
 * peer is the naive way, which derives the whole view anew for every change.
 *
 * @module
 */
import {
  type ClusterEvent,
  deriveView,
  type EndpointSlice,
  type PipelineState,
  startPipeline,
  stepPipeline,
} from "../../core/mod.ts";
import { clusterJson, type ClusterSize, flipped, listsOf } from "../cluster.ts";
import { type Case, type Suite, timed } from "../harness.ts";

const NODE = "node-0";

/** The suite. */
export const pipeline: Suite = {
  name: "pipeline",
  title: "Events to changes in core/, against deriving the whole view for every change",
  groups: ({ quick }) => {
    const small = { services: 1000, endpoints: 10 };
    const sizes = quick
      ? [small]
      : [small, { services: 10_000, endpoints: 10 }, { services: 50_000, endpoints: 2 }];
    return sizes.map((size) => () => casesOf(size));
  },
};

function casesOf(size: ClusterSize): readonly Case[] {
  const label = `${size.services} × ${size.endpoints}`;
  // Through JSON text, so that objects and texts are what a server's answer makes them.
  const json = JSON.stringify(clusterJson(size));
  const objects: readonly unknown[] = JSON.parse(json);
  const first = stepPipeline(startPipeline(NODE), listsOf(objects)).state;
  const flipper = new Flipper(first);
  const rebuild = `${label}: naive full rebuild`;
  return [
    {
      name: rebuild,
      unit: "ms",
      rounds: 10,
      sample: async () => [await timed(() => deriveView(first.snapshot, NODE))],
    },
    {
      name: `${label}: first sync, JSON values to changes`,
      unit: "ms",
      rounds: 10,
      sample: async () => [
        await timed(() => stepPipeline(startPipeline(NODE), listsOf(objects))),
      ],
    },
    {
      name: `${label}: one endpoint flips`,
      unit: "ms",
      peers: [rebuild],
      sample: async () => {
        const samples: number[] = [];
        for (let i = 0; i < 50; i++) {
          const events = flipper.prepare(1);
          samples.push(await timed(() => flipper.step(events)));
        }
        return samples;
      },
    },
    ...batchSizes(size).map((count): Case => ({
      name: `${label}: ${count} endpoints flip in one batch`,
      unit: "ms",
      peers: [rebuild],
      sample: async () => {
        const events = flipper.prepare(count);
        return [await timed(() => flipper.step(events))];
      },
    })),
    {
      name: `${label}: heap of snapshot and view`,
      unit: "MB",
      rounds: 3,
      sample: () => [heapOf(() => stepPipeline(startPipeline(NODE), listsOf(JSON.parse(json))))],
    },
  ];
}

/** A thousand endpoints, and as many as one in ten of the Services have in one. */
function batchSizes({ services }: ClusterSize): readonly number[] {
  return [...new Set([Math.min(services / 10, 1000), 1000])];
}

/** How much the heap grows, in MB, by what `make` answers with. */
function heapOf(make: () => unknown): number {
  const before = heapUsed();
  const made = make();
  const after = heapUsed();
  if (made === undefined) throw new Error("Nothing was made, so nothing was measured");
  return (after - before) / 1e6;
}

function heapUsed(): number {
  const gc: unknown = Reflect.get(globalThis, "gc");
  if (typeof gc !== "function") {
    throw new Error(
      "Cannot measure the heap: run with --v8-flags=--expose-gc (deno task bench does)",
    );
  }
  gc();
  return Deno.memoryUsage().heapUsed;
}

/** A pipeline whose endpoints flip, one after the other. */
class Flipper {
  #state: PipelineState;
  readonly #slices: EndpointSlice[];
  #next = 0;

  constructor(state: PipelineState) {
    this.#state = state;
    this.#slices = [...state.snapshot.slices.values()];
  }

  /** The events of the next flips; making them is not what is measured. */
  prepare(count: number): readonly ClusterEvent[] {
    const events: ClusterEvent[] = [];
    for (let i = 0; i < count; i++, this.#next++) {
      const index = this.#next % this.#slices.length;
      const slice = this.#slices[index];
      if (slice === undefined) continue;
      const object = flipped(slice, this.#next);
      this.#slices[index] = object;
      events.push({ type: "upsert", object });
    }
    return events;
  }

  step(events: readonly ClusterEvent[]): void {
    const { state, changes } = stepPipeline(this.#state, events);
    this.#state = state;
    if (changes.length === 0) throw new Error("A flipped endpoint must change the view");
  }
}
