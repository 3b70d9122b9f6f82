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
  cases: ({ quick }) =>
    Promise.resolve(
      quick
        ? casesOf({ services: 1000, endpoints: 10 })
        : [1000, 10_000].flatMap((services) => casesOf({ services, endpoints: 10 })),
    ),
};

function casesOf(size: ClusterSize): readonly Case[] {
  const label = `${size.services} × ${size.endpoints}`;
  const objects = clusterJson(size);
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
      peer: rebuild,
      sample: async () => {
        const samples: number[] = [];
        for (let i = 0; i < 50; i++) samples.push(await timed(() => flipper.flip(1)));
        return samples;
      },
    },
    {
      name: `${label}: 1000 endpoints flip in one batch`,
      unit: "ms",
      peer: rebuild,
      sample: async () => [await timed(() => flipper.flip(1000))],
    },
  ];
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

  flip(count: number): void {
    const events: ClusterEvent[] = [];
    for (let i = 0; i < count; i++, this.#next++) {
      const index = this.#next % this.#slices.length;
      const slice = this.#slices[index];
      if (slice === undefined) continue;
      const object = flipped(slice, this.#next);
      this.#slices[index] = object;
      events.push({ type: "upsert", object });
    }
    const { state, changes } = stepPipeline(this.#state, events);
    this.#state = state;
    if (changes.length === 0) throw new Error("A flipped endpoint must change the view");
  }
}
