/**
 * `windlass simulate`: a cluster on this machine.
 *
 * @module
 */
import { simulate } from "../simulate/mod.ts";
import type { CommandContext } from "./command.ts";

/** Runs `windlass simulate`. The first signal ends the traffic and shows what came of it so far. */
export async function run({ flags, io }: CommandContext): Promise<number> {
  const abort = new AbortController();
  const unlisten = io.onStopSignal(() => {
    abort.abort();
    unlisten(); // a second one ends the process
  });
  try {
    return await simulate(
      {
        services: flags.services,
        podsPerService: flags.podsPerService,
        nodes: flags.nodes,
        durationMs: flags.duration,
        scenario: flags.scenario,
        seed: flags.seed,
        connections: flags.connections,
        workers: flags.simulatedWorkers,
        dataPath: flags.dataPath,
        output: flags.outputTextJson,
      },
      io,
      abort.signal,
    );
  } finally {
    if (!abort.signal.aborted) unlisten();
  }
}
