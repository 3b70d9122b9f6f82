import assert from "node:assert/strict";
import { play, scenarioNames } from "./_scenario.ts";

Deno.test("there are scenarios", () => assert(scenarioNames().length > 10));

Deno.test.each(scenarioNames().map((name) => ({ name })))(
  "scenario $name",
  async ({ name }) => {
    const played = await play(name);
    assert(played.length > 0, "the scenario has no steps");
    for (const { name: step, found, wanted, log } of played) {
      assert.deepEqual(found, wanted, `${step}: ${log}`);
    }
  },
);
