/**
 * Plays the scenarios one after the other, each for its share of the time, and sees after each that
 * the cluster and the agent come to rest.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import type { Cluster } from "./cluster.ts";
import type { Happening } from "./happenings.ts";
import type { Random } from "./random.ts";
import type { Story } from "./scenario_names.ts";
import { type ApiSwitch, SCRIPTS } from "./scenarios.ts";
import type { Supervisor } from "./supervisor.ts";
import type { Tally } from "./tally.ts";

/** What the scenarios are played with. */
export interface StoriesOptions {
  /** The cluster. */
  readonly cluster: Cluster;
  /** The API server. */
  readonly api: ApiSwitch;
  /** Who sees whether the agent follows. */
  readonly supervisor: Supervisor;
  /** The figures. */
  readonly tally: Tally;
  /** The time. */
  readonly clock: Clock;
  /** The chance behind what happens to whom. */
  readonly random: Random;
  /** The time for all of them together, in milliseconds. */
  readonly durationMs: number;
  /** Ends them early. */
  readonly signal: AbortSignal;
  /** Tells what happens. */
  readonly happen: (happening: Happening) => void;
}

/** A pod gets this share of a scenario to finish, within bounds. */
const GRACE = { share: 0.2, least: 200, most: 1000 };

/**
 * How the time is shared: there is little to see where nothing changes, and after an outage the
 * agent's back-off takes its time.
 */
const WEIGHTS: Readonly<Record<Story, number>> = {
  "steady": 0.5,
  "rolling-update": 1,
  "scale": 1,
  "node-loss": 1,
  "api-outage": 1.5,
};

/** When each scenario is to end, in milliseconds after the start of the first. */
export function endsOf(stories: readonly Story[], durationMs: number): readonly number[] {
  const all = stories.reduce((sum, story) => sum + WEIGHTS[story], 0);
  let passed = 0;
  return stories.map((story) => durationMs * (passed += WEIGHTS[story]) / all);
}

/** Plays the scenarios to their end. One that takes longer than its share shortens the next. */
export async function playStories(
  stories: readonly Story[],
  options: StoriesOptions,
): Promise<void> {
  const { cluster, supervisor, tally, clock, signal, happen } = options;
  const startedAt = clock.now();
  const ends = endsOf(stories, options.durationMs);
  for (const [index, story] of stories.entries()) {
    if (signal.aborted) return;
    tally.begin(story);
    happen({ type: "story", story });
    const end = startedAt + (ends[index] ?? options.durationMs);
    const leftMs = (): number => Math.max(0, end - clock.now());
    const graceMs = Math.min(GRACE.most, Math.max(GRACE.least, GRACE.share * leftMs()));
    const rest = (ms: number): Promise<void> => clock.sleep(Math.min(ms, leftMs()), signal);
    await SCRIPTS[story]({
      ...options,
      random: options.random.fork(story),
      graceMs,
      leftMs,
      rest,
      converged: () => supervisor.converged(signal),
      undisturbed: (work) => supervisor.undisturbed(work),
    });
    await cluster.idle();
    await supervisor.converged(signal);
    await rest(leftMs());
  }
}
