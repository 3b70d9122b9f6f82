/**
 * The names of the scenarios, for the command line, the report and the scripts alike.
 *
 * @module
 */

/** What can happen to the simulated cluster, in the order in which `all` lets it happen. */
export const STORIES = ["steady", "rolling-update", "scale", "node-loss", "api-outage"] as const;

/** One thing that can happen to the simulated cluster. */
export type Story = typeof STORIES[number];

/** Everything that `--scenario` takes. */
export const SCENARIOS = [...STORIES, "all"] as const;

/** A value of `--scenario`. */
export type ScenarioChoice = typeof SCENARIOS[number];

/** The choice of that name, or `null`. */
export function parseScenario(text: string): ScenarioChoice | null {
  return SCENARIOS.find((name) => name === text) ?? null;
}

/** The stories that a choice stands for, in order. */
export function storiesOf(choice: ScenarioChoice): readonly [Story, ...Story[]] {
  return choice === "all" ? STORIES : [choice];
}

/** What each story shows, in one line. */
export const STORY_LINES: Readonly<Record<Story, string>> = {
  "steady": "nothing changes; connections are spread and stay up",
  "rolling-update": "pods are replaced one by one, old ones finish what they do",
  "scale": "services grow and shrink",
  "node-loss": "all pods of a node die at once; the cluster notices a moment later",
  "api-outage": "the API server is away, comes back, and once has forgotten the past (410 Gone)",
};
