/**
 * The harness compares with the best of the peers, says what reached its target, and gives back what a
 * group needed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type Case, measure, type Target } from "./harness.ts";
import { table } from "./table.ts";

function constant(name: string, value: number, more: Partial<Case> = {}): Case {
  return { name, unit: "/s", higherIsBetter: true, sample: () => [value], ...more };
}

Deno.test("a case is compared with the best of its peers that were measured", async () => {
  const none = constant("m: none", 0, { sample: () => [] });
  const own = constant("m: own", 30, { peers: ["m: a", "m: b", "m: none"] });
  const results = await measure(() => [constant("m: a", 10), constant("m: b", 20), none, own], 3);
  assert.deepEqual(
    results.map(({ peer, timesBetter, samples }) => [peer, timesBetter, samples]),
    [[null, null, 3], [null, null, 3], [null, null, 0], ["m: b", 1.5, 3]],
  );
});

Deno.test.each<{ target: Target; peers: string[]; reached: boolean | null; says: string }>([
  { target: { kind: "times-better", atLeast: 3 }, peers: ["m: a"], reached: true, says: "reached" },
  {
    target: { kind: "times-better", atLeast: 3.1 },
    peers: ["m: a"],
    reached: false,
    says: "NOT reached",
  },
  { target: { kind: "times-better", atLeast: 3 }, peers: [], reached: null, says: "no peer" },
  { target: { kind: "figure", atMost: 30 }, peers: [], reached: true, says: "reached" },
  { target: { kind: "figure", atMost: 29 }, peers: [], reached: false, says: "NOT reached" },
])("a target of $target.kind is $says", async ({ target, peers, reached, says }) => {
  const cases = [constant("m: a", 10), constant("m: own", 30, { peers, target })];
  const results = await measure(() => cases, 1);
  assert.equal(results[1]?.reached, reached);
  const line = table(results).split("\n")[2] ?? "";
  assert.match(line, new RegExp(`[0-9]× ${says}|/s ${says}`));
  assert.equal(line.includes("3.00× a "), peers.length > 0, "the measure is not said twice");
});

Deno.test("a group is given back, also when a case fails", async () => {
  let closed = 0;
  const group = (sample: Case["sample"]) => () => ({
    cases: [constant("m", 1, { sample })],
    [Symbol.asyncDispose]: () => Promise.resolve(void closed++),
  });
  await measure(group(() => [1]), 1);
  await assert.rejects(
    measure(
      group(() => {
        throw new Error("it broke");
      }),
      1,
    ),
    /it broke/,
  );
  assert.equal(closed, 2);
});
