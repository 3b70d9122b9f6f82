import assert from "node:assert/strict";
import { checkOptions, DEFAULT_OPTIONS, LIMITS, type SimulateOptions } from "./options.ts";
import { SCENARIOS, STORIES, storiesOf, STORY_LINES } from "./scenario_names.ts";

Deno.test("the defaults can be simulated, and so can every scenario", () => {
  assert.deepEqual(checkOptions(DEFAULT_OPTIONS), { ok: true, scenario: "all" });
  for (const scenario of SCENARIOS) {
    assert.equal(checkOptions({ ...DEFAULT_OPTIONS, scenario }).ok, true);
  }
});

Deno.test("'all' is every story in order, any other choice itself", () => {
  assert.deepEqual(storiesOf("all"), STORIES);
  assert.deepEqual(storiesOf("scale"), ["scale"]);
  for (const story of STORIES) assert.ok(STORY_LINES[story].length > 0);
});

const BAD: readonly {
  readonly given: Partial<SimulateOptions>;
  readonly says: RegExp;
}[] = [
  { given: { services: 0 }, says: /--services 0: give a whole number from 1 to 10000$/ },
  { given: { services: 1.5 }, says: /--services 1\.5/ },
  { given: { podsPerService: NaN }, says: /--pods-per-service NaN/ },
  { given: { nodes: -1 }, says: /--nodes -1/ },
  { given: { durationMs: 10 }, says: /--duration 10 milliseconds: .* from 100 to 604800000/ },
  { given: { seed: 2 ** 32 }, says: /--seed 4294967296/ },
  { given: { connections: 5000 }, says: /--connections 5000/ },
  { given: { services: 10_000, podsPerService: 3 }, says: /30000 pods .* at most 20000/ },
  { given: { dataPath: "native" }, says: /native without a worker: .*--workers 1 or more$/ },
  { given: { scenario: "chaos" }, says: /"chaos": choose one of steady, .*all$/ },
];

Deno.test.each([...BAD])("checkOptions() refuses $given", ({ given, says }) => {
  const check = checkOptions({ ...DEFAULT_OPTIONS, ...given });
  assert.match(check.ok ? "" : check.why, says);
});

Deno.test("the limits contain the defaults", () => {
  for (const [name, { least, most }] of Object.entries(LIMITS)) {
    const value = Object.entries(DEFAULT_OPTIONS).find(([option]) => option === name)?.[1];
    assert.ok(typeof value === "number" && value >= least && value <= most, name);
  }
});
