import assert from "node:assert/strict";
import { SILENT } from "../../core/mod.ts";
import { takeAddressBlock } from "./address_block.ts";
import { startApiServer } from "./api/api_server.ts";
import { type Clock, realClock } from "./clock.ts";
import { Cluster } from "./cluster.ts";
import type { Happening } from "./happenings.ts";
import { Ledger } from "./ledger.ts";
import { isReady } from "./model.ts";
import { seededRandom } from "./random.ts";
import { STORIES, type Story } from "./scenario_names.ts";
import { SCRIPTS } from "./scenarios.ts";
import { endsOf } from "./stories.ts";

/** A clock on which nobody waits. */
const HASTY: Clock = { ...realClock(), sleep: () => Promise.resolve() };

interface Played {
  readonly happenings: readonly Happening["type"][];
  /** Services that at some moment had no pod that was ready and alive. */
  readonly deserted: readonly string[];
  readonly undisturbed: number;
  readonly serverUp: boolean;
}

/** Plays a story for ten rounds of its clock, on a small cluster without an agent. */
async function play(
  story: Story,
  size: { readonly services: number; readonly podsPerService: number; readonly nodes: number },
  seed: number,
): Promise<Played> {
  const api = await startApiServer({ now: () => 0, log: SILENT });
  const random = seededRandom(seed);
  using block = takeAddressBlock(random);
  const happenings: Happening["type"][] = [];
  const deserted: string[] = [];
  const happen = ({ type }: Happening): void => {
    happenings.push(type);
    for (const { name, pods } of cluster.services) {
      if (!pods.some((pod) => pod.alive && isReady(pod))) deserted.push(name);
    }
  };
  const cluster: Cluster = new Cluster({
    ...size,
    store: api.store,
    block,
    random,
    clock: HASTY,
    ledger: new Ledger(),
    onHappening: happen,
    onError: (error) => assert.fail(`the cluster met ${error}`),
  });
  cluster.populate();
  let left = 4_000;
  let undisturbed = 0;
  await SCRIPTS[story]({
    cluster,
    api,
    random,
    graceMs: 100,
    signal: new AbortController().signal,
    leftMs: () => left -= 100,
    rest: () => Promise.resolve(),
    converged: () => Promise.resolve(),
    async undisturbed(work) {
      undisturbed += 1;
      const { version } = api.store;
      await work();
      assert.equal(api.store.version, version, "the scenario itself changes nothing meanwhile");
    },
    happen,
  });
  await cluster.idle();
  const up = await fetch(`${api.url}/version`);
  await up.body?.cancel();
  await cluster.close();
  await api.close();
  return { happenings, deserted, undisturbed, serverUp: up.ok };
}

const PAIR = { services: 2, podsPerService: 2, nodes: 2 };
const SIZES = [
  { services: 1, podsPerService: 1, nodes: 1 },
  PAIR,
  { services: 4, podsPerService: 3, nodes: 3 },
];

Deno.test.each(STORIES.flatMap((story) => SIZES.map((size) => ({ story, ...size }))))(
  "$story never leaves one of $services services of $podsPerService pods on $nodes nodes deserted",
  async ({ story, ...size }) => {
    for (const seed of [1, 2, 3]) {
      const { deserted, serverUp } = await play(story, size, seed);
      assert.deepEqual(deserted, []);
      assert.ok(serverUp, "the API server is there at the end");
    }
  },
);

Deno.test.each<{ readonly story: Story; readonly shows: readonly Happening["type"][] }>([
  { story: "steady", shows: [] },
  { story: "rolling-update", shows: ["pods-ready", "pod-terminating", "pod-gone"] },
  { story: "scale", shows: ["pods-ready", "pod-terminating", "pod-gone"] },
  { story: "node-loss", shows: ["node-lost", "node-back", "pods-ready"] },
  { story: "api-outage", shows: ["api-away", "api-back", "pods-ready"] },
])("$story shows what its name says", async ({ story, shows }) => {
  const { happenings, undisturbed } = await play(story, PAIR, 1);
  for (const type of shows) assert.ok(happenings.includes(type), type);
  if (shows.length === 0) assert.deepEqual(happenings, []);
  assert.equal(undisturbed > 0, story === "api-outage");
});

Deno.test("the scenarios share the time, and the last ends with it", () => {
  const ends = endsOf(STORIES, 20_000);
  assert.deepEqual(ends, [2000, 6000, 10_000, 14_000, 20_000]);
  assert.deepEqual(endsOf(["scale"], 5000), [5000]);
});
