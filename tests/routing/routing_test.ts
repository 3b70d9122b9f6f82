/**
 * The truth of routing under churn: whatever happens to services and endpoints, every client meets
 * an endpoint that the view of that moment allows, or is refused where it allows none.
 *
 * `WINDLASS_ROUTING_RUNS` plays more histories, `WINDLASS_ROUTING_SEED` others. A failure prints the
 * seed and path that play its history again.
 */
import fc from "fast-check";
import { BALANCING_POLICIES } from "../../backends/mod.ts";
import { onEachDataPath } from "../bad_days/data_paths.ts";
import { history } from "./_histories.ts";
import { play } from "./_trial.ts";
import { openWorld } from "./_world.ts";

const RUNS = numberFrom("WINDLASS_ROUTING_RUNS", 120);
/** As long as histories, or the search for a shorter one that fails, may take at most. */
const MOST_MS = 100_000;
/** Each history starts a backend; one in workers takes far longer to start and end than another to play. */
const SLOWER_IN_WORKERS = 30;
const SEED = numberFrom("WINDLASS_ROUTING_SEED", 1);

function numberFrom(name: string, otherwise: number): number {
  const text = Deno.env.get(name) ?? "";
  return /^\d+$/.test(text) ? Number(text) : otherwise;
}

onEachDataPath(
  "through any history each client meets whom the view allows, or nobody if there is none",
  async (dataPath) => {
    const inWorkers = dataPath.options.workers !== undefined;
    const runs = inWorkers ? Math.ceil(RUNS / SLOWER_IN_WORKERS) : RUNS;
    await using world = openWorld(SEED);
    const policy = fc.constantFrom(...BALANCING_POLICIES);
    await fc.assert(
      fc.asyncProperty(history, policy, fc.boolean(), async (batches, balancing, clientsOnNode) => {
        await play(batches, world, { ...dataPath.options, balancing, clientsOnNode });
      }),
      { numRuns: runs, seed: SEED, interruptAfterTimeLimit: MOST_MS },
    );
  },
);
